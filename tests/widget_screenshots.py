"""Screenshots of the widget in the wiki of its tests: `widget_screenshots.py FOLDER`.

Writes `widget-light.png` and `widget-dark.png`, 1280 by 800, with the cited sentence marked in the page, and the same for a
phone, `widget-phone-….png`, 360 by 740.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright
from widget_library import ANSWERED

CHROMIUM = "/usr/bin/chromium"
SITES = Path(__file__).with_name("widget_service.py")
SIZES = {"widget": (1280, 800), "widget-phone": (360, 740)}


def take(browser: Browser, wiki: str, name: str, theme: str, folder: Path) -> None:
    """One picture: the question is asked, and its first citation opened."""
    width, height = SIZES[name]
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=theme,  # type: ignore[arg-type]  # a Literal there, a str here
        reduced_motion="reduce",
    )
    context.add_cookies([{"name": "tag", "value": "shown", "url": wiki}])
    page = context.new_page()
    page.goto(f"{wiki}/index.php/Remote_access")
    page.locator(".launcher").click()
    page.locator("textarea").fill(ANSWERED)
    page.locator("textarea").press("Enter")
    page.locator(".foot").wait_for()
    page.locator(".chip").first.click()
    if name == "widget":
        page.get_by_role("button", name="Show on this page").click()
    page.mouse.move(5, 500)
    page.wait_for_timeout(300)
    page.screenshot(path=folder / f"{name}-{theme}.png")
    context.close()


def main(folder: Path) -> None:
    """All four."""
    folder.mkdir(parents=True, exist_ok=True)
    process = subprocess.Popen([sys.executable, str(SITES)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    _, wiki, _ = process.stdout.readline().split()
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
            for name in SIZES:
                for theme in ("light", "dark"):
                    take(browser, wiki, name, theme, folder)
            browser.close()
    finally:
        process.terminate()


if __name__ == "__main__":
    main(Path(sys.argv[1]))

"""Screenshots of a running service: `browser_screenshots.py ADDRESS QUESTION FOLDER`.

Writes `chat-light.png` and `chat-dark.png`, 1280 by 800, of the answer with its first source open, for the README.
"""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

CHROMIUM = "/usr/bin/chromium"


def main(address: str, question: str, folder: Path) -> None:
    """Asks the question in both themes."""
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        for theme in ("light", "dark"):
            page = browser.new_page(
                viewport={"width": 1280, "height": 800},
                color_scheme=theme,  # type: ignore[arg-type]  # a Literal there, a str here
                reduced_motion="reduce",
            )
            page.goto(address)
            page.fill("#question textarea", question)
            page.press("#question textarea", "Enter")
            page.locator("#chat a.chip").first.click()
            page.frame_locator("#source-panel iframe").locator("mark, tr.cited").first.wait_for()
            page.mouse.move(5, 500)
            page.wait_for_timeout(300)
            page.screenshot(path=folder / f"chat-{theme}.png")
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]))

"""Screenshots of a running service: `browser_screenshots.py ADDRESS FOLDER NAME QUESTION…`.

Writes `NAME-light.png` and `NAME-dark.png`, 1280 by 800, and the same for a phone, `NAME-phone-….png`, 360 by 740: the answer
to the last question, where it is the only one with its first source open on the desktop. `chat-….png` are for the README.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from chromium import CHROMIUM, FLAGS
from playwright.sync_api import Browser, expect, sync_playwright

SIZES = {"": (1280, 800), "-phone": (360, 740)}
DONE = ".answer.complete, .answer.refused, .answer.failed"


def take(
    browser: Browser, address: str, questions: Sequence[str], size: tuple[int, int], theme: str, file: Path
) -> None:
    """One picture."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme=theme,  # type: ignore[arg-type]  # a Literal there, a str here
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.goto(address)
    expect(page.locator("#question textarea")).to_be_focused(timeout=30_000)
    for number, question in enumerate(questions, start=1):
        page.fill("#question textarea", question)
        page.press("#question textarea", "Enter")
        expect(page.locator(DONE)).to_have_count(number, timeout=60_000)
    if len(questions) == 1 and size == SIZES[""]:
        page.locator("#chat a.chip").first.click()
        page.frame_locator("#source-panel iframe").locator("mark, tr.cited").first.wait_for()
    page.mouse.move(5, 500)
    page.wait_for_timeout(500)
    page.screenshot(path=file)
    context.close()


def main(address: str, folder: Path, name: str, questions: Sequence[str]) -> None:
    """All four."""
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        for size, measures in SIZES.items():
            for theme in ("light", "dark"):
                take(browser, address, questions, measures, theme, folder / f"{name}{size}-{theme}.png")
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3], sys.argv[4:])

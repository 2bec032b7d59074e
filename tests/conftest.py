"""What several test files need: the real embedder, loaded once, a browser, and hypothesis without deadlines."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from chromium import CHROMIUM, FLAGS
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser, sync_playwright

from index.embed import MiniLM

# A shared, loaded machine: how long one example takes says nothing. Derandomised: a red test is red for everyone.
settings.register_profile(
    "house",
    deadline=None,
    derandomize=True,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("house")


@pytest.fixture(scope="session")
def minilm() -> MiniLM:
    """The bundled embedder."""
    return MiniLM()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests of a file."""
    if not CHROMIUM.exists():
        pytest.fail("install Debian's chromium: apt-get install chromium", pytrace=False)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield browser
        browser.close()

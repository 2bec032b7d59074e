"""What several test files need: the real embedder, loaded once, and hypothesis without deadlines."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings

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

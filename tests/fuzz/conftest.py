"""How much is tried: as much as it takes in CI, little while somebody waits."""

import os
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, settings

INPUTS = 10_000 if os.environ.get("SHELLMATE_TEST_ALL") else 100
FEWER = INPUTS // 5  # of what is a narrower question, or takes longer


def fuzzed(inputs: int = INPUTS) -> Callable[[Any], Any]:
    """Settings for a property that is tried with so many inputs; each is the same in every run, so that a failure is
    not somebody else's."""
    return settings(
        max_examples=inputs, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
    )

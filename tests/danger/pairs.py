"""Commands that have to be flagged, and what only looks like them."""

from pathlib import Path

LEVELS = {"D": "danger", "C": "caution", "S": "safe"}


def pairs(name: str) -> list[tuple[str, str]]:
    """The level and the code of each line."""
    lines = Path(__file__).with_name(name).read_text(encoding="utf-8").splitlines()
    return [(LEVELS[line[0]], line[2:].replace("⏎", "\n")) for line in lines if line and not line.startswith("#")]

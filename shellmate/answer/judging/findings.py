"""What a judgement consists of."""

from collections.abc import Iterable
from dataclasses import dataclass

SAFE, CAUTION, DANGER = "safe", "caution", "danger"
LEVELS = (SAFE, CAUTION, DANGER)


@dataclass(frozen=True)
class Finding:
    """`level` is caution or danger; `reason` says what would be done, behind an "it"."""

    level: str
    reason: str


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    return sorted(dict.fromkeys(findings), key=lambda finding: -LEVELS.index(finding.level))

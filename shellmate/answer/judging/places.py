"""What it means to do something to a place that others depend on."""

from collections.abc import Iterator, Sequence

from shellmate.answer.judging.call import Call
from shellmate.answer.judging.findings import CAUTION, DANGER, Finding
from shellmate.answer.judging.marks import legible
from shellmate.answer.judging.paths import (
    is_disk,
    is_history,
    is_log,
    is_of_accounts,
    is_of_repository,
    is_secret,
    is_startup,
    is_vital,
)

_WRITING = ("overwrites", "changes", "replaces", "cuts")


def find_in_places(call: Call, targets: Sequence[str], does: str) -> Iterator[Finding]:
    """`does` is what is done to the targets, such as "deletes"."""
    for target in targets:
        name, folder = legible(target), call.state.folder
        if is_disk(target) and does in _WRITING:
            yield Finding(DANGER, f"{does} the disk {name}")
        elif is_history(target, folder) or is_log(target, folder):
            yield Finding(CAUTION, f"wipes traces in {name}")
        elif is_of_accounts(target, folder):
            level = CAUTION if does.startswith("changes") else DANGER
            yield Finding(level, f"{does} {name}, without which nobody can log in")
        elif is_vital(target, folder) or (is_startup(target, folder) and not does.startswith("changes the")):
            yield Finding(CAUTION, f"{does} {name}, on which the system or the shell depends")
        elif is_of_repository(target, folder):
            yield Finding(CAUTION, f"{does} {name}, which is git's own")
        elif is_secret(target, folder) and not does.startswith("changes the rights"):
            yield Finding(CAUTION, f"{does} {name}, a secret")

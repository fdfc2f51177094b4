"""What a command would hit on this machine, and how to do the same so that it can be undone; nothing is touched."""

from collections.abc import Mapping
from pathlib import Path

from shellmate.answer.danger import DANGER, Verdict
from shellmate.answer.radius import Radius, measure
from shellmate.answer.undoable import undoable_form


def foresee(verdict: Verdict, code: str, cwd: Path, variables: Mapping[str, str]) -> tuple[list[Radius], str]:
    """What a shell command, on which there is a verdict, does to how many files, and its form that can be undone; empty
    where there is none."""
    radii = measure(verdict.effects, cwd, Path(variables.get("HOME") or "~").expanduser())
    loses = (radii or code.split()[:1] == ["git"]) and verdict.level != DANGER
    return radii, undoable_form(code, variables) if loses else ""


def foresight_in_words(verdict: Verdict, code: str, cwd: Path, variables: Mapping[str, str]) -> list[str]:
    radii, undoable = foresee(verdict, code, cwd, variables)
    return [*(f"it {radius}" for radius in radii), *([f"this can be undone: {undoable}"] if undoable else [])]

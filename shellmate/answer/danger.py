"""What code would do that cannot be undone, judged by its syntax; nothing is run.

Level danger is what nobody can mean: a disk overwritten, all of a home deleted, a download run unseen. It is never run.
Caution is what may be meant and has to be read. What cannot be read is caution as well, never safe.
"""

from dataclasses import dataclass

from shellmate.answer.judging.appearance import as_it_looks, has_hidden
from shellmate.answer.judging.commands import Commands
from shellmate.answer.judging.effects import Effect
from shellmate.answer.judging.findings import CAUTION, DANGER, SAFE, worst_first
from shellmate.answer.judging.marks import legible, without_marks
from shellmate.answer.judging.pythontext import looks_like_python
from shellmate.answer.judging.state import State
from shellmate.answer.showing.sanitise import make_visible

__all__ = ["CAUTION", "DANGER", "SAFE", "Verdict", "guess_language", "judge"]


@dataclass(frozen=True)
class Verdict:
    """`level` is safe, caution or danger; `reasons` say what the code does, worst first, and `effects` to which files,
    as far as a shell command tells. A reason is one line, with nothing in it that a terminal obeys."""

    level: str = SAFE
    reasons: tuple[str, ...] = ()
    effects: tuple[Effect, ...] = ()


def judge(language: str, code: str) -> Verdict:
    """The verdict on a snippet in shell or python; any other text does nothing. Raises nothing."""
    commands, text = Commands(), without_marks(code)
    try:
        if language == "shell":
            commands.reader.read(text, State())
            if (looks := as_it_looks(text)) != text:
                commands.reader.read(looks, State())
            commands.judge_uncalled()
        elif language == "python":
            commands.read_python(text, State())
        if language in ("shell", "python") and has_hidden(text):
            commands.reader.find(CAUTION, "has signs in it that cannot be seen")
    except RecursionError:
        commands.reader.find(CAUTION, "is nested too deeply to be judged")
    findings = worst_first(commands.reader.findings)
    level = findings[0].level if findings else SAFE
    reasons = dict.fromkeys(_on_a_line(legible(finding.reason)) for finding in findings)
    return Verdict(level, tuple(reasons), tuple(dict.fromkeys(commands.effects)))


def _on_a_line(reason: str) -> str:
    """Names of files come with it, in which there may be anything."""
    return make_visible(reason).replace("\n", r"\n").replace("\t", r"\t")


def guess_language(code: str) -> str:
    """shell or python."""
    return "python" if looks_like_python(code) else "shell"

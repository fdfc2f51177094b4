"""Answers to the built-in questions, run where they can do no harm."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from shellmate.answer.check import check_syntax
from shellmate.answer.danger import DANGER, guess_language, judge
from shellmate.answer.showing.sanitise import make_visible
from shellmate.answer.trying.sandbox import MEBIBYTE, Limits, find_sandbox, run_sealed
from shellmate.bench.figures import EffortFigures, Outcome
from shellmate.bench.place import Place
from shellmate.bench.processes import SHELLMATE, run
from shellmate.bench.questions import FILES, QUESTIONS, Question
from shellmate.core.errors import ExitCode

_LONGEST = 256  # tokens of an answer: none of them needs as many
_TIMEOUT = 120.0  # seconds for one: what takes longer is of no use
_LIMITS = Limits(seconds=5, output=1 << 16, memory=512 * MEBIBYTE, python_alone=True, writes=True)
_ENDED_AS_ASKED = (ExitCode.ANSWERED, ExitCode.NO_ANSWER, ExitCode.TIMED_OUT)


@dataclass(frozen=True)
class Answering:
    """Has a model, as `name`, answer the questions in a place."""

    place: Place
    name: str
    threads: int

    def measure(self, figures: EffortFigures, done: Callable[[int], object]) -> None:
        """Fill in an outcome for each question, with the effort of the figures. Raises ProcessFailedError where the
        question cannot be asked."""
        figures.only_parsed = not find_sandbox(self.place.variables)
        variables = self.place.variables_for(
            model=self.name, threads=self.threads, effort=figures.effort, max_tokens=_LONGEST, timeout=_TIMEOUT
        )
        for question in QUESTIONS:
            folder = self.place.make_scratch(FILES)
            ran = run([*SHELLMATE, question.words], variables, str(folder), accepted=_ENDED_AS_ASKED)
            why = find_fault(question, ran.out, self.place.make_scratch(FILES), self.place.variables)
            figures.outcomes.append(Outcome(question.words, ran.total, why if not ran.status else "no answer"))
            done(1)


def find_fault(question: Question, code: str, folder: Path, variables: Mapping[str, str]) -> str:
    """What is wrong with an answer, in words; empty where it does in a folder what the question asks. It is run in a
    sandbox, in which that folder alone can be written, and not at all where it is dangerous; without a sandbox it is
    parsed."""
    language = "python" if question.behind else guess_language(code)
    verdict = check_syntax(language, code)
    if not verdict.valid:
        return f"it does not parse: {verdict.reason}"
    if judge(language, code).level == DANGER:
        return "it is dangerous"
    command = (
        [sys.executable, "-I", "-B", "-c", f"{code}\n{question.behind}"]
        if language == "python"
        else ["bash", "--norc", "--noprofile", "-c", code]
    )
    ran = run_sealed(command, folder, variables, _LIMITS)
    if ran is None:
        return ""
    if ran.status is None:
        return "it does not end"
    if ran.status:
        last = (ran.output.strip().splitlines() or [f"exit status {ran.status}"])[-1]
        return make_visible(f"it fails: {last}"[:200])
    return "" if question.check(ran.output, folder) else "it does something else"

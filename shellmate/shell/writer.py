"""The lines that could take the place of a typed one, by the model."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from shellmate.answer.answer import read_candidate
from shellmate.answer.check import check_syntax
from shellmate.answer.danger import DANGER, judge
from shellmate.answer.fish import reads_otherwise, spell_for_fish
from shellmate.core.errors import NoAnswerError
from shellmate.engine.engine import Effort, Engine, Sampling
from shellmate.prompt.infill import compose_infill
from shellmate.prompt.library import PromptLibrary
from shellmate.prompt.prompt import compose
from shellmate.request.request import Request
from shellmate.shell.line import Line, Replacement, complete_command, mark_danger, replace_words
from shellmate.shell.preview import Preview

ALTERNATIVES = 3
CONTROL = re.compile(r"[\x1c-\x1f\x00]")  # some of which stand between what a widget reads
# A second sequence doubles the time of each token, and nobody waits for an alternative much longer than the first.
# Even an unlikely first token begins a sensible command where the likeliest takes nearly all of the probability.
QUICK = Effort(sequences=1, patience=1.2, least_share=0.0005)


@dataclass
class LineWriter:
    """`shell` is the user's; `has_comments` whether # begins a comment in it; `keeps_words` whether they are to stay
    behind the command, as one. `find_faults` says what is wrong with a command on this machine."""

    engine: Engine
    library: PromptLibrary
    sampling: Sampling
    preview: Preview
    shell: str
    has_comments: bool
    keeps_words: bool
    find_faults: Callable[[str], Sequence[str]] = lambda code: ()

    def write(self, typed: Line) -> list[Replacement]:
        """Up to three different lines that parse, best first: one without a fault, where there is one. What is
        dangerous is marked. Raises NoAnswerError where there is none."""
        if CONTROL.search(typed.before + typed.after):
            raise NoAnswerError("there are control characters in the line", "take them out")
        lines = self._complete(typed) if typed.is_command else self._translate(typed)
        own = {line: line if typed.is_command else self._spell(line) for line in lines}
        fit = [line for line in own if own[line] != typed.as_it_is and self._is_fit(own[line])]
        if not fit:
            raise NoAnswerError("no command for that", "say it in other words")
        best_first = dict.fromkeys(own[line] for line in self._begin_with_faultless(fit))
        return [self._mark(line) for line in islice(best_first, ALTERNATIVES)]

    def _begin_with_faultless(self, lines: list[Replacement]) -> list[Replacement]:
        """No more of them are looked at than it takes: somebody waits."""
        best = next((line for line in lines if not self.find_faults(line.before + line.after)), lines[0])
        return [best, *(line for line in lines if line is not best)]

    def _spell(self, line: Replacement) -> Replacement:
        """The line as the user's shell takes it: the model writes for bash, which zsh reads but fish does not."""
        if self.shell != "fish":
            return line
        code = line.before.rstrip()
        return replace(line, before=spell_for_fish(code) + line.before[len(code) :])

    def _translate(self, typed: Line) -> list[Replacement]:
        prompt = compose(Request(typed.question, "shell", None), self.library)
        candidates, _ = self.engine.generate_several(
            prompt, self.sampling, ALTERNATIVES, effort=QUICK, show=lambda text: self.preview.show(_code_of(text))
        )
        codes = [_code_of(candidate.text) for candidate in candidates]
        return [replace_words(typed, code, self.keeps_words) for code in codes if code.strip()]

    def _complete(self, typed: Line) -> list[Replacement]:
        prompt = compose_infill(typed.before, typed.after)
        sampling = replace(self.sampling, stop="\n")
        candidates, _ = self.engine.generate_several(
            prompt, sampling, ALTERNATIVES, effort=QUICK, show=lambda text: self.preview.show(typed.before + text)
        )
        lines = [complete_command(typed, candidate.text) for candidate in candidates]
        if self.shell != "fish" or reads_otherwise(typed.before):
            return lines
        return [line for line in lines if not reads_otherwise(line.before + line.after)]  # what is typed stays as it is

    def _is_fit(self, line: Replacement) -> bool:
        whole = line.before + line.after
        return not CONTROL.search(whole) and check_syntax("shell", whole, self.shell).valid

    def _mark(self, line: Replacement) -> Replacement:
        verdict = judge("shell", line.before + line.after)
        return mark_danger(line, verdict.reasons[0], self.has_comments) if verdict.level == DANGER else line


def _code_of(text: str) -> str:
    return read_candidate(text).code

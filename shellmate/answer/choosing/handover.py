"""A small model that hands a question over to a larger one where it is not sure of its answer."""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

from shellmate.answer.choosing.oneline import Pains
from shellmate.engine.engine import THOROUGH, Candidate, Effort, Engine, EngineAround, Generation, Sampling, Usage
from shellmate.prompt.prompt import Prompt

SURE = 0.2  # the probability of a whole first command from which on a larger model's is right no more often
PAINS = Pains(4, 1, 12.0)  # half of those of `balanced`: a larger model is right as often but for one in a hundred


class HandingOverEngine(EngineAround):
    """The engine writes a command where it is sure of the first one. Everything else is written by the larger one,
    `name`, which `open_larger` opens when it is first needed; but what would have to be read by it at length, which is
    what was piped in, and what stands at the cursor. The usage says who it was. Raises as both of them do.
    """

    def __init__(self, engine: Engine, name: str, open_larger: Callable[[], Engine], sure: float = SURE):
        super().__init__(engine)
        self._name, self._open_larger, self._sure = name, open_larger, sure
        self._larger: Engine | None = None
        self._last = engine  # that wrote

    def generate(self, prompt: Prompt, sampling: Sampling, answered: str = "") -> Generation:
        self._last = self._obtain_larger() if _is_read_soon(prompt) else self._engine
        generation = self._last.generate(prompt, sampling, answered)
        generation.usage.model = self._name_of_last
        return generation

    def generate_several(
        self,
        prompt: Prompt,
        sampling: Sampling,
        count: int,
        *,
        effort: Effort = THOROUGH,
        show: Callable[[str], None] | None = None,
        also: Sequence[Prompt] = (),
    ) -> tuple[list[Candidate], Usage]:
        usage, is_sure = Usage(), not _is_read_soon(prompt)
        if effort.one_line and not is_sure:
            alone = replace(effort, sequences=1)
            (first, *_), usage = self._engine.generate_several(prompt, sampling, 1, effort=alone, show=show)
            if not first.tokens or math.exp(first.logprob) >= effort.certainty:
                self._last = self._engine
                return [first], usage
            is_sure = first.finished and math.exp(first.logprob) >= self._sure
        self._last = self._engine if is_sure else self._obtain_larger()
        candidates, more = self._last.generate_several(prompt, sampling, count, effort=effort, show=show, also=also)
        usage.add(more)
        usage.model = self._name_of_last
        return candidates, usage

    def note_turn(self, prompt: Prompt, answer: str) -> None:
        self._last.note_turn(prompt, answer)

    def close(self) -> None:
        if self._larger:
            self._larger.close()
        self._engine.close()

    @property
    def _name_of_last(self) -> str:
        return "" if self._last is self._engine else self._name

    def _obtain_larger(self) -> Engine:
        self._larger = self._larger or self._open_larger()
        return self._larger


def _is_read_soon(prompt: Prompt) -> bool:
    return not (prompt.context or prompt.query or prompt.infill)

"""One-line commands that are chosen from several; what is longer streams as it is written."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from shellmate.answer.choosing.choose import rank
from shellmate.engine.engine import THOROUGH, Candidate, Effort, Engine, EngineAround, Generation, Sampling, Usage
from shellmate.prompt.kinds import Kinds
from shellmate.prompt.prompt import FENCES, Prompt

_SHELL = FENCES["shell"][0]
_SURE = 0.9  # the probability of a whole first answer, from which on no other would be chosen
_OTHERS = Effort(sequences=1, patience=2, apart=False)  # than a first answer that failed
_LONGEST = 128  # tokens of a command that others are weighed against
_PATIENCE = 1.25  # times the first's length: what is longer is hardly ever right, and is written almost alone


@dataclass(frozen=True)
class Pains:
    """What is taken to find a command: `count` are decoded, shared out among the question's own prompt and so many
    `others` that it may be asked with as well. `seconds` after they were begun nothing is waited for but the first: a
    bound for a machine that is busy, since who asks twice wants the same answer."""

    count: int
    others: int
    seconds: float


EFFORTS = {"balanced": Pains(8, 2, 6.0), "careful": Pains(12, 3, 12.0)}


class ChoosingEngine(EngineAround):
    """An engine whose commands of one line are the best of several, by the `weights` of their features."""

    def __init__(self, engine: Engine, kinds: Kinds, pains: Pains, weights: Mapping[str, float] | None = None):
        super().__init__(engine)
        self._kinds, self._pains, self._weights = kinds, pains, weights
        self._effort = Effort(
            sequences=1,
            patience=_PATIENCE,
            longest=_LONGEST,
            apart=False,
            certainty=_SURE,
            seconds=pains.seconds,
            one_line=True,
            behind=_SHELL,
        )
        self._asked: Prompt | None = None
        self._spare: list[Candidate] | None = None  # the next ones, best first; None where there are none yet

    def generate(self, prompt: Prompt, sampling: Sampling, answered: str = "") -> Generation:
        if answered or prompt.query or prompt.infill or not prompt.openings:
            return self._engine.generate(prompt, sampling, answered)
        generation = Generation(iter(()))
        generation.pieces = self._pieces(prompt, sampling, generation)
        return generation

    def _pieces(self, prompt: Prompt, sampling: Sampling, generation: Generation) -> Iterator[str]:
        """The best command, or the first of what is longer; those that come next where the same is asked again."""
        usage = generation.usage
        if prompt is not self._asked:
            self._asked, self._spare = prompt, None
            if _SHELL in prompt.openings:
                candidates, spent = self._write_several(
                    prompt, sampling, self._pains.count, generation.preview, self._effort
                )
                usage.add(spent)
                self._spare = rank(prompt.suffix, candidates, self._weights) if candidates[0].finished else None
            if self._spare is None:
                begun = candidates[0].text if _SHELL in prompt.openings else ""
                yield from self._continue(prompt, sampling, begun, usage)
                return
        elif self._spare is None:
            (_, *others), spent = self._engine.generate_several(prompt, sampling, self._pains.count, effort=_OTHERS)
            usage.add(spent)
            self._spare = others
        if not self._spare:
            yield from self._continue(prompt, sampling, "", usage)
            return
        usage.finish = "stop"
        best = self._spare[0]
        if len(self._spare) > 1:  # the last one is said again, so that whoever asks knows that there is no other
            del self._spare[0]
        yield _closed(best.text)

    def _continue(self, prompt: Prompt, sampling: Sampling, begun: str, usage: Usage) -> Iterator[str]:
        generation, before = self._engine.generate(prompt, sampling, begun), replace(usage)
        for piece in generation:
            usage.set_to(before, generation.usage)  # each time: who has seen the fence close asks for no more pieces
            yield piece
        usage.set_to(before, generation.usage)

    def _write_several(
        self, prompt: Prompt, sampling: Sampling, count: int, show: Callable[[str], None] | None, effort: Effort
    ) -> tuple[list[Candidate], Usage]:
        alone = not (prompt.turns or prompt.context)
        also = self._kinds.prompts_for(prompt, self._pains.others) if alone else []
        return self._engine.generate_several(prompt, sampling, count, effort=effort, show=show, also=also)

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
        if prompt.query or prompt.infill or prompt.openings != (_SHELL,):
            return self._engine.generate_several(prompt, sampling, count, effort=effort, show=show, also=also)
        # Who asks for several wants them however sure the first one is.
        unsure = replace(self._effort, certainty=math.inf) if count > 1 else self._effort
        candidates, usage = self._write_several(prompt, sampling, max(count, self._pains.count), show, unsure)
        if not candidates[0].finished:
            return self._engine.generate_several(prompt, sampling, count, effort=effort, show=show, also=also)
        ranked = rank(prompt.suffix, candidates, self._weights)
        if len(ranked) < count:  # they say the same: others are found where they are made to begin apart
            more, spent = self._engine.generate_several(prompt, sampling, count, effort=effort)
            usage.add(spent)
            known = {candidate.text for candidate in candidates}
            others = [candidate for candidate in more if candidate.finished and candidate.text not in known]
            ranked = rank(prompt.suffix, [*candidates, *others], self._weights)
        return ranked[:count], usage


def _closed(text: str) -> str:
    """An answer with the end of its fence, which a model may leave out: so that all of it is there at once."""
    return text if text.rstrip().endswith("\n```") else f"{text.rstrip()}\n```"

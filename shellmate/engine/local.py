"""The engine in this process: loads the model beside other work, restores or primes the prefix, generates."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from shellmate.engine.blob import Frame
from shellmate.engine.context import LlamaContext, Sampler
from shellmate.engine.contexts import Contexts, Limits
from shellmate.engine.decoding import decode
from shellmate.engine.engine import THOROUGH, Candidate, Effort, Generation, Sampling, Usage
from shellmate.engine.loading import ModelLoader
from shellmate.engine.states import Keeping, PromptStates
from shellmate.engine.tokenized import choose_opening, frame_behind, frame_of
from shellmate.models.store import ModelFile
from shellmate.prompt.prompt import Message, Prompt

if TYPE_CHECKING:
    from shellmate.engine.kept import KeptStates
    from shellmate.engine.slot import Slot

Progress = Callable[..., AbstractContextManager[Callable[[int], None]]]  # as core.progress.progress, without env
_SLOW = 250  # tokens: more than about a second of evaluation, worth a progress bar


@dataclass
class _Answer:
    """The last one written: all `tokens` from the first of its prompt on, which has that `frame`, and its own text."""

    tokens: list[int]
    frame: Frame | None
    text: str = ""


class LocalEngine:
    """Loading starts at once, in threads: 0.2 s of C code, beside which all is done that needs no vocabulary."""

    def __init__(
        self,
        file: ModelFile,
        kv: "Path | KeptStates",
        limits: Limits,
        progress: Progress,
        say: Callable[[str], None],
        verbose: bool = False,
        slot: "Slot | None" = None,
    ):
        """`kv` is the directory of the store, or what is kept there, to which nothing is added. With a `slot` it shares
        a model and a context with others, which outlive it."""
        self._progress, self._slot = progress, slot
        self._sampler: Sampler | None = None
        self._answer = _Answer([], None)
        self._model = slot.model if slot else ModelLoader(file.path, verbose)
        from shellmate.engine.kvstore import open_store  # beside the loading: diskcache takes 25 ms to import

        store = open_store(kv, limits.cache_size, say) if isinstance(kv, Path) else kv
        frames, make = (slot.frames, slot.make_context) if slot else (None, None)
        states = PromptStates(store, file.sha256, self._model, self._evaluate, say, limits.keeping, frames)
        self._states, self._contexts = states, Contexts(self._model, states, limits, say, self._end_sampling, make)

    def keep(self, keeping: Keeping) -> None:
        """From here on keep on disk what is said so."""
        self._states.keeping = keeping

    def generate(self, prompt: Prompt, sampling: Sampling, answered: str = "") -> Generation:
        usage = Usage()
        return Generation(self._pieces(prompt, sampling, answered, usage), usage)

    def _pieces(self, prompt: Prompt, sampling: Sampling, answered: str, usage: Usage) -> Iterator[str]:
        start = time.perf_counter()
        openings = (answered,) if answered else prompt.openings
        context, wanted, room = self._contexts.prepare(prompt, openings, sampling.max_tokens, 1, usage)
        sampling = replace(sampling, max_tokens=room)
        opening = "".join(openings[:1])
        if len(openings) > 1:
            self._evaluate(context, wanted, "reading")
            opening, wanted = choose_opening(self._model.vocabulary, openings, context.logits(-1))
        self._end_sampling()
        self._sampler = context.sampler(sampling, in_graph=True)
        self._evaluate(context, wanted, "reading")
        usage.prompt_seconds = time.perf_counter() - start
        self._answer = _Answer(context.held[:], self._contexts.frame)
        tokens = self._answer.tokens
        for piece in chain((opening,), decode(context, self._model.vocabulary, self._sampler, sampling, usage, tokens)):
            self._answer.text += piece
            if piece:
                yield piece

    def _end_sampling(self) -> None:
        """A sampler is part of its context's graph: it has to go before the context, and before the next sampler."""
        if self._sampler:
            self._sampler.close()
            self._sampler = None

    def _evaluate(self, context: LlamaContext, tokens: list[int], what: str, sequence: int = 0) -> None:
        evaluate = partial(context.evaluate_beside, sequence, 0) if sequence else context.evaluate
        if len(tokens) < _SLOW:
            evaluate(tokens)
            return
        with self._progress(what, len(tokens), "token", announce=bool(sequence) or not context.held) as done:
            evaluate(tokens, done)

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
        from shellmate.engine.several import MOST_SEQUENCES, SeveralDecoding, Window, logprobs_of
        from shellmate.engine.windows import Windows, estimate_tokens, share_out

        usage = Usage()
        sequences = min(effort.sequences * count, MOST_SEQUENCES)
        counts, beside = share_out(sequences, 1 + len(also)), estimate_tokens(prompt, also)
        start = time.perf_counter()
        self._end_sampling()
        context, wanted, room = self._contexts.prepare(
            prompt,
            prompt.openings,
            min(sampling.max_tokens, effort.longest),
            sequences,
            usage,
            beside,
        )
        opening = "".join(prompt.openings[:1])
        if len(prompt.openings) > 1:
            self._evaluate(context, wanted, "reading")
            opening, wanted = choose_opening(self._model.vocabulary, prompt.openings, context.logits(-1))
        if not opening.startswith(effort.behind):
            return [Candidate(opening, 0.0, 0, finished=False)], usage
        self._evaluate(context, wanted, "reading")
        windows = [Window(0, counts[0], len(context.held), logprobs_of(context, -1))]
        if also:
            opener = Windows(self._model, self._states, self._contexts)
            context, others = opener.open(context, also, opening, counts, room)
            windows += others
        usage.prompt_seconds = time.perf_counter() - start
        start = time.perf_counter()
        decoding = SeveralDecoding(
            context,
            self._model.vocabulary,
            replace(sampling, max_tokens=room),
            opening,
            windows,
            usage,
            enough=count,
            effort=effort,
            show=show,
        )
        candidates = decoding.candidates()
        usage.generation_seconds = time.perf_counter() - start
        return candidates[:count], usage

    def note_turn(self, prompt: Prompt, answer: str) -> None:
        message = Message("user", prompt.context + prompt.suffix)
        turns = Prompt(prompt.prefix, "", turns=(*prompt.turns, message, Message("assistant", answer)))
        last = self._answer
        if answer == last.text and last.frame and len(last.frame.ends) == len(prompt.turns) // 2 + 1:
            frame = frame_behind(self._model.vocabulary, prompt, last.frame, last.tokens)
            self._end_sampling()
            self._contexts.go_on(frame.prefix)
        else:
            frame = frame_of(self._model.vocabulary, turns)
        self._states.note_turns(turns, frame)

    def prime(self, prefix: tuple[Message, ...]) -> int:
        prompt = Prompt(prefix, "")
        frame = frame_of(self._model.vocabulary, prompt)
        context = self._contexts.obtain(self._model.weights_for(frame), len(frame.prefix), 1)
        self._states.restore(context, prompt, frame)
        return len(frame.prefix)

    def close(self) -> None:
        self._end_sampling()
        self._contexts.close()
        self._states.close()
        if not self._slot:
            self._model.close()

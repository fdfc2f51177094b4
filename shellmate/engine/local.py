"""The engine in this process: loads the model beside other work, restores or primes the prefix, generates."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path

from shellmate.core.errors import UsageError
from shellmate.engine.blob import Frame
from shellmate.engine.context import LlamaContext, Sampler
from shellmate.engine.cores import physical_cores
from shellmate.engine.decoding import decode
from shellmate.engine.engine import THOROUGH, Candidate, Effort, Generation, Sampling, Usage
from shellmate.engine.loading import ModelLoader
from shellmate.engine.model import Weights
from shellmate.engine.states import PromptStates
from shellmate.engine.tokenized import (
    choose_opening,
    common_length,
    cut_context,
    frame_of,
    shared_beginning,
    tokenize_infill,
    tokenize_whole,
)
from shellmate.models.store import ModelFile
from shellmate.prompt.prompt import Message, Prompt

Progress = Callable[..., AbstractContextManager[Callable[[int], None]]]  # as core.progress.progress, without env
MOST_SEQUENCES = 16
_SLOW = 250  # tokens: more than about a second of evaluation, worth a progress bar
_SHORT = 1000  # bytes of a question: room for as many tokens costs next to nothing
_LEAST_ANSWER = 64  # tokens: an input is rather cut than that an answer has less
_STEP = 256  # contexts come in multiples of it, so that the next question often fits the one that is there


@dataclass(frozen=True)
class Limits:
    """`ctx` in tokens, 0 as needed; `threads` 0 for the physical cores; `cache_size` in bytes; `keep_input` whether a
    state behind what a prompt is about is kept on disk."""

    ctx: int = 0
    threads: int = 0
    cache_size: int = 1 << 30
    keep_input: bool = True


class LocalEngine:
    """Loading starts at once, in threads: 0.2 s of C code, beside which all is done that needs no vocabulary."""

    def __init__(
        self,
        file: ModelFile,
        kv: Path,
        limits: Limits,
        progress: Progress,
        say: Callable[[str], None],
        verbose: bool = False,
    ):
        self._limits, self._progress, self._say = limits, progress, say
        self._context: LlamaContext | None = None
        self._left_out = ""
        self._sampler: Sampler | None = None
        self._model = ModelLoader(file.path, verbose)
        from shellmate.engine.kvstore import open_store  # beside the loading: diskcache takes 25 ms to import

        store = open_store(kv, limits.cache_size, say)
        self._states = PromptStates(store, file.sha256, self._model, self._evaluate, say, limits.keep_input)

    def generate(self, prompt: Prompt, sampling: Sampling, answered: str = "") -> Generation:
        usage = Usage()
        return Generation(self._pieces(prompt, sampling, answered, usage), usage)

    def _pieces(self, prompt: Prompt, sampling: Sampling, answered: str, usage: Usage) -> Iterator[str]:
        start = time.perf_counter()
        openings = (answered,) if answered else prompt.openings
        context, wanted, room = self._prepare(prompt, openings, sampling.max_tokens, 1, usage)
        sampling = replace(sampling, max_tokens=room)
        opening = "".join(openings[:1])
        if len(openings) > 1:
            self._evaluate(context, wanted, "reading")
            opening, wanted = choose_opening(self._model.vocabulary, openings, context.logits(-1))
        self._end_sampling()
        self._sampler = context.sampler(sampling, in_graph=True)
        self._evaluate(context, wanted, "reading")
        usage.prompt_seconds = time.perf_counter() - start
        if opening:
            yield opening
        yield from decode(context, self._model.vocabulary, self._sampler, sampling, usage)

    def _end_sampling(self) -> None:
        """A sampler is part of its context's graph: it has to go before the context, and before the next sampler."""
        if self._sampler:
            self._sampler.close()
            self._sampler = None

    def _prepare(
        self, prompt: Prompt, openings: tuple[str, ...], max_tokens: int, sequences: int, usage: Usage
    ) -> tuple[LlamaContext, list[int], int]:
        """A context that holds what can be had of the prompt without evaluating it, the tokens that are still to be
        evaluated (what all openings have in common last), and how many the answer may have."""
        if prompt.infill:
            return self._prepare_infill(prompt.infill, max_tokens, sequences, usage)
        frame, wanted = self._tokenize(prompt, openings, self._restore_ahead(prompt, max_tokens * sequences, sequences))
        weights = self._model.weights_for(frame)
        too_many = len(wanted) + min(max_tokens, _LEAST_ANSWER) - (self._limits.ctx or weights.context_length)
        left_out = ""
        if prompt.context and too_many > 0:
            prompt, left_out = cut_context(self._model.vocabulary, prompt, too_many)
            frame, wanted = self._tokenize(prompt, openings)
        room = self._room_for(weights, len(wanted), max_tokens)
        if left_out and left_out != self._left_out:  # an answer may take several generations
            self._say(f"shellmate: stdin: left out {left_out}, to fit the context")
            self._left_out = left_out
        context = self._context_for(weights, len(wanted) + sequences * room, sequences)
        usage.prompt_tokens, usage.primed_tokens = len(wanted), self._reuse(context, prompt, frame, wanted)
        usage.evaluated_tokens = len(wanted) - usage.primed_tokens
        return context, wanted[len(context.held) :], room

    def _prepare_infill(
        self, infill: tuple[str, str], max_tokens: int, sequences: int, usage: Usage
    ) -> tuple[LlamaContext, list[int], int]:
        """As `_prepare`; a command line is short, so nothing of it is kept on disk."""
        vocabulary = self._model.vocabulary
        wanted = tokenize_infill(vocabulary, *infill)
        weights = self._model.weights_for(Frame(vocabulary.architecture, vocabulary.size, [], []))
        room = self._room_for(weights, len(wanted), max_tokens)
        context = self._context_for(weights, len(wanted) + sequences * room, sequences)
        context.keep(min(common_length(context.held, wanted), len(wanted) - 1))
        usage.prompt_tokens, usage.evaluated_tokens = len(wanted), len(wanted) - len(context.held)
        return context, wanted[len(context.held) :], room

    def _tokenize(
        self, prompt: Prompt, openings: tuple[str, ...], frame: Frame | None = None
    ) -> tuple[Frame, list[int]]:
        """The prompt's frame, if it is not known, and all of its tokens."""
        vocabulary = self._model.vocabulary
        frame = frame or frame_of(vocabulary, prompt.prefix, vocabulary.tokenize(prompt.context, special=False))
        behind = vocabulary.tokenize(shared_beginning(openings), special=False)
        return frame, tokenize_whole(vocabulary, frame, prompt.suffix) + behind

    def _restore_ahead(self, prompt: Prompt, room: int, sequences: int) -> Frame | None:
        """The prompt's frame if the store has it, with its state restored to a context that will most likely do: how
        many tokens the question has is not known before the vocabulary is loaded, only that it has no more than bytes.
        """
        if self._context:
            return None
        with self._states.read(prompt) as primed:
            if primed is None:
                return None
            weights = self._model.weights_for(primed.frame)
            own_words = prompt.suffix + max(prompt.openings, key=len, default="")
            question = len(own_words.encode("utf-8", "replace")) + len(primed.frame.after)
            most = len(primed.frame.prefix) + question + room
            if question < _SHORT and most <= (self._limits.ctx or weights.context_length):
                self._context_for(weights, most, sequences).restore(primed)
            return primed.frame

    def _room_for(self, weights: Weights, prompt_tokens: int, max_tokens: int) -> int:
        """How many tokens the answer may have. Raises UsageError where the context leaves none."""
        most = self._limits.ctx or weights.context_length
        room = min(max_tokens, most - prompt_tokens)
        if room < 1:
            what, mend = ("--ctx", "give a larger one") if self._limits.ctx else ("the model's context", "ask less")
            raise UsageError(
                f"the prompt has {prompt_tokens:,} tokens and {what} is {most:,}", f"{mend}, or give another --prompt"
            )
        return room

    def _context_for(self, weights: Weights, tokens: int, sequences: int) -> LlamaContext:
        """The context that is there if it is large enough, else a new one."""
        size = -(-tokens // _STEP) * _STEP
        if self._context and self._context.size >= size and self._context.sequences >= sequences:
            return self._context
        self._end_sampling()
        if self._context:
            self._context.close()
            self._context = None
        threads = self._limits.threads or physical_cores()
        self._context = LlamaContext(weights, size, threads, sequences)
        return self._context

    def _reuse(self, context: LlamaContext, prompt: Prompt, frame: Frame, wanted: list[int]) -> int:
        """Have the context hold the frame, or more of what is wanted; how many tokens of it were at hand."""
        common, evaluated = common_length(context.held, wanted), 0
        if common < len(frame.prefix):
            evaluated = self._states.restore(context, prompt, frame)
            common = common_length(context.held, wanted)
        # The last token is always evaluated anew: its logits are wanted, and states do not hold them.
        context.keep(min(common, len(wanted) - 1))
        return len(context.held) - evaluated

    def _evaluate(self, context: LlamaContext, tokens: list[int], what: str) -> None:
        if len(tokens) < _SLOW:
            context.evaluate(tokens)
            return
        with self._progress(what, len(tokens), "token", announce=not context.held) as done:
            context.evaluate(tokens, done)

    def generate_several(
        self,
        prompt: Prompt,
        sampling: Sampling,
        count: int,
        *,
        effort: Effort = THOROUGH,
        show: Callable[[str], None] | None = None,
    ) -> tuple[list[Candidate], Usage]:
        from shellmate.engine.several import decode_several

        usage = Usage()
        sequences = min(effort.sequences * count, MOST_SEQUENCES)
        start = time.perf_counter()
        self._end_sampling()
        context, wanted, room = self._prepare(prompt, prompt.openings, sampling.max_tokens, sequences, usage)
        sampling = replace(sampling, max_tokens=room)
        opening = "".join(prompt.openings[:1])
        if len(prompt.openings) > 1:
            self._evaluate(context, wanted, "reading")
            opening, wanted = choose_opening(self._model.vocabulary, prompt.openings, context.logits(-1))
        self._evaluate(context, wanted, "reading")
        usage.prompt_seconds = time.perf_counter() - start
        start, position = time.perf_counter(), len(context.held)
        candidates = decode_several(
            context,
            self._model.vocabulary,
            sampling,
            opening,
            position,
            sequences,
            usage,
            enough=count,
            patience=effort.patience,
            show=show,
        )
        usage.generation_seconds = time.perf_counter() - start
        return candidates[:count], usage

    def prime(self, prefix: tuple[Message, ...]) -> int:
        frame = frame_of(self._model.vocabulary, prefix)
        context = self._context_for(self._model.weights_for(frame), len(frame.prefix), 1)
        self._states.restore(context, Prompt(prefix, ""), frame)
        return len(frame.prefix)

    def close(self) -> None:
        self._end_sampling()
        self._states.keep(self._context)
        if self._context:
            self._context.close()
            self._context = None
        self._states.close()
        self._model.close()

"""The engine in this process: loads the model beside other work, restores or primes the prefix, generates."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path

from shellmate.core.errors import UsageError
from shellmate.engine.binding import Log, build_of, load_binding
from shellmate.engine.blob import key_of
from shellmate.engine.context import LlamaContext, Sampler
from shellmate.engine.cores import physical_cores
from shellmate.engine.decoding import decode
from shellmate.engine.engine import Candidate, Generation, Sampling, Usage
from shellmate.engine.model import LlamaModel
from shellmate.engine.tokenized import TokenizedPrompt, choose_opening, common_length, shared_beginning, tokenize_prompt
from shellmate.models.store import ModelFile
from shellmate.prompt.prompt import Message, Prompt

Progress = Callable[..., AbstractContextManager[Callable[[int], None]]]  # as core.progress.progress, without env
_LAYOUT = "f16 f16 plain"  # KV types and attention: the state of one layout means nothing in another
_SLOW = 250  # tokens: more than about a second of evaluation, worth a progress bar
_STEP = 256  # contexts come in multiples of it, so that the next question often fits the one that is there


@dataclass(frozen=True)
class Limits:
    """`ctx` in tokens, 0 as needed; `threads` 0 for the physical cores; `cache_size` in bytes."""

    ctx: int = 0
    threads: int = 0
    cache_size: int = 1 << 30


class LocalEngine:
    """Loading starts at once, in a thread: 0.2 s of C code, in which the caller can get everything else ready."""

    def __init__(
        self,
        file: ModelFile,
        kv: Path,
        limits: Limits,
        progress: Progress,
        say: Callable[[str], None],
        verbose: bool = False,
    ):
        self._file, self._limits, self._progress, self._say, self._verbose = file, limits, progress, say, verbose
        self._context: LlamaContext | None = None
        self._sampler: Sampler | None = None
        self._evaluated: list[int] = []  # the tokens whose states sequence 0 of the context holds
        self._failure: BaseException | None = None
        self._loaded: LlamaModel | None = None
        self._ready = threading.Event()  # not join(): a thread whose join was interrupted counts as ended
        threading.Thread(target=self._load, daemon=True).start()
        from shellmate.engine.kvstore import open_store  # beside the loading: diskcache takes 25 ms to import

        self._store = open_store(kv, limits.cache_size, say)

    def _load(self) -> None:
        try:
            binding = load_binding()
            self._log = Log(binding, self._verbose)
            self._loaded = LlamaModel(binding, self._file.path, self._log)
        except BaseException as error:
            self._failure = error
        finally:
            self._ready.set()

    @property
    def _model(self) -> LlamaModel:
        self._ready.wait()
        if self._failure:
            raise self._failure
        assert self._loaded
        return self._loaded

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
            self._evaluate_tokens(context, wanted, len(self._evaluated), "reading")
            opening, wanted = choose_opening(self._model, openings, context.logits(-1))
        self._end_sampling()
        self._sampler = context.sampler(sampling, in_graph=True)
        self._evaluate_tokens(context, wanted, len(self._evaluated), "reading")
        usage.prompt_seconds = time.perf_counter() - start
        if opening:
            yield opening
        yield from decode(context, self._model, self._sampler, sampling, self._evaluated, usage)

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
        tokenized = tokenize_prompt(self._model, prompt)
        wanted = tokenized.whole + self._model.tokenize(shared_beginning(openings), special=False)
        room = self._room_for(len(wanted), max_tokens)
        context = self._context_for(len(wanted) + sequences * room, sequences)
        kept = self._reuse(context, tokenized, wanted)
        usage.prompt_tokens, usage.primed_tokens = len(wanted), kept
        usage.evaluated_tokens = len(wanted) - kept
        return context, wanted[kept:], room

    def _room_for(self, prompt_tokens: int, max_tokens: int) -> int:
        """How many tokens the answer may have. Raises UsageError where the context leaves none."""
        most = self._limits.ctx or self._model.context_length
        room = min(max_tokens, most - prompt_tokens)
        if room < 1:
            what = "--ctx is" if self._limits.ctx else "the model's context is"
            raise UsageError(
                f"the prompt has {prompt_tokens:,} tokens and {what} {most:,}", "ask less, or give another --prompt"
            )
        return room

    def _context_for(self, tokens: int, sequences: int) -> LlamaContext:
        """The context that is there if it is large enough, else a new one."""
        size = self._limits.ctx * sequences or -(-tokens // _STEP) * _STEP
        if self._context and self._context.size >= size and self._context.sequences >= sequences:
            return self._context
        self._end_sampling()
        if self._context:
            self._context.close()
            self._context = None
        threads = self._limits.threads or physical_cores()
        self._context, self._evaluated = LlamaContext(self._model, size, threads, sequences), []
        return self._context

    def _reuse(self, context: LlamaContext, prompt: TokenizedPrompt, wanted: list[int]) -> int:
        """How many of the wanted tokens the context holds, after restoring or priming the prefix if that helps."""
        common = common_length(self._evaluated, wanted)
        if common < len(prompt.prefix):
            self._evaluated = []
            self._restore_or_prime(context, prompt.prefix)
            common = len(prompt.prefix)
        # The last token is always evaluated anew: its logits are wanted, and states do not hold them.
        common = min(common, len(wanted) - 1)
        self._evaluated = self._evaluated[:common]
        if not context.keep(common):
            context.clear()
            self._evaluated = []
            return 0
        return common

    def _restore_or_prime(self, context: LlamaContext, prefix: list[int]) -> None:
        key = key_of(self._file.sha256, build_of(self._model.binding), _LAYOUT, prefix)
        if self._restore(context, key, prefix):
            return
        if self._store is None:
            self._prime(context, prefix)
            return
        with self._store.priming():
            if not self._restore(context, key, prefix):
                self._prime(context, prefix)
                if not self._store.write(key, context.take_state()):
                    self._say("shellmate: the primed prompt could not be kept; is the disk full?")

    def _restore(self, context: LlamaContext, key: str, prefix: list[int]) -> bool:
        if self._store is None:
            return False
        with self._store.read(key) as state:
            if state is None:
                return False
            import ctypes

            array = (ctypes.c_uint8 * len(state)).from_buffer(state)
            restored = context.restore_state(array)
            del array
        if restored:
            self._evaluated = list(prefix)
        return restored

    def _prime(self, context: LlamaContext, prefix: list[int]) -> None:
        context.clear()
        self._evaluated = []
        self._evaluate_tokens(context, prefix, 0, "priming the prompt, once")

    def _evaluate_tokens(self, context: LlamaContext, tokens: list[int], position: int, what: str) -> None:
        self._evaluated = self._evaluated[:position]
        if len(tokens) < _SLOW:
            context.evaluate(tokens, position)
        else:
            with self._progress(what, len(tokens), "token", announce=position == 0) as done:
                context.evaluate(tokens, position, done)
        self._evaluated += tokens

    def generate_several(self, prompt: Prompt, sampling: Sampling, count: int) -> tuple[list[Candidate], Usage]:
        from shellmate.engine.several import decode_several

        usage = Usage()
        sequences = min(2 * count, 16)  # about half of what is sampled is distinct
        start = time.perf_counter()
        self._end_sampling()
        context, wanted, room = self._prepare(prompt, prompt.openings, sampling.max_tokens, sequences, usage)
        sampling = replace(sampling, max_tokens=room)
        opening = "".join(prompt.openings[:1])
        if len(prompt.openings) > 1:
            self._evaluate_tokens(context, wanted, len(self._evaluated), "reading")
            opening, wanted = choose_opening(self._model, prompt.openings, context.logits(-1))
        self._evaluate_tokens(context, wanted, len(self._evaluated), "reading")
        usage.prompt_seconds = time.perf_counter() - start
        start, position = time.perf_counter(), len(self._evaluated)
        candidates = decode_several(context, self._model, sampling, opening, position, sequences, usage)
        self._evaluated = self._evaluated[:position]
        usage.generation_seconds = time.perf_counter() - start
        return candidates[:count], usage

    def prime(self, prefix: tuple[Message, ...]) -> int:
        tokenized = tokenize_prompt(self._model, Prompt(prefix, ""))
        context = self._context_for(len(tokenized.whole), 1)
        self._restore_or_prime(context, tokenized.prefix)
        return len(tokenized.prefix)

    def close(self) -> None:
        self._ready.wait()
        self._end_sampling()
        if self._context:
            self._context.close()
            self._context = None
        if self._store:
            self._store.close()
        if self._loaded:
            self._loaded.close()

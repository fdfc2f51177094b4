"""Tokens a second, as shellmate itself evaluates and writes them."""

import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

from shellmate.engine.context import LlamaContext
from shellmate.engine.engine import Sampling
from shellmate.engine.loading import ModelLoader
from shellmate.engine.runner import BATCH, OwnRunner
from shellmate.engine.tokenized import frame_of
from shellmate.prompt.prompt import Message, Prompt

PROMPT_TOKENS, WRITTEN_TOKENS = 256, 32
_WARM_UP = 32  # tokens: the first ones after loading wait for the model's pages


def measure_speed(
    model: Path, prefix: tuple[Message, ...], threads: Sequence[int], runs: int, done: Callable[[int], object]
) -> list[dict[str, list[float]]]:
    """For each number of threads the tokens a second of each run: `prompt` evaluates the first tokens of a prompt,
    `generation` writes behind them. `done` is told of each run. Raises ModelError where the model cannot be loaded."""
    loader = ModelLoader(model, verbose=False)
    frame = frame_of(loader.vocabulary, Prompt(prefix, ""))
    tokens = (frame.prefix * (1 + PROMPT_TOKENS // len(frame.prefix)))[:PROMPT_TOKENS]
    weights, size = loader.weights_for(frame), PROMPT_TOKENS + BATCH
    speeds = []
    for count in threads:
        context = LlamaContext(OwnRunner(weights, size, count, 2), size)
        with closing(context), closing(context.sampler(Sampling(), in_graph=True)) as sampler:
            _write_behind(context, sampler.sample, tokens[:_WARM_UP], 1)
            found: dict[str, list[float]] = {"prompt": [], "generation": []}
            for _ in range(runs):
                prompt, generation = _write_behind(context, sampler.sample, tokens, WRITTEN_TOKENS)
                found["prompt"].append(len(tokens) / prompt)
                found["generation"].append(WRITTEN_TOKENS / generation)
                done(1)
        speeds.append(found)
    loader.close()
    return speeds


def _write_behind(
    context: LlamaContext, sample: Callable[[], int], tokens: Sequence[int], count: int
) -> tuple[float, float]:
    """The seconds of evaluating the tokens, with nothing in front of them, and of writing so many behind them."""
    context.clear()
    start = time.perf_counter()
    context.evaluate(tokens)
    token = sample()  # waits for what is still being evaluated
    between = time.perf_counter()
    for _ in range(count):
        context.evaluate_one(token)
        token = sample()
    return between - start, time.perf_counter() - between

"""The process that loads a model for the bench: python -m shellmate.bench.worker TASK, a JSON object.

What it finds, and how far it is, goes to stdout as JSON lines. It is a process of its own so that a model that brings
it down, or takes all memory, does so to nobody else, and so that its pages are nobody's when it has ended.
"""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from shellmate.answer.choosing.oneline import EFFORTS
from shellmate.core.environment import Environment
from shellmate.core.errors import ShellmateError
from shellmate.core.paths import Paths
from shellmate.engine.binding import THREAD_VARIABLES
from shellmate.engine.contexts import Limits
from shellmate.engine.local import LocalEngine
from shellmate.models.store import ModelFile
from shellmate.prompt.kinds import Kinds
from shellmate.prompt.library import PromptLibrary
from shellmate.prompt.prompt import Message, Prompt, compose
from shellmate.request.request import Request


class Worker:
    """Carries out one task for one model."""

    def __init__(self, env: Environment, task: dict[str, Any]):
        self._env, self._paths, self._task = env, Paths.of(env.variables), task
        self._library = PromptLibrary.of(self._paths)
        self._file = ModelFile(task["name"], Path(task["path"]), task["sha256"])

    def measure_speed(self) -> list[dict[str, list[float]]]:
        from shellmate.bench.speed import measure_speed

        threads, runs = self._task["threads"], self._task["runs"]
        usual = self._prompt_for(self._task["words"]).prefix
        with self._show("tokens a second", len(threads) * runs, "run") as done:
            return measure_speed(self._file.path, usual, threads, runs, done)

    def prime(self) -> None:
        """Have on disk what questions are asked behind, and with the effort `balanced` those that are answered by
        `commands`."""
        kinds = Kinds(self._library, self._paths.cache / "kinds")
        prefixes = {self._prompt_for(self._task["words"]).prefix: None}
        for words in self._task["commands"]:
            prefixes |= dict.fromkeys(
                p.prefix for p in kinds.prompts_for(self._prompt_for(words), EFFORTS["balanced"].others)
            )
        for number, prefix in enumerate(prefixes, 1):
            show = partial(self._show, f"priming, {number} of {len(prefixes)}", announce=number == 1)
            self._prime(prefix, show)

    def _prime(self, prefix: tuple[Message, ...], show: Callable[..., Any]) -> None:
        limits = Limits(threads=max(self._task["threads"]))
        engine = LocalEngine(self._file, self._paths.kv, limits, lambda _, *about, **__: show(*about), self._env.say)
        try:
            engine.prime(prefix)
        finally:
            engine.close()

    def _prompt_for(self, words: str) -> Prompt:
        return compose(Request(words, "auto"), self._library)

    @contextmanager
    def _show(self, what: str, total: int, unit: str, announce: bool = True) -> Iterator[Callable[[int], None]]:
        self.tell(begin=what, total=total, unit=unit, announce=announce)
        yield lambda more: self.tell(more=more)
        self.tell(end=True)

    def tell(self, **about: Any) -> None:
        self._env.write(json.dumps(about) + "\n")


def main() -> None:
    env = Environment.of_process()
    env.prefer(THREAD_VARIABLES)
    task = json.loads(sys.argv[1])
    worker = Worker(env, task)
    try:
        worker.tell(result={"speed": worker.measure_speed, "prime": worker.prime}[task["task"]]())
    except ShellmateError as error:
        worker.tell(error=error.message)


if __name__ == "__main__":
    main()

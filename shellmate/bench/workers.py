"""What is asked of a worker process, and shown of how far it is."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import asdict, dataclass
from typing import Any

from shellmate.bench.place import Place
from shellmate.bench.processes import ProcessFailedError
from shellmate.core.errors import ShellmateError
from shellmate.models.store import ModelFile

Progress = Callable[..., AbstractContextManager[Callable[[int], None]]]  # as core.progress.progress, without env
_COMMAND = (sys.executable, "-P", "-m", "shellmate.bench.worker")


@dataclass(frozen=True)
class Workers:
    """Worker processes for a model, in a place, one after the other; `title` is what the model is called."""

    place: Place
    file: ModelFile
    title: str
    progress: Progress

    def measure_speed(self, threads: Sequence[int], runs: int, words: str) -> list[dict[str, list[float]]]:
        """As `speed.measure_speed`, with the prompt that is for the words. Raises ShellmateError, and
        ProcessFailedError, where it fails."""
        task = {"task": "speed", "threads": threads, "runs": runs, "words": words}
        figures: list[dict[str, list[float]]] = self._carry_out(task)
        return figures

    def prime(self, words: str, commands: Sequence[str], threads: Sequence[int]) -> None:
        """As `Worker.prime`. Raises as `measure_speed`."""
        self._carry_out({"task": "prime", "words": words, "commands": commands, "threads": threads})

    def _carry_out(self, task: dict[str, Any]) -> Any:
        about = asdict(self.file) | {"path": str(self.file.path)}
        command = [*_COMMAND, json.dumps(about | task)]
        with tempfile.TemporaryFile() as err:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=err,
                text=True,
                env=self.place.variables_for(),
                cwd=self.place.folder,
            )
            try:
                told = self._follow(process)
                process.wait()
            finally:
                if process.poll() is None:
                    process.kill()
                    process.wait()
                if process.stdout:
                    process.stdout.close()
            err.seek(0)
            said = err.read().decode("utf-8", "replace")
        if "error" in told:
            raise ShellmateError(told["error"])
        if process.returncode or "result" not in told:
            raise ProcessFailedError(_COMMAND, process.returncode, said)
        return told["result"]

    def _follow(self, process: "subprocess.Popen[str]") -> dict[str, Any]:
        """The last thing that it tells; on the way, a bar for each part of the work."""
        told: dict[str, Any] = {}
        with ExitStack() as bars:
            done: Callable[[int], None] = lambda _: None  # noqa: E731
            for line in process.stdout or ():
                told = json.loads(line)
                if "begin" in told:
                    about = {name: told[name] for name in ("total", "unit", "announce")}
                    done = bars.enter_context(self.progress(f"{self.title}: {told['begin']}", **about))
                elif "more" in told:
                    done(told["more"])
                elif "end" in told:
                    bars.close()
        return told

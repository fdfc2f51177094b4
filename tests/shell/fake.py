"""shellmate itself, with an engine that takes its answers from a file: what the widgets of the tests call."""

import json
import os
import signal
import sys
import time
from pathlib import Path

from shellmate.cli.main import main
from shellmate.core.environment import Environment
from shellmate.core.errors import ExitCode, ModelError
from shellmate.engine.engine import Candidate, Generation, Usage


class Engine:
    def __init__(self, place: Path):
        self.place = place
        told = json.loads((place / "answers.json").read_text(encoding="utf-8"))
        self.answers, self.delay, self.error = told["answers"], told["delay"], told["error"]

    def generate(self, prompt, sampling, answered=""):
        self._note(prompt)
        return Generation(iter([f"```bash\n{self.answers[0]}\n```"]), Usage(finish="stop"))

    def generate_several(self, prompt, sampling, count, *, effort=None, show=None, also=()):
        self._note(prompt)
        fenced = [answer if prompt.infill else f"```bash\n{answer}\n```" for answer in self.answers]
        end = time.monotonic() + self.delay
        while time.monotonic() < end:
            show(fenced[0][: len(fenced[0]) // 2])
            time.sleep(0.02)
        if self.error:
            raise ModelError(self.error, "mend it")
        return [Candidate(text, -0.1) for text in fenced], Usage()

    def note_turn(self, prompt, answer):
        pass

    def _note(self, prompt):
        with open(self.place / "asked.jsonl", "a") as file:
            file.write(json.dumps({"words": prompt.suffix, "infill": prompt.infill, "context": prompt.context}) + "\n")

    def close(self):
        pass


def run(place: str) -> None:
    """As the console script, but with this engine."""
    code = main(sys.argv[1:], Environment.of_process(), lambda: Engine(Path(place)), catch_interrupts=True)
    if code == ExitCode.INTERRUPTED:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGINT)
    sys.exit(code)

"""shellmate itself, with an engine that takes its answers from a file: what the tests of the chat talk to.

Run as `python -m tests.repl.fake_chat PLACE [ARGUMENT]...`. In the folder PLACE `answers.json` is a list of answers,
each a list of pieces: a text, a number of seconds to wait, or null where the model fails. `asked.jsonl` gets a line for
each prompt, `noted.jsonl` one for each turn, and `pid` this process; a model named `broken` cannot be opened.
"""

import json
import os
import sys
import time
from functools import partial
from pathlib import Path

from shellmate.cli import main as command
from shellmate.core.errors import ModelError
from shellmate.engine.engine import Generation, Usage


class Engine:
    def __init__(self, place: Path):
        self.place = place
        if (place / "broken").exists():
            raise ModelError("the model is broken", "take another")

    def generate(self, prompt, sampling, answered=""):
        self._note(
            "asked",
            words=prompt.suffix,
            turns=[message.content for message in prompt.turns],
            openings=list(prompt.openings),
            name=prompt.name,
            context=prompt.context,
            temperature=sampling.temperature,
        )
        usage = Usage(prompt_tokens=1100, most_tokens=4000)
        return Generation(self._pieces(answered, usage), usage)

    def _pieces(self, answered, usage):
        file = self.place / "answers.json"
        answer, *rest = json.loads(file.read_text(encoding="utf-8"))
        file.write_text(json.dumps(rest), encoding="utf-8")
        if answered:
            yield answered
        for piece in answer:
            if piece is None:
                raise ModelError("the model failed", "ask again")
            if isinstance(piece, str):
                usage.tokens += 1
                yield piece
            else:
                time.sleep(piece)
        usage.finish = "stop"

    def note_turn(self, prompt, answer):
        self._note("noted", words=prompt.suffix, turns=len(prompt.turns), answer=answer)

    def prime(self, prefix):
        return len(prefix)

    def close(self):
        pass

    def _note(self, what, **keys):
        with open(self.place / f"{what}.jsonl", "a", encoding="utf-8") as file:
            file.write(json.dumps(keys) + "\n")


if __name__ == "__main__":
    place = Path(sys.argv.pop(1))
    (place / "pid").write_text(str(os.getpid()))
    command.main = partial(command.main, open_engine=lambda: Engine(place))
    command.run()

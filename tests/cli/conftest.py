"""Run the command in this process, in a world made for the test, with a fake engine at the one seam."""

import io
from contextlib import nullcontext
from dataclasses import dataclass, field

import pytest

from shellmate.cli.main import main
from shellmate.core.environment import Environment
from shellmate.engine.engine import Candidate, Generation, Usage
from tests.piping import piped


@dataclass
class FakeEngine:
    """A queue of answers, each a list of pieces; and a record of what was asked, and of what became a turn."""

    answers: list = field(default_factory=list)
    asked: list = field(default_factory=list)
    noted: list = field(default_factory=list)
    closed: bool = False

    def generate(self, prompt, sampling, answered=""):
        self.asked.append((prompt, sampling, answered))
        usage = Usage(prompt_tokens=100, primed_tokens=90, evaluated_tokens=10)
        pieces = self.answers.pop(0)

        def write():
            if answered:
                yield answered
            for piece in pieces:
                if isinstance(piece, BaseException):
                    raise piece
                if piece == "<length>":
                    usage.finish = "length"
                    return
                usage.tokens += 1
                yield piece
            usage.finish = "stop"

        return Generation(write(), usage)

    def generate_several(self, prompt, sampling, count, *, effort=None, show=None, also=()):
        self.asked.append((prompt, sampling, count))
        if show and self.answers:
            show("".join(self.answers[0]))
        return [Candidate("".join(pieces), -0.1 * n) for n, pieces in enumerate(self.answers)], Usage()

    def note_turn(self, prompt, answer):
        self.noted.append((prompt, answer))

    def prime(self, prefix):
        self.asked.append(prefix)
        return len(prefix)

    def close(self):
        self.closed = True


@dataclass
class Result:
    code: int
    out: str
    err: str
    engine: FakeEngine


@pytest.fixture
def shellmate(tmp_path):
    def run(*args, answers=(), stdin=None, terminal=False, **variables):
        engine = FakeEngine([list(a) for a in answers])
        out, err = io.BytesIO(), io.StringIO()
        places = {
            f"SHELLMATE_{k}_DIR": str(tmp_path / k.lower()) for k in ("CONFIG", "DATA", "CACHE", "STATE", "RUNTIME")
        }
        with nullcontext() if stdin is None else piped(stdin) as reader:
            env = Environment(
                reader, out, err, {**places, **variables}, tmp_path, stdin_is_terminal=terminal and reader is None
            )
            code = main(list(args), env, lambda: engine)
        return Result(code, out.getvalue().decode(), err.getvalue(), engine)

    return run

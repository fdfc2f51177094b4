"""Commands in whose way a fault is put, and a home for each test."""

import errno
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

import pytest

from shellmate.models.catalogue import Model
from tests.programs import need

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

    def perform(self, **request: object) -> Result:
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(json.dumps(request | {"scratch": str(self._scratch)}) + "\n")
        self._process.stdin.flush()
        return Result(**json.loads(self._process.stdout.readline()))

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

    def run(self, *args: str, answers: tuple[str, ...] = (), at: int = 0, error: int = 0, below: str = "") -> Result:
        """Run the command; from step `at` on in the folder `below` of this home, calls fail with `error`, or where that
        is 0 the process is killed in it."""
        places = {f"SHELLMATE_{kind}_DIR": str(self.place(kind)) for kind in KINDS}
        return self.stage.perform(
            args=args,
            answers=answers,
            variables={"HOME": str(self.root), "PATH": os.environ["PATH"], "LANG": "C.UTF-8", "SHELLMATE_DRY_RUN": "0"}
            | places
            | self.variables,
            cwd=str(self.root),
            below=str(self.root / below),
            at=at,
            error=error,
            models=[asdict(model) for model in self.models],
            modules=self.modules,
        )

    def must(self, *args: str, **options: object) -> Result:
        """Run the command, which has to succeed."""
        result = self.run(*args, **options)  # type: ignore[arg-type]
        assert result.code == 0, (args, result)
        return result

    def files(self, below: str = "") -> dict[str, bytes]:
        """All that is in a folder, by its path there."""
        top = self.root / below
        return {str(f.relative_to(top)): f.read_bytes() for f in sorted(top.rglob("*")) if f.is_file()}


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    if sys.platform != "linux":
        pytest.skip("calls of the C library are replaced by preloading, as Linux does it")
    folder = tmp_path_factory.mktemp("stage")
    library = folder / "faults.so"
    command = [need("cc"), "-shared", "-fPIC", "-Wall", "-Wextra", "-Werror", "-o", library, HERE / "faults.c", "-ldl"]
    subprocess.run(command, check=True)
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

    def every(*args: str, error: int = 0, below: str = "", **options: object) -> Iterator[Result]:
        before = tmp_path / "before"
        shutil.copytree(home.root, before, symlinks=True)
        for step in range(1, MOST_STEPS):
            result = home.run(*args, at=step, error=error, below=below, **options)  # type: ignore[arg-type]
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


FULL = errno.ENOSPC

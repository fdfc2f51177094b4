"""The real model: where it lies, engines on it, and the command on a cache that is primed once a session."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from shellmate.core.environment import Environment
from shellmate.core.paths import Paths
from shellmate.engine.binding import THREAD_VARIABLES
from shellmate.engine.engine import Sampling
from shellmate.engine.local import Limits, LocalEngine
from shellmate.models.store import ModelFile, find_model_file
from shellmate.prompt.prompt import Message, Prompt

Environment.of_process().prefer(THREAD_VARIABLES)  # before the library is loaded, as the command does it
ROOT = Path(__file__).parents[2]
SMALL_PREFIX = (
    Message("system", "You answer with one Python code block and nothing else."),
    Message("user", "print hello"),
    Message("assistant", '```python\nprint("hello")\n```'),
    Message("user", "length of a file in bytes"),
    Message("assistant", '```python\nimport os\n\nprint(os.path.getsize("data.bin"))\n```'),
)


def _need(name: str) -> ModelFile:
    found = find_model_file(name, Paths.of(os.environ), Environment.of_process(), quiet=True)
    if not found:
        pytest.fail(f"the model {name} is not here: run make model", pytrace=False)
    return found


@pytest.fixture(scope="session")
def model_file() -> ModelFile:
    return _need("qwen2.5-coder-0.5b")


@pytest.fixture(scope="session")
def smollm_file() -> ModelFile:
    return _need("smollm2-135m")


@pytest.fixture(scope="session")
def small_prompt() -> Callable[..., Prompt]:
    """A prompt on a short prefix, which is primed in a second."""

    def make(suffix: str, *openings: str, prefix: tuple[Message, ...] = SMALL_PREFIX) -> Prompt:
        return Prompt(prefix, suffix, openings)

    return make


class Progress:
    """Stands for the bars on stderr; what was begun is in `begun`."""

    def __init__(self) -> None:
        self.begun: list[str] = []

    @contextmanager
    def __call__(self, what: str, total: int, unit: str, announce: bool = True) -> Iterator[Callable[[int], None]]:
        self.begun.append(what)
        yield lambda _: None


@pytest.fixture(scope="session")
def new_engine(model_file: ModelFile) -> Callable[..., LocalEngine]:
    """Opens engines. `said` of an engine is what it told the user, `primings` how many tokens it evaluated for a prefix
    each time: a progress bar comes only from 250 on."""

    def open_engine(kv: Path, file: ModelFile | None = None, **limits: Any) -> LocalEngine:
        said: list[str] = []
        engine = LocalEngine(file or model_file, kv, Limits(**limits), Progress(), said.append)
        engine.said, engine.primings, prime = said, [], engine._states._prime

        def count(context, prefix):
            engine.primings.append(len(prefix))
            return prime(context, prefix)

        engine._states._prime = count
        return engine

    return open_engine


@pytest.fixture
def engine_on(new_engine: Callable[..., LocalEngine]) -> Iterator[Callable[..., LocalEngine]]:
    """Opens engines that are closed when the test ends: each takes some 80 MB beside the mapped model."""
    with ExitStack() as opened:
        yield lambda *given, **limits: opened.enter_context(closing(new_engine(*given, **limits)))


@pytest.fixture(scope="session")
def shared_engine(
    new_engine: Callable[..., LocalEngine], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LocalEngine]:
    """One engine for the tests that do not care what it did before; that it does not matter is a test of its own."""
    with closing(new_engine(tmp_path_factory.mktemp("shared") / "kv")) as engine:
        yield engine


@pytest.fixture(scope="session")
def answer() -> Callable[..., SimpleNamespace]:
    """The answer's text, pieces and usage."""

    def take(engine: LocalEngine, prompt: Prompt, max_tokens: int = 64, stop: str = "", **sampling) -> SimpleNamespace:
        generation = engine.generate(prompt, Sampling(max_tokens=max_tokens, stop=stop, **sampling))
        pieces = list(generation)
        return SimpleNamespace(text="".join(pieces), pieces=pieces, usage=generation.usage)

    return take


@pytest.fixture(scope="session")
def environment_for(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], dict[str, str]]:
    """The variables of a command whose cache is in a given directory: the user's models and nothing else of theirs."""
    home = tmp_path_factory.mktemp("home")

    def variables(cache: Path) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith("SHELLMATE_")}
        return kept | {
            "SHELLMATE_DATA_DIR": str(Paths.of(os.environ).data),
            "SHELLMATE_CACHE_DIR": str(cache),
            "SHELLMATE_STATE_DIR": str(home / "state"),
            "SHELLMATE_CONFIG_DIR": str(home / "config"),
            "SHELLMATE_RUNTIME_DIR": str(home / "run"),
            "SHELLMATE_RESIDENT": "use",
            "SHELLMATE_OFFLINE": "1",
            "PYTHONPATH": str(ROOT),
            "PYTHONUTF8": "1",
        }

    return variables


@pytest.fixture(scope="session")
def primed(
    model_file: ModelFile, environment_for: Callable[[Path], dict[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, str]:
    """The variables of a command whose prompts are primed. What `make test` has primed already is copied: it is the
    same state, and half a minute less."""
    cache, users = tmp_path_factory.mktemp("primed"), Paths.of(os.environ).kv
    if users.is_dir():
        shutil.copytree(users, cache / "kv", ignore=shutil.ignore_patterns("*.lock"))
    variables = environment_for(cache)
    done = subprocess.run(
        [sys.executable, "-m", "shellmate", "cache", "prime"],
        env=variables, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return variables


@pytest.fixture
def unprimed(
    model_file: ModelFile, environment_for: Callable[[Path], dict[str, str]], tmp_path: Path
) -> dict[str, str]:
    """The variables of a command that has nothing in its cache."""
    return environment_for(tmp_path / "cache")


@pytest.fixture
def run(primed: dict[str, str], tmp_path: Path) -> Callable[..., subprocess.CompletedProcess]:
    """Runs the command on the primed cache, in an empty directory, without a terminal and with nothing on stdin."""

    def run_command(*words: str, **options) -> subprocess.CompletedProcess:
        options = {"env": primed, "timeout": 120, "cwd": tmp_path} | options
        if "input" not in options:
            options.setdefault("stdin", subprocess.DEVNULL)
        return subprocess.run([sys.executable, "-m", "shellmate", *words], capture_output=True, text=True, **options)

    return run_command

"""A process that is killed while it primes a prompt and keeps its state: the next one primes it and answers."""

import json
import signal
import subprocess
import sys

import pytest

from tests.faults.conftest import build_faults

pytestmark = pytest.mark.model

ARMED = (
    "import ctypes, sys\n"
    "ctypes.CDLL(None).faults_arm(sys.argv[1].encode(), ctypes.c_long(int(sys.argv[2])), 0)\n"
    "del sys.argv[1:3]\n"
    "from shellmate.__main__ import run\n"
    "run()\n"
)
ASK = ("-m", "smollm2-135m", "-p", "own", "--effort", "fast", "--max-tokens", "12", "--json", "list files")
EVERY = 9  # each step is a process with a model


@pytest.fixture
def variables(smollm_file, environment_for, tmp_path) -> dict[str, str]:
    """Those of a command with a short prompt of its own."""
    prompt = tmp_path / "config" / "prompts" / "own.toml"
    prompt.parent.mkdir(parents=True)
    prompt.write_text('language = "shell"\nsystem = "You write one command for bash, in a fence."\n')
    return environment_for(tmp_path / "cache") | {
        "SHELLMATE_LOG": "0",
        "SHELLMATE_CONFIG_DIR": str(tmp_path / "config"),
    }


def test_killed_while_it_primes(variables, tmp_path):
    library = build_faults(tmp_path)

    def run(*command: str, **more: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [sys.executable, *command, *ASK], env=variables | more, stdin=subprocess.DEVNULL, capture_output=True,
            text=True, timeout=120,
        )  # fmt: skip

    def answer() -> tuple[str, bool]:
        done = run("-m", "shellmate")
        assert done.returncode == 0, done.stderr
        said = json.loads(done.stdout)
        return said["code"], said["timings"]["primed_tokens"] > 0

    right, kv, step = answer(), tmp_path / "cache" / "kv", 1
    while True:
        kv.rename(tmp_path / f"kv-{step}")
        done = run("-c", ARMED, str(kv), str(step), LD_PRELOAD=str(library))
        assert answer() == right
        assert len(list(kv.rglob("*.val"))) == 1, step
        if done.returncode == 0:
            break
        assert done.returncode == -signal.SIGKILL
        step += EVERY
    assert step > 5 * EVERY

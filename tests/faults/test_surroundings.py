"""Where the process is started: no home, another locale, no terminal, closed streams, a full one."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
PLACES = ("CONFIG", "DATA", "CACHE", "STATE", "RUNTIME")
COMMAND = [sys.executable, "-m", "shellmate"]
HOMELESS = """if True:
    import pwd, sys
    def unknown(_): raise KeyError("no such user")
    pwd.getpwuid = pwd.getpwnam = unknown
    from shellmate.__main__ import run
    run()
"""


def start(*command: str, cwd: Path, stdin: bytes | None = None, **variables: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        command,
        cwd=cwd,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", **variables},
        input=stdin,
        stdin=subprocess.DEVNULL if stdin is None else None,
        capture_output=True,
        timeout=60,
        start_new_session=True,  # and so without a terminal
    )


def places(folder: Path) -> dict[str, str]:
    return {f"SHELLMATE_{kind}_DIR": str(folder / kind.lower()) for kind in PLACES}


@pytest.mark.parametrize("more", [(), ("--detach",)])
def test_an_engine_without_its_model_ends_as_a_question_would(tmp_path, more):
    done = start(*COMMAND, "serve", *more, cwd=tmp_path, SHELLMATE_MODEL="/nowhere.gguf", **places(tmp_path))
    assert done.returncode == 3 and b"/nowhere.gguf does not exist" in done.stderr and done.stderr.count(b"\n") == 1


@pytest.mark.parametrize("args", [("config", "list"), ("log",), ("cache", "info"), ("list files",), ("model", "list")])
def test_without_a_home_it_is_said_what_to_set(tmp_path, args):
    done = start(sys.executable, "-c", HOMELESS, *args, cwd=tmp_path, SHELLMATE_OFFLINE="1")
    assert done.returncode in (1, 2) and done.stdout == b""
    assert done.stderr.count(b"\n") == 1 and b"there is no home directory; set one" in done.stderr, done.stderr
    assert b"internal" not in done.stderr
    assert list(tmp_path.iterdir()) == [], "nothing is made in the folder that happens to be the current one"


def test_without_a_home_but_with_places_all_is_well(tmp_path):
    for args in (("config", "set", "threads", "2"), ("config", "get", "threads"), ("judge", "ls"), ("model", "list")):
        done = start(sys.executable, "-c", HOMELESS, *args, cwd=tmp_path, **places(tmp_path))
        assert (done.returncode, done.stderr) == (0, b""), args


@pytest.mark.parametrize("args", [("--help",), ("-h",), ("--version",), ("serve", "--help"), ("model", "pull", "-h")])
def test_help_needs_no_home_and_no_settings(tmp_path, args):
    homeless = start(sys.executable, "-c", HOMELESS, *args, cwd=tmp_path)
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "config.toml").write_text("lang = = 1\n")
    unset = start(*COMMAND, *args, cwd=tmp_path, **places(tmp_path))
    for done in (homeless, unset):
        assert (done.returncode, done.stderr) == (0, b"") and done.stdout.startswith((b"Usage: ", b"shellmate, v"))


def test_words_that_only_look_like_a_call_for_help_are_words(tmp_path):
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "config.toml").write_text("lang = = 1\n")
    done = start(*COMMAND, "explain", "--no-prose", "ls", "-h", cwd=tmp_path, **places(tmp_path))
    assert done.returncode == 2 and b"config.toml: line 1" in done.stderr


LOCALES = [
    {"LANG": "C"},
    {"LC_ALL": "POSIX"},
    {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0"},
    {"LC_ALL": "xx_XX.nowhere"},
    {},
]


@pytest.mark.parametrize("locale", LOCALES, ids=str)
def test_words_are_utf_8_in_every_locale(tmp_path, locale):
    variables = places(tmp_path) | locale

    def run(*args: str, stdin: bytes | None = None) -> subprocess.CompletedProcess:
        return start(*COMMAND, *args, cwd=tmp_path, stdin=stdin, **variables)

    prompt = tmp_path / "config" / "prompts" / "统计.toml"
    prompt.parent.mkdir(parents=True)
    prompt.write_text('language = "shell"\nsystem = "用中文"\n', encoding="utf-8")
    (tmp_path / "模型.gguf").write_bytes(b"no model")
    assert "统计" in run("prompt", "list").stdout.decode()
    assert "用中文" in run("prompt", "show", "统计").stdout.decode()
    assert run("config", "set", "model", "./模型.gguf").returncode == 0
    assert run("config", "get", "model").stdout.decode() == "./模型.gguf\n"
    assert (tmp_path / "config" / "config.toml").read_text(encoding="utf-8") == 'model = "./模型.gguf"\n'
    assert "价格" in run("digest", stdin="名称,价格\n甲,1\n".encode()).stdout.decode()
    assert json.loads(run("judge", "--json", "rm -rf ~/文档/*").stdout)["level"] == "caution"
    assert "文档" in run("explain", "--no-prose", "ls 文档").stdout.decode()
    failed = run("模型 是什么")
    assert failed.returncode == 3 and failed.stderr.count(b"\n") == 1 and b"internal" not in failed.stderr


CLOSED = ["<&-", ">&-", "2>&-", "<&- >&-", "<&- 2>&-", ">&- 2>&-", "<&- >&- 2>&-"]
QUIET = [
    ("--help",),
    ("config", "set", "threads", "2"),
    ("config", "list"),
    ("judge", "ls"),
    ("log",),
    ("prompt", "list"),
    ("init", "bash"),
]


@pytest.mark.parametrize("closed", CLOSED)
def test_streams_that_are_closed(tmp_path, closed):
    script = f'"$@" {closed}'
    for args in QUIET:
        done = start("sh", "-c", script, "sh", *COMMAND, *args, cwd=tmp_path, **places(tmp_path))
        assert done.returncode == 0, (args, done)
        assert b"Traceback" not in done.stderr and b"internal" not in done.stderr, (args, done)
    config = tmp_path / "config" / "config.toml"
    assert config.read_text() == "threads = 2\n", "nothing that was said got into it"
    nothing = start("sh", "-c", script, "sh", *COMMAND, "digest", cwd=tmp_path, stdin=b"a,b\n1,2\n", **places(tmp_path))
    assert nothing.returncode == (2 if "<" in closed else 0)


def test_a_file_never_takes_the_place_of_a_stream_that_is_closed(tmp_path):
    code = (
        "import os; from shellmate.core.environment import Environment; Environment.of_process()\n"
        "os._exit(os.open(os.devnull, os.O_RDONLY))"
    )
    for closed in CLOSED:
        done = start("sh", "-c", f'"$@" {closed}', "sh", sys.executable, "-c", code, cwd=tmp_path)
        assert done.returncode > 2, closed


@pytest.mark.parametrize(
    "args",
    [("config", "list"), ("--help",), ("prompt", "show", "shell"), ("judge", "ls"), ("init", "bash"), ("--version",)],
)
def test_a_stdout_that_is_full_is_said(tmp_path, args):
    done = start("sh", "-c", '"$@" > /dev/full', "sh", *COMMAND, *args, cwd=tmp_path, **places(tmp_path))
    assert done.returncode == 1
    assert done.stderr == b"shellmate: No space left on device\n"
    silent = start("sh", "-c", '"$@" 2> /dev/full', "sh", *COMMAND, *args, cwd=tmp_path, **places(tmp_path))
    assert silent.returncode == 0


def test_without_a_terminal_nothing_waits(tmp_path):
    for args, code in [(("repl",), 0), (("model", "rm", "smollm2-135m"), 2), (("cache", "clear"), 0), ((), 2)]:
        done = start(*COMMAND, *args, cwd=tmp_path, **places(tmp_path), SHELLMATE_OFFLINE="1")
        assert done.returncode in (code, 3), (args, done)
        assert b"internal" not in done.stderr and b"Traceback" not in done.stderr

"""`shellmate doctor`: real faults, what it says of them, and whether the command that it names mends them."""

import json
import os
import re
import shlex
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from shellmate.engine.blob import Frame
from shellmate.engine.build import processor_features
from shellmate.engine.kvstore import KVStore
from shellmate.models.catalogue import CATALOGUE
from shellmate.session.log import SessionLog
from shellmate.session.turn import Turn
from tests.programs import need

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
MODEL = CATALOGUE["smollm2-135m"]
KINDS = ("CONFIG", "DATA", "CACHE", "STATE", "RUNTIME")


@dataclass
class Told:
    """What the doctor said: the exit status, and the findings by name."""

    code: int
    checks: list[dict[str, Any]]
    err: str

    def __getitem__(self, name: str) -> dict[str, Any]:
        return self.all(name)[0]

    def all(self, name: str) -> list[dict[str, Any]]:
        return [check for check in self.checks if check["name"] == name]

    def level(self, name: str) -> str:
        return self[name]["level"]


@dataclass
class House:
    """A home of its own, with a `shellmate` on the PATH, and a model of the right size whose digest is remembered."""

    home: Path
    variables: dict[str, str] = field(default_factory=dict)

    def run(self, *words: str, **more: Any) -> subprocess.CompletedProcess[str]:
        given = {"env": self.variables, "stdin": subprocess.DEVNULL, "cwd": self.home, "timeout": 60} | more
        program = shutil.which("shellmate", path=given["env"]["PATH"])
        return subprocess.run([program, *words], capture_output=True, text=True, **given)

    def ask(self, *words: str) -> Told:
        done = self.run("doctor", "--json", *words)
        assert done.stdout, done.stderr
        told = json.loads(done.stdout)
        assert set(told) == {"version", "level", "checks"}
        assert all(set(check) == {"name", "level", "text", "mend"} for check in told["checks"])
        assert (done.returncode == 1) == (told["level"] == "broken") and done.returncode in (0, 1)
        return Told(done.returncode, told["checks"], done.stderr)

    def mend(self, finding: dict[str, Any]) -> None:
        """Run the command as a user would, in a shell that stays: what it exports, and unsets, counts from there on."""
        script = f"{finding['mend']}\nenv -0 > {shlex.quote(str(self.home / 'after'))}"
        done = subprocess.run(
            ["bash", "--norc", "-c", script], env=self.variables, cwd=self.home, capture_output=True, timeout=60
        )
        assert not done.stderr, done.stderr
        after = (self.home / "after").read_text().split("\0")
        self.variables = dict(pair.split("=", 1) for pair in after if "=" in pair)

    def mend_loudly(self, finding: dict[str, Any]) -> None:
        """The same, for a command of shellmate's own, which says what it has done."""
        done = subprocess.run(shlex.split(finding["mend"]), env=self.variables, capture_output=True, text=True)
        assert done.returncode == 0 and done.stderr.startswith("shellmate: "), done.stderr

    def place(self, kind: str) -> Path:
        return Path(self.variables[f"SHELLMATE_{kind}_DIR"])

    @property
    def config(self) -> Path:
        return self.place("CONFIG") / "config.toml"

    def write_config(self, text: str | bytes) -> None:
        self.config.parent.mkdir(mode=0o700, exist_ok=True)
        self.config.write_bytes(text.encode() if isinstance(text, str) else text)
        self.config.chmod(0o600)

    def keep_states(self, count: int = 2) -> list[Path]:
        """States in the KV store; their files."""
        store = KVStore(self.place("CACHE") / "kv", 1 << 30)
        for number in range(count):
            key = sha256(b"%d" % number).hexdigest()
            assert store.write(key, Frame("qwen2", 9, [1, 2], [3], [2]), os.urandom(2000))
        store.close()
        return sorted((self.place("CACHE") / "kv").rglob("*.val"))

    def snapshot(self) -> dict[str, Any]:
        """Everything in the home: times, modes and bytes."""
        return {
            str(file): (os.lstat(file).st_mtime_ns, os.lstat(file).st_mode, file.is_file() and file.stat().st_size)
            for file in sorted(self.home.rglob("*"))
        }


@pytest.fixture
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    home = tmp_path_factory.mktemp("h")  # short, as the paths of sockets have to be
    program = home / "bin" / "shellmate"
    program.parent.mkdir(parents=True)
    # As an installer makes it.
    program.write_text(f"#!{sys.executable}\nfrom shellmate.__main__ import run\nrun()\n")
    program.chmod(0o755)
    variables = {f"SHELLMATE_{kind}_DIR": str(home / kind.lower()) for kind in KINDS}
    variables |= {
        "PATH": f"{program.parent}:{os.defpath}", "HOME": str(home), "LANG": "C.UTF-8", "PYTHONPATH": str(ROOT),
        "SHELLMATE_MODEL": MODEL.name, "PYTHONDONTWRITEBYTECODE": "1",
    }  # fmt: skip
    made = House(home, variables)
    put_model(made)
    return made


def put_model(house: House) -> Path:
    """A file with holes that has the model's size, and a stamp that says that its bytes are the right ones."""
    file = house.place("DATA") / "models" / MODEL.file
    file.parent.mkdir(parents=True, mode=0o700)
    with file.open("wb") as new:
        new.truncate(MODEL.bytes)
    status = file.stat()
    house.place("DATA").chmod(0o700)
    house.place("CACHE").mkdir(mode=0o700)
    stamps = house.place("CACHE") / "models.json"
    stamps.write_text(json.dumps({str(file): [status.st_size, status.st_mtime_ns, status.st_ino, MODEL.sha256]}))
    stamps.chmod(0o600)
    return file


def test_nothing_is_wrong_in_a_sound_house(house):
    told = house.ask()
    assert (told.code, told.err) == (0, "")
    assert [check for check in told.checks if check["level"] in ("warning", "broken")] == []
    assert MODEL.name in told["model"]["text"]
    assert told["settings"]["text"].startswith("there is no file")


def test_the_effort_is_said_with_what_it_gives_and_costs(house):
    assert house.ask()["effort"]["text"].startswith("balanced: a command is the best of eight, in two to three times")
    house.variables |= {"SHELLMATE_MODEL": "qwen2.5-coder-0.5b", "SHELLMATE_EFFORT": "careful"}
    without = house.ask()["effort"]
    assert (without["level"], without["mend"]) == ("note", "shellmate model pull qwen2.5-coder-1.5b")
    assert "best of twelve" in without["text"]
    larger = CATALOGUE["qwen2.5-coder-1.5b"]
    with (house.place("DATA") / "models" / larger.file).open("wb") as file:
        file.truncate(larger.bytes)
    told = house.ask()["effort"]
    assert told["level"] == "ok"
    assert "qwen2.5-coder-1.5b (1,117 MB) writes what qwen2.5-coder-0.5b is not sure of" in told["text"]
    house.variables["SHELLMATE_EFFORT"] = "fast"
    assert "; with careful, qwen2.5-coder-1.5b" in house.ask()["effort"]["text"]
    house.variables |= {"SHELLMATE_ENGINE": "http", "SHELLMATE_BASE_URL": "http://localhost:9/v1"}
    assert house.ask().all("effort") == []


def test_it_writes_nothing(house):
    house.keep_states()
    SessionLog(house.place("STATE"), print).close()
    house.write_config("lang = 'shell'\n")
    before = house.snapshot()
    house.ask()
    house.run("doctor", "--deep", "--quiet")
    assert house.snapshot() == before


def test_it_loads_nothing_heavy(house):
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "shellmate", "doctor"],
        env=house.variables, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0
    loaded = {line.rsplit("|", 1)[1].strip().split(".")[0] for line in done.stderr.splitlines() if "|" in line}
    assert "packaging" in loaded
    assert not loaded & {"llama_cpp", "numpy", "diskcache", "huggingface_hub", "prompt_toolkit", "pygments", "uvicorn"}


# How it is said.


def test_people_get_a_line_for_each_check_and_the_command_below_it(house):
    house.write_config("thread = 3\n")
    done = house.run("doctor")
    assert (done.returncode, done.stderr) == (1, "")
    lines = done.stdout.splitlines()
    at = next(n for n, line in enumerate(lines) if line.startswith("broken   settings      "))
    assert "config.toml: line 1: thread is not a setting" in lines[at]
    assert lines[at + 1] == f"{'':23}→ sed -i.broken '1s/^/# /' {house.config}"
    assert all(
        re.match(r"(ok|note|warning|broken) +\S", line) or line.startswith(" " * 23 + "→ ") for line in lines[:-1]
    )
    assert re.fullmatch(r"\d+ checks: 1 broken, .*\d+ ok", lines[-1])


@pytest.mark.parametrize("variables", [{"LANG": "C"}, {"LC_ALL": "C"}, {"LANG": "POSIX"}, {"LANG": ""}])
def test_only_ascii_where_the_locale_has_nothing_else(house, variables):
    house.write_config('"größe" = 3\n')
    house.variables |= variables
    done = house.run("doctor")
    assert done.stdout.isascii() and "gr\\xf6\\xdfe" in done.stdout and "-> sed" in done.stdout
    finding = house.ask()["locale"]
    assert finding["level"] == "note"
    house.mend(finding)
    assert house.ask().level("locale") == "ok"
    assert "→ sed" in house.run("doctor").stdout


def test_a_locale_that_is_not_installed(house):
    house.variables["LANG"] = "xx_XX.UTF-8"
    finding = house.ask()["locale"]
    assert finding["level"] == "warning" and "xx_XX.UTF-8 is not installed" in finding["text"]
    house.mend(finding)
    assert house.ask().level("locale") == "ok"


def test_quiet_says_only_what_is_wrong(house):
    assert house.run("doctor", "-q").stdout == ""
    house.write_config("thread = 3\n")
    assert [line[:6] for line in house.run("doctor", "-q").stdout.splitlines()] == ["broken", " " * 6]


def test_what_a_terminal_would_obey_is_made_visible(house):
    house.write_config('"\\u001b]0;x\\u0007" = 1\n')
    said = house.run("doctor").stdout
    assert "\x1b" not in said and "\\x1b]0;x" in said


def on_terminal(house: House, **variables: str) -> str:
    """What it writes on a terminal of 100 columns."""
    script = "stty columns 100 rows 30; shellmate doctor"
    done = subprocess.run(
        [need("script"), "-qec", script, "/dev/null"],
        env=house.variables | {"TERM": "xterm-256color", **variables}, stdin=subprocess.DEVNULL, capture_output=True, timeout=60,
    )  # fmt: skip
    return done.stdout.decode().replace("\r\n", "\n")


def test_on_a_terminal_it_is_coloured_and_folded(house):
    said = on_terminal(house)
    assert "\x1b[32mok      \x1b[0m terminal      xterm-256color, 100 columns, 30 lines, 256 colours\n" in said
    plain = re.sub(r"\x1b\[[0-9;]*m", "", said).splitlines()
    assert any(line.startswith(" " * 23 + "diskcache") or "diskcache" in line for line in plain)
    assert max(len(line) for line in plain if "→" not in line and str(house.home) not in line) <= 100


def test_no_color_is_heeded_and_a_dumb_terminal_is_a_note(house):
    assert "\x1b" not in on_terminal(house, NO_COLOR="1")
    dumb = on_terminal(house, TERM="dumb")
    assert "\x1b" not in dumb and "note     terminal      100 columns, 30 lines, TERM is dumb" in dumb
    assert "export TERM=xterm-256color" in dumb


def test_a_check_that_fails_is_broken_and_the_others_are_made(house):
    broken = house.home / "broken" / "packaging"
    broken.mkdir(parents=True)
    (broken / "__init__.py").write_text("raise ValueError('no such thing')\n")
    house.variables["PYTHONPATH"] = f"{broken.parent}:{ROOT}"
    told = house.ask()
    assert told.code == 1
    assert told["dependencies"]["text"] == "this could not be checked: ValueError: no such thing"
    assert told.level("model") == "ok" and told.level("log") == "ok"


def test_a_home_with_blanks_and_quotes_in_its_name(house):
    odd = house.home.with_name("it's a $HOME; \u00e9")
    house.home.rename(odd)
    house.variables = {name: value.replace(str(house.home), str(odd)) for name, value in house.variables.items()}
    house.home = odd
    house.write_config("thread = 3\n")
    house.place("CACHE").chmod(0o755)
    lay_log(house, 0)
    write_rc(house, "bash", LOAD["zsh"])
    for name in ("settings", "cache dir", "log", "bash"):
        finding = house.ask()[name]
        assert finding["level"] in ("warning", "broken")
        house.mend(finding)
        assert house.ask().level(name) == "ok"


def test_the_mends_of_a_fish_user_are_for_fish(house):
    house.variables |= {"SHELL": need("fish"), "SHELLMATE_THREADS": "many"}
    (finding,) = house.ask().all("variables")
    script = f"{finding['mend']}; set -q SHELLMATE_THREADS; and echo there"
    done = subprocess.run([need("fish"), "-c", script], env=house.variables, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("", "")


# Python, its packages, llama.cpp.


def fake_llama(house: House, body: str) -> None:
    """An installed llama-cpp-python whose library does, or says, this."""
    package = house.home / "fake" / "llama_cpp"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "llama_cpp.py").write_text(
        "import ctypes, os, signal\n"
        "llama_log_callback = ctypes.CFUNCTYPE(None, ctypes.c_int, ctypes.c_char_p, ctypes.c_void_p)\n"
        "def llama_log_set(*_): pass\n"
        "def llama_version(): return b'1'\n"
        f"def llama_print_system_info(): {body}\n"
    )
    house.variables["PYTHONPATH"] = f"{package.parent}:{ROOT}"


@pytest.mark.skipif(not processor_features(), reason="the system does not say what its processor can do")
def test_a_build_without_what_the_processor_has_is_a_warning(house):
    fake_llama(house, "return b'CPU : SSE3 = 1 | AVX2 = 0 | '")
    told = house.ask()
    assert told.code == 0 and told.level("llama.cpp") == "warning"
    assert "it is built without" in told["llama.cpp"]["text"] and "several times as long" in told["llama.cpp"]["text"]
    command = shlex.split(told["llama.cpp"]["mend"])
    assert command[0] == "CMAKE_ARGS=-DGGML_NATIVE=ON" and command[1] == sys.executable
    assert "--no-binary" in command and command[-1].startswith("llama-cpp-python==")


def test_a_build_for_another_processor_is_broken(house):
    fake_llama(house, "os.kill(os.getpid(), signal.SIGILL)")
    told = house.ask()
    assert told.level("llama.cpp") == "broken" and "SIGILL" in told["llama.cpp"]["text"]
    assert told.level("python") == "ok" and told.level("locale") == "ok"


def test_a_library_that_cannot_be_loaded(house):
    fake_llama(house, "pass\nraise OSError('libllama.so: cannot open shared object file')")
    assert "cannot open shared object file" in house.ask()["llama.cpp"]["text"]
    assert "--force-reinstall" in house.ask()["llama.cpp"]["mend"]


def test_without_a_compiler_upstreams_wheel_is_named(house):
    fake_llama(house, "os.kill(os.getpid(), signal.SIGILL)")
    house.variables["PATH"] = str(house.home / "bin")
    assert "--only-binary llama-cpp-python --extra-index-url" in house.ask()["llama.cpp"]["mend"]


def test_a_package_that_is_too_old(house):
    old = house.home / "old" / "click-7.0.dist-info"
    old.mkdir(parents=True)
    (old / "METADATA").write_text("Metadata-Version: 2.1\nName: click\nVersion: 7.0\n")
    house.variables["PYTHONPATH"] = f"{ROOT}:{old.parent}"
    finding = house.ask()["dependencies"]
    assert finding["level"] == "broken" and finding["text"] == "click is 7.0"
    assert finding["mend"].startswith(f"{sys.executable} -m pip install 'click>=")


def test_a_shellmate_that_the_path_does_not_find(house):
    program = house.home / "bin" / "shellmate"
    house.variables["PATH"] = os.defpath
    done = subprocess.run([program, "doctor", "--json"], env=house.variables, capture_output=True, text=True)
    finding = next(check for check in json.loads(done.stdout)["checks"] if check["name"] == "shellmate")
    assert finding["level"] == "warning" and "does not find it" in finding["text"]
    house.mend(finding)
    assert house.ask().level("shellmate") == "ok"


# The model.


def test_a_truncated_model(house):
    file = house.place("DATA") / "models" / MODEL.file
    os.truncate(file, 1000)
    told = house.ask()
    assert told.code == 1 and told.level("model") == "broken"
    assert f"it has 1,000 bytes where {MODEL.bytes:,} are right" in told["model"]["text"]
    assert told["model"]["mend"] == f"shellmate model pull {MODEL.name}"


def test_a_model_that_was_written_to_is_not_taken_for_checked(house):
    file = house.place("DATA") / "models" / MODEL.file
    os.utime(file)
    told = house.ask()
    assert (told.code, told.level("model")) == (0, "note")
    assert told["model"]["mend"] == "shellmate model verify"
    assert house.ask("--deep").level("model") == "broken"  # it is all zeros


def test_a_missing_model(house):
    (house.place("DATA") / "models" / MODEL.file).unlink()
    told = house.ask()
    assert (told.code, told.level("model")) == (0, "warning")
    assert told["model"]["mend"] == f"shellmate model pull {MODEL.name}"
    house.write_config("offline = true\n")
    told = house.ask()
    assert told.level("model") == "broken" and "offline forbids" in told["model"]["text"]
    allow, _, command = told["model"]["mend"].partition(" shellmate ")
    assert command == f"model pull {MODEL.name}"
    allowed = dict(word.split("=") for word in allow.split())
    assert house.run("config", "get", "offline", env=house.variables | allowed).stdout == "False\n"
    house.variables |= {"SHELLMATE_OFFLINE": "0", "SHELLMATE_AUTO_PULL": "0"}
    assert house.ask().level("model") == "broken" and "auto_pull = false forbids" in house.ask()["model"]["text"]


@pytest.mark.parametrize("name", ["qwen", "./none.gguf", "/etc/passwd", "/etc"])
def test_a_model_that_there_is_not(house, name):
    del house.variables["SHELLMATE_MODEL"]
    house.write_config(f"model = {json.dumps(name)}\n")
    finding = house.ask()["model"]
    assert finding["level"] == "broken"
    house.mend(finding)
    assert house.ask().level("model") == "warning"  # the default one, which is not here


def test_a_model_that_an_empty_variable_names(house):
    house.variables["SHELLMATE_MODEL"] = ""
    house.mend(house.ask()["model"])
    assert house.ask().level("model") == "warning"


# The settings.


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("lang = 'shell'\nthread = 3\n", "line 2: thread is not a setting"),
        ("threads = 'many'\nlang = 'shell'\n", "line 1: threads: 'many' is not a whole number"),
        ("threads = 2\nthreads = 4\nlang = 'shell'\n", "line 2: threads: cannot overwrite a value"),
        ("lang = 'shell'\nfoo bar\nnope = 1\n", "line 2: expected '='"),
        ("lang = 'shell'\n[threads]\nx = 1\n", "line 2: threads: it is not a whole number"),
        ('lang = "shell"\n"((" = 1\n', "line 2: (( is not a setting"),
    ],
)
def test_a_broken_config(house, text, said):
    house.write_config(text)
    told = house.ask()
    assert told.code == 1
    assert str(house.config) in told["settings"]["text"] and said.split("it is not")[0] in told["settings"]["text"]
    house.mend(told["settings"])
    assert house.ask().level("settings") == "ok"
    assert house.run("config", "get", "lang").stdout == "shell\n"
    assert house.config.with_name("config.toml.broken").read_text() == text


def test_all_lines_that_are_wrong_are_told_at_once(house):
    house.write_config("a = 1\nlang = 'shell'\nthreads = -1\nfoo\n")
    text = house.ask()["settings"]["text"]
    assert "line 1: a" in text and "line 3: threads" in text and "line 4: " in text


@pytest.mark.parametrize("content", [b"lang = '\xff'\n", b'x = """\nnever ends\n', b"x = " + b"[" * 10_000])
def test_a_config_beyond_mending_is_moved_away(house, content):
    house.write_config(content)
    finding = house.ask()["settings"]
    assert finding["level"] == "broken"
    house.mend(finding)
    assert house.ask().level("settings") == "ok"


def test_a_config_that_is_a_directory(house):
    house.config.mkdir(parents=True, mode=0o700)
    house.config.parent.chmod(0o700)
    finding = house.ask()["settings"]
    assert finding["level"] == "broken" and "is a directory" in finding["text"]
    house.mend(finding)
    assert house.ask().level("settings") == "ok"


def test_variables_that_are_wrong_or_mean_nothing(house):
    house.variables |= {"SHELLMATE_THREADS": "many", "SHELLMATE_TREADS": "2", "SHELLMATE_LANG": "shell"}
    told = house.ask()
    typo, wrong = told.all("variables")
    if typo["level"] != "note":
        typo, wrong = wrong, typo
    assert wrong["level"] == "broken" and "SHELLMATE_THREADS: 'many'" in wrong["text"]
    assert "SHELLMATE_TREADS means nothing; is it SHELLMATE_THREADS?" in typo["text"]
    house.mend(wrong)
    house.mend(typo)
    assert house.ask().all("variables") == []


@pytest.mark.parametrize(
    ("config", "variables", "said"),
    [
        ("engine = 'http'\nbase_url = 'https://api.example/v1'\noffline = true\n", {}, "offline forbids"),
        ("base_url = 'https://api.example/v1'\noffline = true\n", {"SHELLMATE_ENGINE": "http"}, "offline forbids"),
        ("engine = 'http'\n", {}, "no base_url"),
        ("engine = 'http'\nbase_url = 'http://localhost:1/v1'\neffort = 'careful'\n", {}, "chooses nothing"),
        ("engine = 'http'\nbase_url = 'nonsense'\n", {}, "no address of an API"),
        ("ctx = 4096\n", {}, "no room for the prompts"),
        ("threads = 1024\n", {}, "they wait for each other"),
        ("", {"SHELLMATE_THREADS": "1024"}, "they wait for each other"),
        ("seed = 3\n", {}, "seed = 3 means nothing while temperature = 0"),
        ("engine = 'http'\nbase_url = 'http://api.example/v1'\napi_key = 'x'\n", {}, "unencrypted"),
    ],
)
def test_settings_that_make_no_sense_together(house, config, variables, said):
    house.write_config(config)
    house.variables |= variables
    finding = next(check for check in house.ask().all("settings") if said in check["text"])
    assert finding["level"] != "ok"
    house.mend(finding)
    assert not [check for check in house.ask().all("settings") if said in check["text"]]


def test_somebody_elses_engine_needs_no_model(house):
    shutil.rmtree(house.place("DATA"))
    house.write_config("engine = 'http'\nbase_url = 'http://localhost:8080/v1'\n")
    told = house.ask()
    assert told.code == 0 and "engine = http" in told["model"]["text"]


@pytest.mark.parametrize("text", ["system = 3\n", "oops"])
def test_a_prompt_that_cannot_be_read(house, text):
    own = house.place("CONFIG") / "prompts" / "mine.toml"
    own.parent.mkdir(parents=True, mode=0o700)
    own.write_text(text)
    finding = house.ask()["prompts"]
    assert finding["level"] == "broken" and "mine.toml" in finding["text"]
    assert finding["mend"] == "shellmate prompt edit mine"
    house.variables["EDITOR"] = "rm"
    house.run("prompt", "edit", "mine")
    assert house.ask().level("prompts") != "broken"


def test_a_prompt_that_there_is_not(house):
    house.write_config("prompt = 'nope'\n")
    finding = house.ask()["prompts"]
    assert finding["level"] == "broken"
    house.mend(finding)
    assert house.ask().level("prompts") != "broken"


# The directories.


@pytest.mark.parametrize(
    ("kind", "mode", "level"),
    [
        ("STATE", 0o755, "warning"),
        ("CACHE", 0o750, "warning"),
        ("RUNTIME", 0o755, "broken"),
        ("DATA", 0o777, "warning"),
    ],
)
def test_wrong_modes(house, kind, mode, level):
    name = f"{kind.lower()} dir"
    house.place(kind).mkdir(exist_ok=True)
    house.place(kind).chmod(mode)
    finding = house.ask()[name]
    assert finding["level"] == level and f"mode {mode:04o}" in finding["text"]
    house.mend(finding)
    assert house.ask().level(name) == "ok"


@pytest.mark.parametrize(("text", "level"), [("lang = 'shell'\n", "note"), ("api_key = 'x'\n", "warning")])
def test_settings_are_no_secret_but_for_a_key(house, text, level):
    house.write_config(text)
    house.config.parent.chmod(0o755)
    finding = house.ask()["config dir"]
    assert finding["level"] == level and "mode 0755" in finding["text"]
    house.mend(finding)
    assert house.ask().level("config dir") == "ok"


def test_files_that_others_can_read(house):
    SessionLog(house.place("STATE"), print).close()
    (house.place("STATE") / "sessions.db").chmod(0o644)
    house.write_config("api_key = 'x'\n")
    house.config.chmod(0o644)
    for name in ("state dir", "config dir"):
        finding = house.ask()[name]
        assert finding["level"] == "warning" and "others can read" in finding["text"]
        house.mend(finding)
        assert house.ask().level(name) == "ok"


def test_directories_that_cannot_be_entered(house):
    """Root enters them as well, unless it gives up the right to."""
    house.variables["PATH"] += ":/usr/sbin"
    as_others = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.geteuid() == 0 else []
    SessionLog(house.place("STATE"), print).close()
    house.keep_states()
    house.write_config("lang = 'shell'\n")
    for kind in KINDS[:-1]:
        house.place(kind).chmod(0)
    mended = 0
    while True:
        done = subprocess.run(
            [*as_others, house.home / "bin" / "shellmate", "doctor", "--json"],
            env=house.variables, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60,
        )  # fmt: skip
        wrong = [c for c in json.loads(done.stdout)["checks"] if c["level"] == "broken"]
        if not wrong:
            break
        assert "denied" in wrong[0]["text"] or "cannot be written" in wrong[0]["text"]
        house.mend(wrong[0])
        mended += 1
        assert mended <= len(KINDS)
    assert mended == 4 and done.returncode == 0


def test_a_file_where_a_directory_should_be(house):
    house.place("STATE").write_text("")
    finding = house.ask()["state dir"]
    assert finding["level"] == "broken" and "is not a directory" in finding["text"]
    house.mend(finding)
    assert house.ask().level("state dir") == "ok"


def in_sandbox(house: House, *options: str) -> Told:
    """What it says where bubblewrap has laid something over the home."""
    sealed = [need("bwrap"), "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", *options, "--"]
    done = subprocess.run(
        [*sealed, house.home / "bin" / "shellmate", "doctor", "--json"],
        env=house.variables, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    return Told(done.returncode, json.loads(done.stdout)["checks"], done.stderr)


def test_a_read_only_home(house):
    house.keep_states()
    SessionLog(house.place("STATE"), print).close()
    told = in_sandbox(house)
    assert (told.code, told.err) == (0, "")
    assert told.level("log") == "ok" and told.level("cache") == "ok" and told.level("model") == "ok"
    for name in ("state dir", "cache dir", "runtime dir"):
        assert told.level(name) == "warning" and "cannot be written" in told[name]["text"]
        house.mend(told[name])
        assert house.ask().level(name) == "ok"


def test_a_read_only_home_without_a_model_is_broken(house):
    shutil.rmtree(house.place("DATA") / "models")
    told = in_sandbox(house)
    assert told.code == 1 and told.level("data dir") == "broken"


def test_a_full_disk(house):
    told = in_sandbox(house, "--size", "65536", "--tmpfs", str(house.place("CACHE")))
    assert told.level("cache dir") == "warning" and "hardly any room" in told["cache dir"]["text"]
    house.mend(told["cache dir"])
    assert house.ask().level("cache dir") == "ok"


def test_a_directory_of_somebody_else(house):
    if os.geteuid() != 0:
        pytest.fail("takes another user, which only root can be", pytrace=False)
    place = house.place("STATE")
    place.mkdir(mode=0o700)
    os.chown(place, 65534, 65534)
    finding = house.ask()["state dir"]
    assert finding["level"] == "warning" and f"{place} belongs to nobody" in finding["text"]
    house.mend(finding)
    assert house.ask().level("state dir") == "ok"


def test_without_a_home(house):
    del house.variables["HOME"]
    told = house.ask()
    assert told.code == 0 and told.level("home") == "note"
    house.mend(told["home"])
    assert house.ask().all("home") == []


def test_without_a_home_that_anybody_knows(house):
    sealed = [need("bwrap"), "--ro-bind", "/", "/", "--dev", "/dev", "--unshare-user", "--uid", "12345", "--"]
    variables = {name: value for name, value in house.variables.items() if name in ("PATH", "PYTHONPATH")}
    done = subprocess.run(
        [*sealed, house.home / "bin" / "shellmate", "doctor"], env=variables, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert "there is no home directory" in done.stderr and done.stderr.count("\n") == 1


# The states and the log.


def test_a_state_that_is_cut_short(house):
    first, _ = house.keep_states()
    os.truncate(first, 500)
    finding = house.ask()["cache"]
    assert finding["level"] == "warning" and "1 of 2 states are damaged" in finding["text"]
    house.mend_loudly(finding)
    assert house.ask().level("cache") == "note"  # empty


def test_a_state_with_a_wrong_bit_is_found_by_its_checksum(house):
    first, _ = house.keep_states()
    data = bytearray(first.read_bytes())
    data[-7] ^= 1
    first.write_bytes(data)
    assert house.ask().level("cache") == "ok"
    finding = house.ask("--deep")["cache"]
    assert finding["level"] == "warning" and "1 of 2 states are damaged" in finding["text"]
    house.mend_loudly(finding)
    assert house.ask("--deep").level("cache") == "note"


@pytest.mark.parametrize("damage", ["beginning", "middle"])
def test_an_index_that_is_damaged(house, damage):
    states = house.keep_states(3)
    index = house.place("CACHE") / "kv" / "cache.db"
    data = bytearray(index.read_bytes())
    at = 0 if damage == "beginning" else 4096
    data[at : at + 4096] = os.urandom(4096)
    index.write_bytes(data)
    finding = house.ask()["cache"]
    assert finding["level"] == "warning" and "damaged" in finding["text"]
    house.mend_loudly(finding)
    assert house.ask().level("cache") == "note"
    assert not [file for file in states if file.exists()]


def test_states_that_belong_to_nothing(house):
    house.keep_states()
    orphan = house.place("CACHE") / "kv" / "aa" / "bb" / "cc.val"
    orphan.parent.mkdir(parents=True)
    orphan.write_bytes(bytes(3 << 20))
    orphan.chmod(0o600)
    finding = house.ask()["cache"]
    assert finding["level"] == "note" and "3 MiB of them belong to nothing" in finding["text"]
    house.mend_loudly(finding)
    assert not orphan.exists()


def lay_log(house: House, damage: int) -> Path:
    """A log of which 4,096 bytes are damaged."""
    log = SessionLog(house.place("STATE"), print)
    log.begin("tty1")
    log.close()
    file = house.place("STATE") / "sessions.db"
    data = bytearray(file.read_bytes())
    data[damage : damage + 4096] = os.urandom(4096)
    file.write_bytes(data)
    return file


@pytest.mark.parametrize("damage", [0, 4096])
def test_a_log_that_is_damaged(house, damage):
    file = lay_log(house, damage)
    finding = house.ask()["log"]
    assert finding["level"] == "warning" and "is damaged" in finding["text"]
    house.mend(finding)
    assert house.ask().level("log") == "ok"
    assert (file.parent / "old" / "sessions.db").exists()


def test_a_log_of_a_newer_shellmate(house):
    SessionLog(house.place("STATE"), print).close()
    file = house.place("STATE") / "sessions.db"
    connection = sqlite3.connect(file)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    finding = house.ask()["log"]
    assert finding["level"] == "warning" and "newer shellmate" in finding["text"]
    house.mend(finding)
    assert house.ask().level("log") == "ok"


def lay_answers(house: House, count: int, seconds: float, **other: Any) -> None:
    log, model = SessionLog(house.place("STATE"), print), {"model": MODEL.name, "language": "shell"}
    turn = {"words": "w", "message": "w", "answer": "a", "code": "ls\n", "timings": {"total_ms": seconds * 1000}}
    for _ in range(count):
        log.begin("tty1", "", Turn(**{**turn, **model, **other}))
    log.close()


def test_answers_that_are_long_in_coming(house):
    lay_answers(house, 4, 4.1)
    assert not house.ask().all("answers")
    lay_answers(house, 2, 4.1)
    finding = house.ask()["answers"]
    assert finding["level"] == "note" and "6 commands took 4.1 s" in finding["text"]
    house.mend(finding)
    assert not house.ask().all("answers")


def test_answers_that_say_nothing_of_the_effort(house):
    lay_answers(house, 6, 9.9)
    lay_answers(house, 20, 1.2)
    assert not house.ask().all("answers")
    lay_answers(house, 20, 9.9, language="python")
    lay_answers(house, 20, 9.9, model="another")
    assert not house.ask().all("answers")
    lay_answers(house, 20, 9.9, timings={})
    assert not house.ask().all("answers")


def test_pages_that_another_program_has_for_itself(house):
    pages = house.place("CACHE") / "pages.db"
    connection = sqlite3.connect(pages, isolation_level=None)
    connection.execute("CREATE TABLE pages (name TEXT)")
    pages.chmod(0o600)
    connection.execute("BEGIN EXCLUSIVE")
    told = house.ask()
    assert told.code == 0 and told.level("indexes") == "note"
    assert "while another program uses it" in told["indexes"]["text"]
    connection.close()
    assert house.ask().level("indexes") == "ok"


def test_pages_that_are_damaged(house):
    pages = house.place("CACHE") / "pages.db"
    pages.write_bytes(os.urandom(5000))
    pages.chmod(0o600)
    finding = house.ask()["indexes"]
    assert finding["level"] == "warning"
    house.mend_loudly(finding)
    assert house.ask().level("indexes") == "ok"


# The resident engine.


def lay_socket(house: House) -> tuple[socket.socket, Path]:
    house.place("RUNTIME").mkdir(mode=0o700)
    place = Path(house.run("status", "--socket").stdout.strip())
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(place))
    return listener, place


def test_a_socket_that_a_killed_process_has_left(house):
    listener, place = lay_socket(house)
    listener.close()
    place.with_suffix(".lock").touch(0o600)
    finding = house.ask()["resident"]
    assert finding["level"] == "warning" and "was killed" in finding["text"]
    house.mend(finding)
    assert not place.exists()
    assert house.ask().level("resident") == "ok"


def test_a_process_that_does_not_answer(house):
    listener, place = lay_socket(house)
    listener.listen()
    holds = (
        "import fcntl, json, os, sys, time\n"
        "lock = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT, 0o600)\n"
        "fcntl.flock(lock, fcntl.LOCK_EX)\n"
        "os.write(lock, json.dumps({'pid': os.getpid()}).encode())\n"
        "print(flush=True)\n"
        "time.sleep(60)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", holds, place.with_suffix(".lock")], stdout=subprocess.PIPE)
    try:
        assert process.stdout and process.stdout.readline()
        finding = house.ask()["resident"]
        assert finding["level"] == "warning" and f"does not answer (process {process.pid})" in finding["text"]
        house.mend(finding)
        assert process.wait(10) == -signal.SIGKILL
    finally:
        process.kill()
        listener.close()
    assert "was killed" in house.ask()["resident"]["text"]


# The shells.

RC = {"bash": ".bashrc", "zsh": ".zshrc", "fish": ".config/fish/config.fish"}
LOAD = {
    "bash": 'eval "$(shellmate init bash)"',
    "zsh": 'eval "$(shellmate init zsh)"',
    "fish": "shellmate init fish | source",
}
each_shell = pytest.mark.parametrize("shell", RC)


def write_rc(house: House, shell: str, *lines: str) -> Path:
    need(shell)
    file = house.home / RC[shell]
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(f"{line}\n" for line in lines))
    return file


def starts(house: House, shell: str) -> str:
    """What the real shell says on stderr when it starts, of shellmate."""
    done = subprocess.run(
        [need(shell), "-ic", "true"], env=house.variables, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    return "\n".join(line for line in done.stderr.splitlines() if "shellmate:" in line)


@each_shell
def test_the_widget_is_not_loaded_in_ones_own_shell(house, shell):
    file = write_rc(house, shell, "# " + LOAD[shell])
    told = house.ask()
    assert told.level(shell) == "ok" and "not loaded" in told[shell]["text"]
    house.variables["SHELL"] = f"/bin/{shell}"
    finding = house.ask()[shell]
    assert finding["level"] == "note" and "not loaded" in finding["text"]
    house.mend(finding)
    assert file.read_text().splitlines()[-1] == LOAD[shell]
    told = house.ask()
    assert told.level(shell) == "ok" and f"is loaded in {file}, line 2" in told[shell]["text"]
    assert told[f"{shell} key"]["text"] == "alt-m is free" and starts(house, shell) == ""


@each_shell
def test_the_widget_in_a_file_that_a_start_file_reads(house, shell):
    """Not where it depends on more than can be told from the text, nor for ever where two files read each other."""
    own = house.home / "dot files" / "own"
    own.parent.mkdir()
    reads = '[ -r ~/nothing ] && . "$HOME/dot files/own"' if shell != "fish" else 'source "$HOME/dot files/own"'
    main = write_rc(house, shell, ". $NOWHERE/own", reads)
    own.write_text(f"# {LOAD[shell]}\nsource {main}\n{LOAD[shell]}\n")
    assert f"is loaded in {own}, line 3" in house.ask()[shell]["text"]
    own.write_text("")
    assert "not loaded" in house.ask()[shell]["text"]


def test_what_another_shell_reads_of_its_own_is_not_the_shells(house):
    write_rc(house, "bash", LOAD["bash"])
    write_rc(house, "zsh", "emulate sh -c '. ~/.bashrc'", ". ~/.bashrc")
    told = house.ask()
    assert told.level("zsh") == "ok" and "not loaded" in told["zsh"]["text"] and "is loaded" in told["bash"]["text"]


@each_shell
def test_the_widget_of_another_shell(house, shell):
    other = "zsh" if shell == "bash" else "bash"
    write_rc(house, shell, LOAD[shell].replace(shell, other))
    finding = house.ask()[shell]
    assert finding["level"] == "broken" and f"line 1 loads the widget for {other}" in finding["text"]
    house.mend(finding)
    assert house.ask().level(shell) == "ok"


@pytest.mark.parametrize(
    ("shell", "line", "bound"),
    [
        ("bash", 'bind \'"\\em": "ls\\n"\'', "ls"),
        ("bash", "bind -x '\"\\em\": ls'", "ls"),
        ("zsh", "bindkey '^[m' copy-prev-shell-word", "copy-prev-shell-word"),
        ("zsh", "bindkey -s '\\em' 'ls\\n'", "ls"),
        ("fish", "bind \\em 'ls'", "ls"),
    ],
)
def test_a_key_that_the_user_has_bound(house, shell, line, bound):
    file = write_rc(house, shell, line, LOAD[shell])
    finding = house.ask()[f"{shell} key"]
    assert finding["level"] == "warning" and f"alt-m is bound to {bound}" in finding["text"]
    assert f"({file}, line 1)" in finding["text"]
    assert "bound" in starts(house, shell)  # as the shell itself has it
    house.mend(finding)
    told = house.ask()
    assert told.level(f"{shell} key") == "ok" and "as was wished" in told[f"{shell} key"]["text"]
    assert starts(house, shell) == ""


@pytest.mark.parametrize(("shell", "key", "bound"), [("zsh", "ctrl-g", "send-break"), ("bash", "ctrl-g", "abort")])
def test_a_key_that_the_shell_has_bound_itself(house, shell, key, bound):
    write_rc(house, shell, LOAD[shell])
    (house.home / ".inputrc").write_text("set bell-style none\n")
    house.variables["SHELLMATE_KEY"] = key
    finding = house.ask()[f"{shell} key"]
    assert finding["level"] == "warning" and f"{key} is bound to {bound}" in finding["text"]
    assert "bound" in starts(house, shell)
    house.mend(finding)
    assert house.ask().level(f"{shell} key") == "ok" and starts(house, shell) == ""


def test_a_key_that_readline_has_from_a_file(house):
    write_rc(house, "bash", LOAD["bash"])
    (house.home / ".inputrc").write_text('"\\em": kill-line\n')
    assert "alt-m is bound to kill-line" in house.ask()["bash key"]["text"]
    assert "bound" in starts(house, "bash")


def test_a_key_of_fishs_own_is_taken_since_fish_binds_it_later(house):
    write_rc(house, "fish", LOAD["fish"])
    house.variables["SHELLMATE_KEY"] = "alt-p"
    assert house.ask()["fish key"]["text"] == "alt-p is free" and starts(house, "fish") == ""
    bound = subprocess.run(
        [need("fish"), "-ic", "bind \\ep"],
        env=house.variables,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    assert "_shellmate_widget" in bound.stdout


def test_a_key_that_there_is_not(house):
    write_rc(house, "bash", LOAD["bash"])
    house.write_config("key = 'alt-left'\n")
    finding = house.ask()["bash key"]
    assert finding["level"] == "broken" and "alt-left" in finding["text"]
    house.mend(finding)
    assert house.ask().level("bash key") == "ok"
    write_rc(house, "bash", LOAD["bash"].replace("bash)", "bash --key alt-left)"))
    house.mend(house.ask()["bash key"])
    assert house.ask().level("bash key") == "ok"


def test_without_any_shell(house):
    house.variables["PATH"] = str(house.home / "bin")
    assert [house.ask()[shell]["text"] for shell in RC] == ["it is not installed"] * 3

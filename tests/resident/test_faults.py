"""Faults put in the way of a resident engine: what no client should send, clients that say nothing, signals, a full
disk, a folder that is gone or cannot be written, a process that is stopped or killed. It goes on, or says in one line
why not; and the next run works."""

import errno
import json
import os
import resource
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx
import pytest

from shellmate.resident import peers
from shellmate.resident.app import make_app
from shellmate.resident.bounds import MOST_BYTES
from tests.faults.conftest import build_faults
from tests.resident.conftest import Resident, json_lines
from tests.resident.test_page import FakePool, serving

pytestmark = pytest.mark.model
CHAT, TEXT = "/v1/chat/completions", "/v1/completions"
FEW_FILES = 240  # that the server may have open
PEOPLE = [{"role": "user", "content": "Say hello."}]
SHORT = {"prompt": "key 4711; key 4711; key", "max_tokens": 3}
ENDLESS = {"prompt": "x = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,", "max_tokens": 2000, "stream": True}
BRIEF = ("--idle", "1", "--exit-when-idle")
ARMED = """if True:
    import ctypes, os, sys
    os.environ.pop("LD_PRELOAD")
    library = ctypes.CDLL(None)
    below, step, error, clock = sys.argv[1:5]
    library.faults_arm(below.encode(), ctypes.c_long(int(step)), int(error))
    library.faults_clock(ctypes.c_long(int(clock)))
    del sys.argv[1:5]
    from shellmate.__main__ import run
    run()
"""
SMALL = {"SHELLMATE_MODEL": "smollm2-135m", "SHELLMATE_EFFORT": "fast"}


@pytest.fixture(scope="module")
def small(primed, smollm_file, tmp_path_factory):
    """Makes servers of the small model, each in a place of its own; those that are left are stopped at the end."""
    places, made = tmp_path_factory.mktemp("f"), []  # short, as the paths of sockets have to be
    prompts = places / "config" / "prompts"
    prompts.mkdir(parents=True)
    for language in ("auto", "shell"):  # evaluated in no time
        (prompts / f"{language}.toml").write_text(f'language = "{language}"\nsystem = "Write a command."\n')

    def make(*options, **variables):
        place, config = str(places / str(len(made))), str(places / "config")
        usual = {**primed, **SMALL, "SHELLMATE_RUNTIME_DIR": place, "SHELLMATE_CONFIG_DIR": config}
        made.append(Resident({**usual, **variables}, *options))
        return made[-1]

    yield make
    for server in made:
        server.stop()
        for running in json_lines(server.run("status", "--json").stdout):
            os.kill(running["pid"], signal.SIGKILL)


@pytest.fixture(scope="module")
def open_to_all(small):
    """A server with a TCP port, at which anybody on this machine may knock."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (FEW_FILES, limits[1]))
    try:
        server = small("--tcp", f"127.0.0.1:{port}").start()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    server.port = port
    return server


def assert_well(server):
    assert server.post(TEXT, SHORT).status == 200
    server.wait_for(lambda health: health["busy"] == health["waiting"] == 0)


def say(place, data, whole=False):
    """What comes back over a connection of its own; with `whole` up to its end."""
    with socket.socket(socket.AF_INET if isinstance(place, int) else socket.AF_UNIX) as asking:
        asking.settimeout(30)
        asking.connect(("127.0.0.1", place) if isinstance(place, int) else place)
        try:
            asking.sendall(data)
            return b"".join(iter(lambda: asking.recv(1000), b"")) if whole else asking.recv(1000)
        except (BrokenPipeError, ConnectionResetError):
            return b"hung up"


GARBAGE = [
    b"\x16\x03\x01\x02\x00\x01\x00",
    b"\0" * 1000,
    b"\xff" * 100_000,
    b"GET /health HTTP/1.1\r\n\r\n",
    b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X: y\r\n" * 100_000 + b"\r\n",
    b"POST /v1/completions HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
    b"POST /v1/completions HTTP/1.1\r\nHost: x\r\nContent-Length: 5, 6\r\n\r\n12345",
    b"POST /v1/completions HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
]


@pytest.mark.parametrize("data", GARBAGE, ids=lambda data: str(data[:40]))
def test_what_is_no_http(open_to_all, data):
    for place in (open_to_all.socket, open_to_all.port):
        assert say(place, data)[:12] in (b"HTTP/1.1 400", b"HTTP/1.1 404", b"HTTP/1.1 401", b"hung up")
    assert_well(open_to_all)


BODIES = [
    (CHAT, b"\xff\xfe\0garbage"),
    (CHAT, b"[" * 100_000),
    (CHAT, b'{"a":' * 100_000),
    (CHAT, {"messages": PEOPLE, "stop": 5}),
    (CHAT, {"messages": PEOPLE, "stop": {"a": 1}}),
    (CHAT, {"messages": PEOPLE, "stream_options": 5}),
    (CHAT, {"messages": [{"role": "user", "content": [{"type": "text"}]}]}),
    (CHAT, b'{"messages":[{"role":"user","content":"x"}],"temperature":NaN}'),
    (CHAT, b'{"messages":[{"role":"user","content":"x"}],"max_tokens":1e999}'),
    ("/shellmate/generate", b"no json"),
    ("/shellmate/generate", b"[" * 100_000),
    ("/shellmate/generate", {"keeping": 5}),
    ("/shellmate/several", {"keeping": {"a": 1}}),
    ("/shellmate/prime", {"keeping": {}}),
    ("/shellmate/note", {"keeping": {}, "prompt": 3, "answer": 4}),
]


@pytest.mark.parametrize(("path", "body"), BODIES, ids=lambda given: str(given)[:50])
def test_what_is_no_request_is_the_clients_fault(open_to_all, path, body):
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    head = f"POST {path} HTTP/1.0\r\nContent-Length: {len(content)}\r\n\r\n".encode()
    said = say(open_to_all.socket, head + content, whole=True)
    assert said.startswith(b"HTTP/1.1 400"), said
    assert json.loads(said.partition(b"\r\n\r\n")[2])["error"]["message"]
    assert open_to_all.health()["busy"] == 0


@pytest.mark.parametrize(
    "text",
    ["a\0b", "\0\0\0", "\ud800 half", "日本 🙂 e\u0301", "\x1b[2J", " " * 5000],
    ids=lambda text: ascii(text[:20]),
)
def test_any_text_is_text(open_to_all, text):
    answer = open_to_all.post(TEXT, {"prompt": text, "max_tokens": 2, "suffix": ""})
    assert answer.status in (200, 503)  # the small model has no way to fill in
    assert open_to_all.post(TEXT, {"prompt": text, "max_tokens": 2}).status == 200
    assert open_to_all.post(CHAT, {"messages": [{"role": "user", "content": text}], "max_tokens": 2}).status == 200


def test_a_completion_of_which_nothing_is_said_is_short(open_to_all):
    for given in ({}, {"max_tokens": None}):
        done = open_to_all.post(TEXT, {"prompt": "1, 2, 3, 4, 5, 6,", **given}).body
        assert done["usage"]["completion_tokens"] <= 16


def test_what_is_too_large_is_not_read(open_to_all):
    """Neither what says so itself, nor what turns out to be; and a line that nobody types is not ended."""
    before = _memory_of(open_to_all)
    announced = f"POST {TEXT} HTTP/1.1\r\nHost: x\r\nContent-Length: {MOST_BYTES + 1}\r\n\r\n".encode()
    assert say(open_to_all.socket, announced).startswith(b"HTTP/1.1 413")
    chunk = b"%x\r\n" % (1 << 20) + b"a" * (1 << 20) + b"\r\n"
    chunked = f"POST {TEXT} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
    assert say(open_to_all.socket, chunked + chunk * ((MOST_BYTES >> 20) + 1)).startswith(b"HTTP/1.1 413")
    assert say(open_to_all.port, announced).startswith(b"HTTP/1.1 401")
    long = b"POST /shellmate/suggest HTTP/1.0\r\nContent-Length: 100000\r\n\r\n" + b"x" * 100_000
    tokens = open_to_all.health()["tokens"]
    assert say(open_to_all.socket, long).startswith(b"HTTP/1.1 200")
    assert open_to_all.health()["tokens"] == tokens
    assert _memory_of(open_to_all) - before < 40e6
    assert_well(open_to_all)


def _memory_of(server):
    (running,) = json_lines(server.run("status", "--json").stdout)
    return running["memory"]


def test_who_knocks_and_says_nothing_keeps_nobody_out(open_to_all):
    """More than the server may have files open, half of which have begun to speak."""
    knocking = []
    try:
        for number in range(FEW_FILES + 20):
            asking = socket.create_connection(("127.0.0.1", open_to_all.port), 30)
            knocking.append(asking)
            if number % 2:
                try:
                    asking.sendall(b"GET /hea")
                except OSError:
                    assert number >= peers._MOST
        assert_well(open_to_all)
        assert open_to_all.run("--sh", "list files").returncode == 0
        assert len(os.listdir(f"/proc/{open_to_all.process.pid}/fd")) < FEW_FILES - 50
    finally:
        for asking in knocking:
            asking.close()
    assert say(open_to_all.port, b"GET /health HTTP/1.0\r\n\r\n").startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize(
    ("begin", "drop"),
    [
        (b"", b""),
        (b"GET /health HTTP/1.1\r\nHost: x\r\n", b"X: y\r\n"),
        (b"POST /v1/completions HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n", b"a"),
        (b"GET /health HTTP/1.1\r\nHost: x\r\n\r\nGET /heal", b"t"),
    ],
    ids=["nothing", "head", "body", "second"],
)
def test_who_never_gets_to_the_end_of_a_request_is_hung_up_on(monkeypatch, begin, drop):
    monkeypatch.setattr(peers, "_SECONDS", 0.4)
    with serving(make_app(FakePool(), "model")) as origin:
        asking = socket.create_connection(("127.0.0.1", int(origin.rpartition(":")[2])))
        asking.settimeout(0.1)
        asking.sendall(begin)
        begun = time.monotonic()
        while time.monotonic() - begun < 4:
            try:
                asking.sendall(drop)
                if not asking.recv(1000):
                    break
            except TimeoutError:
                continue
            except OSError:
                break
        asking.close()
        assert 0.3 < time.monotonic() - begun < 3


def test_an_answer_may_take_as_long_as_it_takes(monkeypatch):
    monkeypatch.setattr(peers, "_SECONDS", 0.2)
    pool, is_time = FakePool(), threading.Event()
    pool.will("one", is_time, "two")
    with serving(make_app(pool, "model")) as origin, httpx.Client(trust_env=False) as client:
        threading.Timer(1.0, is_time.set).start()
        told = client.post(f"{origin}{TEXT}", json={"prompt": "x", "stream": True}).text
        assert "one" in told and "two" in told and told.endswith("data: [DONE]\n\n")
        assert client.get(f"{origin}/health").status_code == 200


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_in_the_middle_of_an_answer_ends_it_soon(small, number):
    server = small().start()
    asking = server.begin(TEXT, ENDLESS)
    assert asking.recv(100).startswith(b"HTTP/1.1 200")
    begun = time.monotonic()
    server.process.send_signal(number)
    rest = b"".join(iter(lambda: asking.recv(1 << 16), b""))
    _, said = server.process.communicate(timeout=20)
    assert server.process.returncode == (0 if number == signal.SIGTERM else -number)
    assert time.monotonic() - begun < 8 and said.count(b"\n") == said.count(b"shellmate: "), said
    assert b"[DONE]" not in rest, "nobody takes it for whole"
    assert left_by(server) == set()


def test_a_terminal_that_closes_ends_nothing(small):
    server = small().start()
    asking = server.begin(TEXT, {**ENDLESS, "max_tokens": 20})
    assert asking.recv(100).startswith(b"HTTP/1.1 200")
    server.process.send_signal(signal.SIGHUP)
    rest = b"".join(iter(lambda: b"" if b"[DONE]" in (got := asking.recv(1 << 16)) else got, b""))
    assert rest
    assert_well(server)


def test_who_asks_does_not_wait_for_a_process_that_is_stopped(small):
    server = small().start()
    server.process.send_signal(signal.SIGSTOP)
    try:
        done = server.run("--sh", "list files", timeout=60)
        assert done.returncode == 0 and done.stdout, done.stderr
        assert "does not answer" in server.run("status").stdout
    finally:
        server.process.send_signal(signal.SIGCONT)
    assert_well(server)


def test_without_the_process_that_is_forked_the_server_goes_on(small):
    server = small().start()
    pid = server.process.pid
    (forks,) = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    os.kill(int(forks), signal.SIGKILL)
    assert server.run("--sh", "list files").returncode == 0
    assert_well(server)
    server.stop()
    assert server.process.returncode == 0
    server.start()
    assert server.run("--sh", "list files").returncode == 0


def test_a_folder_that_was_removed_is_no_server_that_nobody_finds(small):
    """It ends, and leaves the one that took its place alone."""
    lost = small("--idle", "2").start()
    place = Path(lost.socket).parent
    shutil.rmtree(place)
    found = Resident(lost.variables).start()
    lost.process.communicate(timeout=20)
    assert lost.process.returncode == 0
    assert_well(found)
    assert os.readlink(place / "current.sock") == Path(found.socket).name
    assert found.fork.exists()
    found.stop()


def test_twenty_that_start_it_at_once_where_nothing_is_kept_yet_end_in_one(small, tmp_path):
    server = small(SHELLMATE_CACHE_DIR=str(tmp_path / "cache"), SHELLMATE_RESIDENT="start")
    detach = [sys.executable, "-m", "shellmate", "serve", "--detach"]
    press = [sys.executable, "-m", "shellmate", "__line", "--shell", "bash"]
    crowd = [
        subprocess.Popen(
            press if number % 10 == 0 else detach,
            env=server.variables, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for number in range(20)
    ]  # fmt: skip
    for number, process in enumerate(crowd):
        told, said = process.communicate("0\0\0list files\0\0" if number % 10 == 0 else None, timeout=200)
        assert process.returncode == 0 and "Traceback" not in said, said
        assert told if number % 10 == 0 else "is resident" in said, (told, said)
    (running,) = json_lines(server.run("status", "--json").stdout)
    assert running["answers"]
    assert_well(server)
    assert server.run("stop").returncode == 0 and left_by(server) == set()


@pytest.fixture(scope="module")
def faulty(tmp_path_factory):
    """Starts a server in whose way faults are put in its runtime directory, or whose clock is wrong by so many seconds
    each second time that it looks; it ends by itself when it is idle for a second."""
    library = build_faults(tmp_path_factory.mktemp("library"))

    def start(server, *options, step=0, error=0, clock=0):
        place = server.variables["SHELLMATE_RUNTIME_DIR"]
        return subprocess.Popen(
            [sys.executable, "-c", ARMED, place, str(step), str(error), str(clock), "serve", *options],
            env={**server.variables, "LD_PRELOAD": str(library)},
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    return start


def left_by(server):
    """The files in its folder, but for the locks, of which the next one makes use."""
    names = os.listdir(Path(server.socket).parent)
    return {name for name in names if not name.endswith(".lock")}


def test_killed_at_each_step(small, faulty):
    """In the folder that the last one has left each time."""
    server, codes = small(), []
    while not codes or codes[-1] == -signal.SIGKILL:
        assert len(codes) < 60
        process = faulty(server, *BRIEF, step=len(codes) + 1)
        _, said = process.communicate(timeout=60)
        codes.append(process.returncode)
        assert "Traceback" not in said and said.count("\n") <= 1, said
        assert server.run("status").returncode == 1
    assert len(codes) > 5 and codes[-1] == 0, codes
    assert left_by(server) == set()


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EROFS], ids=["full", "read-only"])
def test_a_place_where_nothing_can_be_made(small, faulty, error):
    """It answers without what is not needed, such as the process that is forked, or says why it cannot."""
    codes, server = [], small()
    for step in (1, 3, 5, 7, 9):
        process = faulty(server, *BRIEF, step=step, error=error)
        _, said = process.communicate(timeout=60)
        codes.append(process.returncode)
        if process.returncode:
            assert process.returncode == 1 and said.count("\n") == 1, said
            assert server.variables["SHELLMATE_RUNTIME_DIR"] in said and os.strerror(error).lower() in said.lower()
        else:
            assert " is resident at " in said and said.count("\n") == 1, said
    assert codes[0] == 1, "without a lock there is none"
    if error == errno.ENOSPC:
        assert codes[-1] == 0 and left_by(server) == set()
    assert server.run("--sh", "list files").returncode == 0
    server.start()
    assert_well(server)


@pytest.mark.parametrize("clock", [4_000_000_000, -1_700_000_000])
def test_a_clock_that_jumps_over_the_idle_limit_is_no_matter(small, faulty, clock):
    server = small()
    server.process = faulty(server, "--idle", "6", "--exit-when-idle", clock=clock)
    server.wait_for(lambda health: health is not None and health["loaded"])
    assert_well(server)
    time.sleep(2)  # of which it looks at the clock every second one
    assert server.health()["loaded"]
    _, said = server.process.communicate(timeout=30)
    assert server.process.returncode == 0 and said.count("\n") == 1, said


def test_without_a_home(small):
    server = small()
    places = {f"SHELLMATE_{kind}_DIR" for kind in ("CONFIG", "DATA", "CACHE", "STATE", "RUNTIME")}
    kept = {name: value for name, value in server.variables.items() if name in places | {"PATH", "PYTHONPATH", *SMALL}}
    assert "HOME" not in kept
    assert server.run("serve", "--detach", env=kept).returncode == 0
    asked = server.run("--sh", "list files", env=kept)
    assert asked.returncode == 0 and asked.stdout and asked.stderr == ""
    assert server.run("stop", env=kept).returncode == 0

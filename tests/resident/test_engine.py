"""The command with a resident engine: the same answers, sooner, and without it as if it had never been there."""

import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.resident.conftest import json_lines

pytestmark = pytest.mark.model
QUESTIONS = [
    ("--effort", "fast", "count the lines of every python file here"),
    ("--effort", "fast", "--py", "reverse a linked list"),
    ("--effort", "balanced", "files over 100MB"),
    ("--effort", "balanced", "-n", "3", "list the largest files"),
    ("--effort", "fast", "--sh", "-x", "disk usage by folder"),
    ("--effort", "fast", "--max-tokens", "40", "--temperature", "0.7", "--seed", "3", "a haiku generator in python"),
    ("explain", "tar xzf a.tgz -C /tmp"),
]
LONG = {"prompt": "a class for a bank account", "max_tokens": 400}


@pytest.mark.parametrize("words", QUESTIONS, ids=" ".join)
def test_answers_are_the_same_token_by_token(resident, run, primed, words):
    alone = run(*words, env={**primed, "SHELLMATE_RESIDENT": "never"})
    warm = resident.run(*words)
    assert (warm.returncode, warm.stdout) == (alone.returncode, alone.stdout)
    assert alone.stdout and alone.returncode == 0
    assert resident.run(*words).stdout == alone.stdout  # the state that the first one has left does not matter


def test_it_is_used(resident, primed):
    told = resident.run("--effort", "fast", "-v", "count the lines of every python file here")
    assert told.returncode == 0 and "primed" in told.stderr
    loaded = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "shellmate", "--effort", "fast", "--sh", "list files"],
        env=resident.variables, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=60,
    )  # fmt: skip
    modules = {line.rsplit("|", 1)[1].strip().split(".")[0] for line in loaded.stderr.splitlines() if "|" in line}
    assert "shellmate" in modules
    assert not modules & {"llama_cpp", "numpy", "diskcache", "httpx", "http", "asyncio", "starlette", "uvicorn"}


def test_a_conversation_goes_on(resident, run, primed):
    talk = "list python files\nonly the newest three\n"
    alone = run("repl", "--sh", input=talk, env={**primed, "SHELLMATE_RESIDENT": "never"})
    assert resident.run("repl", "--sh", input=talk, stdin=None).stdout == alone.stdout != ""


def test_two_at_once_are_one_batch_and_not_mixed(resident):
    """Each token of the one goes with one of the other."""
    before = resident.health()
    asked = [{"prompt": f"{n}, {n + 1}, {n + 2}, {n + 3},", "max_tokens": 60} for n in (100, 500)]
    with ThreadPoolExecutor(2) as threads:
        told = [done.body for done in threads.map(lambda body: resident.post("/v1/completions", body), asked)]
    for start, done in zip((104, 504), told, strict=True):
        assert done["choices"][0]["text"].replace(" ", "").split(",")[:5] == [str(start + n) for n in range(5)]
    after = resident.health()
    generated = sum(done["usage"]["completion_tokens"] for done in told)
    assert generated == 120 and after["batches"] - before["batches"] < 0.75 * generated


def test_a_third_waits_for_its_turn(resident):
    asking = [resident.begin("/v1/completions", LONG) for _ in range(3)]
    try:
        resident.wait_for(lambda health: health["busy"] == 2 and health["waiting"] == 1)
    finally:
        for each in asking:
            each.close()
    resident.wait_for(lambda health: health["busy"] == health["waiting"] == 0, 1)


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("after", [0.05, 0.6])
def test_who_goes_away_ends_the_answer_at_once(resident, stream, after):
    body = {"prompt": "word " * 600 if after < 0.1 else "a class", "max_tokens": 400, "stream": stream}
    asking = resident.begin("/v1/completions", body)
    time.sleep(after)
    assert resident.health()["busy"] == 1
    asking.close()
    gone = time.monotonic()
    resident.wait_for(lambda health: health["busy"] == 0, 5)
    assert time.monotonic() - gone < 0.5  # of which asking for its health is the most


def test_ctrl_c_in_the_client_ends_the_answer(resident):
    asking = subprocess.Popen(
        [sys.executable, "-m", "shellmate", "--effort", "fast", "--py", "a class for a bank account with history"],
        env=resident.variables, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert asking.stdout.read(1)
    asking.send_signal(signal.SIGINT)
    _, said = asking.communicate(timeout=10)
    assert asking.returncode == -signal.SIGINT and b"Traceback" not in said
    resident.wait_for(lambda health: health["busy"] == 0, 2)


def test_kill_9_in_the_middle_of_an_answer_is_not_noticed(another, run, primed):
    talk = "reverse a linked list\n"
    alone = run("repl", "--py", input=talk, env={**primed, "SHELLMATE_RESIDENT": "never"})
    server = another().start()
    asking = subprocess.Popen(
        [sys.executable, "-m", "shellmate", "repl", "--py"],
        env=server.variables, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0,
    )  # fmt: skip
    asking.stdin.write(talk.encode())
    first = asking.stdout.read(20)
    server.process.kill()
    rest, said = asking.communicate(timeout=60)
    assert asking.returncode == 0, said
    assert (first + rest).decode() == alone.stdout
    assert os.path.exists(server.socket)  # stale, and neither the next question nor the next server minds
    assert server.run("--effort", "fast", "--py", "reverse a linked list").returncode == 0
    assert server.run("status").returncode == 1
    server.start()
    assert server.run("status").returncode == 0


def test_what_was_piped_in_the_exit_code_and_the_terminal_are_those_of_who_asks(resident, tmp_path):
    table = "name,price\napple,3\npear,4\n"
    done = resident.run("--effort", "fast", "mean of price", input=table, stdin=None)
    assert done.returncode == 0 and "price" in done.stdout
    (tmp_path / "config").mkdir()
    assert resident.run("--effort", "fast", "-p", "nonesuch", "x").returncode == 2
    wrong = resident.run("--effort", "fast", "--max-tokens", "0", "x")
    assert wrong.returncode == 2 and wrong.stderr.count("\n") == 1
    assert resident.run("--effort", "fast", "--sh", "list files").returncode == 0
    follow = resident.run("--effort", "fast", "--sh", "-c", "only the newest")
    assert follow.returncode == 0 and follow.stdout
    log = resident.run("log", "--json").stdout
    assert "only the newest" in log and "list files" in log


def test_a_closed_pipe_ends_it_as_a_process_of_its_own(resident):
    line = f"{sys.executable} -m shellmate --effort fast --py 'a class for a bank account' | head -c 1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(
        ["bash", "-c", line],
        env=resident.variables,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=60,
    )
    assert done.stdout[1:].strip() == "141" and done.stderr == ""
    resident.wait_for(lambda health: health["busy"] == 0, 5)


def test_nothing_that_is_asked_is_logged(another):
    server = another().start()
    secret = "xyzzy-plugh-4711"
    server.post("/v1/chat/completions", {"messages": [{"role": "user", "content": secret}], "max_tokens": 3})
    server.post("/v1/chat/completions", {"messages": [{"role": "user", "content": secret}], "temperature": secret})
    server.post("/shellmate/generate", {"keeping": {}, "prompt": secret})
    server.ask("POST", f"/v1/{secret}", {"x": secret})
    server.process.send_signal(signal.SIGTERM)
    out, err = server.process.communicate(timeout=15)
    assert secret.encode() not in out + err and server.process.returncode == 0
    kept = subprocess.run(["grep", "-rl", secret, server.variables["SHELLMATE_CACHE_DIR"]], capture_output=True)
    assert kept.stdout == b""


def test_what_may_not_be_kept_is_not_kept(another, tmp_path):
    server = another().start()
    table = "name,price\n" + "".join(f"item{n},{n}\n" for n in range(40))
    before = _states(server)
    asked = {**server.variables, "SHELLMATE_KEEP_INPUT": "0", "SHELLMATE_LOG": "0"}
    words = ("--effort", "fast", "mean of price in awk")
    assert server.run(*words, input=table, stdin=None, env=asked).returncode == 0
    server.stop()
    assert _states(server) == before


def _states(server):
    return server.run("cache", "info").stdout


def test_json_says_what_it_took(resident):
    words = ("--effort", "fast", "--json", "count the lines of every python file here")
    resident.run(*words)
    told = json.loads(resident.run(*words).stdout)
    assert told["timings"]["evaluated_tokens"] < 30 < told["timings"]["primed_tokens"]
    assert json_lines(resident.run("status", "--json").stdout)[0]["loaded"]


def test_what_is_done_beside_makes_way_for_a_question(resident, run, primed):
    """The turn that is evaluated for the next question is left for later when another one comes: it is alone then."""
    question = ("--effort", "fast", "--py", "a class for a bank account with deposit, withdraw, balance and history")
    alone = run(*question, env={**primed, "SHELLMATE_RESIDENT": "never"})
    for pause in (0.5, 0.6, 0.7, 0.9):  # it begins after half a second of quiet
        assert resident.run(*question).stdout == alone.stdout
        time.sleep(pause)

"""A thousand requests from eight clients, some of which hang up or are killed: none gets another's words, nothing hangs,
and the server is as large as before."""

import json
import random
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from shellmate.resident.processes import private_memory

pytestmark = pytest.mark.model
CLIENTS, REQUESTS, WARMING = 8, 1000, 100
MOST_GROWTH = 20e6  # bytes
PATIENCE = 120  # seconds for one answer, of which seven others wait for theirs


@pytest.fixture
def crowded(another, smollm_file):
    return another("--model", "smollm2-135m", SHELLMATE_MODEL="smollm2-135m", SHELLMATE_EFFORT="fast").start()


def echo(number: int, stream: bool, count: int = 6) -> dict:
    """What any model goes on with by what stands there: the number."""
    return {"prompt": f"key {number}; key {number}; key {number}; key", "max_tokens": count, "stream": stream}


def ask(server, number: int) -> None:
    answer = server.post("/v1/completions", echo(number, stream=False, count=8))
    assert answer.status == 200 and str(number) in answer.body["choices"][0]["text"], answer.text


def ask_streamed(server, number: int) -> None:
    answer = server.post("/v1/completions", echo(number, stream=True, count=8))
    events = [line.removeprefix("data: ") for line in answer.text.splitlines() if line.startswith("data: ")]
    assert events.pop() == "[DONE]"
    text = "".join(json.loads(event)["choices"][0]["text"] for event in events)
    assert str(number) in text, text


def hang_up(server, number: int) -> None:
    """At once, or in the middle."""
    asking = server.begin("/v1/completions", echo(number, stream=True, count=200))
    if number % 3:
        asking.settimeout(PATIENCE)
        assert asking.recv(1 << (number % 9 + 4)).startswith(b"HTTP/1.1 200")
    asking.close()


def kill(server, number: int) -> None:
    """The command, in the middle of its answer, or of its question."""
    process = subprocess.Popen(
        [sys.executable, "-m", "shellmate", "--sh", f"print {number}"],
        env=server.variables, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0,
    )  # fmt: skip
    if number % 2:
        process.stdout.read(1)
    else:
        time.sleep(number % 10 / 50)
    process.send_signal(signal.SIGINT if number % 5 == 0 else signal.SIGKILL)
    process.stdout.read()
    process.wait(PATIENCE)


def test_a_thousand_requests(crowded):
    chance = random.Random(8)
    kinds = chance.choices([ask, ask_streamed, hang_up, kill], [45, 30, 20, 5], k=REQUESTS)
    numbers = [chance.randrange(10_000, 100_000) for _ in kinds]
    with ThreadPoolExecutor(CLIENTS) as clients:
        list(clients.map(lambda kind, number: kind(crowded, number), kinds[:WARMING], numbers[:WARMING]))
        crowded.wait_for(lambda health: health["busy"] == health["waiting"] == 0)
        before = private_memory(crowded.process.pid)
        list(clients.map(lambda kind, number: kind(crowded, number), kinds[WARMING:], numbers[WARMING:]))
    crowded.wait_for(lambda health: health["busy"] == health["waiting"] == 0)
    growth = private_memory(crowded.process.pid) - before
    assert growth < MOST_GROWTH, f"{growth / 1e6:.1f} MB more"
    ask(crowded, 12345)

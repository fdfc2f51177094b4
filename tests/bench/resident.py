"""What a resident engine saves: against the cold path, and against llama.cpp's own server with the same prompt cached.

llama.cpp's server is built from the sources that llama-cpp-python ships, by `make llama-server`; where it was not, its
rows are left out, which is said. It is asked by curl for the same tokens, the answer's opening included, and in between
for others behind the same prefix: else it would have the question cached as well, and evaluate a single token.
"""

import json
import os
import signal
import socket
import statistics
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from platformdirs import user_cache_path

from shellmate.resident import wire
from tests.bench.measure import Job, interleave
from tests.bench.report import Target, warn

SERVER = user_cache_path("shellmate-build", appauthor=False) / "llama-server" / "bin" / "llama-server"
STARTING = 60.0  # seconds
LINES = (  # of some 20 characters, as they stand while they are typed
    "git commit --amend -",
    "docker run -it --rm ",
    "tar -xzf backup.tar.",
    "find . -name '*.py' ",
    "pip install -r requi",
    "kubectl get pods --a",
    "sudo systemctl resta",
    "ssh -i ~/.ssh/id_rsa",
    "python3 -m http.serv",
    "grep -rn 'TODO' --in",
    "chmod +x scripts/run",
    "curl -s https://api.",
    "du -sh * | sort -hr ",
    "ps aux | grep python",
    "rsync -avz --progres",
)


def resident_targets(
    shellmate: list[str], place: Path, model: Path, question: str, runs: int, cwd: str, has_defaults: bool
) -> list[Target]:
    """First bytes of whole processes, interleaved, and the time that a suggestion takes."""
    runtime = place / "run"
    warm = {**os.environ, "GOMP_SPINCOUNT": "1000", "SHELLMATE_CONFIG_DIR": str(place / "config")}
    warm |= {"SHELLMATE_RUNTIME_DIR": str(runtime), "SHELLMATE_STATE_DIR": str(place / "state")}
    warm |= {"SHELLMATE_EFFORT": "fast", "SHELLMATE_RESIDENT": "use"}
    ask = [*shellmate, "--effort", "fast", "-p", "bench1", question]
    jobs = {"resident": Job(ask, runs), "cold": Job(["env", "SHELLMATE_RESIDENT=never", *ask], runs)}
    with _resident(shellmate, runtime, warm, cwd) as listening, _llama_server(place, model, has_defaults) as port:
        if port:
            jobs["another question"] = Job(_curl(place, port, another=True), runs)
            jobs["llama.cpp's server"] = Job(_curl(place, port), runs)
        interleave(jobs, runs, warm, cwd)
        suggesting = [_time_suggestion(listening, line) for line in LINES for _ in range(2)][1::2]
    first = {name: job.median("first") for name, job in jobs.items()}
    targets = [
        Target("first byte, resident, s", first["resident"]),
        Target("the same, cold, s", first["cold"]),
        Target("resident / cold", first["resident"] / first["cold"], 0.3),
    ]
    if port:
        theirs = first["llama.cpp's server"]
        targets.append(Target("first byte, llama.cpp's server asked by curl, s", theirs))
        targets.append(Target("resident / llama.cpp's server", first["resident"] / theirs, 1.2))
    targets.append(Target(f"a suggestion, median of {len(LINES)} lines, s", statistics.median(suggesting), 0.35))
    return targets


@contextmanager
def _resident(shellmate: list[str], runtime: Path, variables: Mapping[str, str], cwd: str) -> Iterator[Path]:
    """A server, once commands can be forked there; gives its socket."""
    serving = subprocess.Popen([*shellmate, "serve"], env=variables, cwd=cwd, stderr=subprocess.DEVNULL)
    try:
        _wait_for(lambda: (runtime / "current.fork").exists() and (runtime / "current.sock").exists())
        yield runtime / "current.sock"
    finally:
        serving.send_signal(signal.SIGTERM)
        serving.wait()


@contextmanager
def _llama_server(place: Path, model: Path, has_defaults: bool) -> Iterator[int]:
    """Its port; 0 where it was not built. The weights are not repacked where that ends the process."""
    if not SERVER.exists():
        warn("llama.cpp's server is left out; `make llama-server` builds it")
        yield 0
        return
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    threads = str(json.loads((place / "bench1.json").read_text())["threads"])
    command = [str(SERVER), "-m", str(model), "--port", str(port), "-c", "4096", "-np", "1", "-t", threads]
    if not has_defaults:
        command.append("--no-repack")
    with (place / "llama-server.log").open("wb") as log:
        serving = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        _wait_for(lambda: _answers(port))
        yield port
    finally:
        serving.terminate()
        serving.wait()


def _curl(place: Path, port: int, another: bool = False) -> list[str]:
    given = json.loads((place / "bench1.json").read_text())
    prompt, depth = given["whole"], given["depth"]
    if another:
        prompt = [*prompt[:depth], prompt[depth + 1], *prompt[depth + 1 :]]
    body = {"prompt": prompt, "stream": True, "cache_prompt": True, "n_predict": 32, "temperature": 0}
    asked = place / f"bench1.completion{'.another' if another else ''}.json"
    asked.write_text(json.dumps(body))
    return [
        "curl",
        "-sN",
        "-H",
        "Content-Type: application/json",
        "-d",
        f"@{asked}",
        f"http://127.0.0.1:{port}/completion",
    ]


def _answers(port: int) -> bool:
    done = subprocess.run(["curl", "-sf", f"http://127.0.0.1:{port}/health"], stdout=subprocess.DEVNULL)
    return done.returncode == 0


def _wait_for(condition) -> None:
    end = time.monotonic() + STARTING
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError("a server does not answer")
        time.sleep(0.05)


def _time_suggestion(listening: Path, line: str) -> float:
    start = time.perf_counter()
    with socket.socket(socket.AF_UNIX) as asking:
        asking.connect(str(listening))
        head = f"POST {wire.SUGGEST} HTTP/1.0\r\nContent-Length: {len(line)}\r\n\r\n"
        asking.sendall(f"{head}{line}".encode())
        while asking.recv(4096):
            pass
    return time.perf_counter() - start

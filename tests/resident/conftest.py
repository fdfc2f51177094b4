"""A resident engine on the real model, in a process of its own, and ways to talk with it."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.model.conftest import *  # noqa: F403


class UnixConnection(http.client.HTTPConnection):
    """HTTP over a unix socket, by the standard library."""

    def __init__(self, path: str, timeout: float = 60):
        super().__init__("shellmate", timeout=timeout)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


class Resident:
    """A server and its world: `variables` of commands that find it, `socket` where it listens."""

    def __init__(self, variables: dict[str, str], *options: str):
        self.variables, self.options = variables, options
        self.process: subprocess.Popen[bytes] | None = None
        self.socket = self.run("status", "--socket").stdout.strip()

    def run(self, *words: str, **given: Any) -> subprocess.CompletedProcess[str]:
        given = {"env": self.variables, "timeout": 120, "stdin": subprocess.DEVNULL} | given
        return subprocess.run([sys.executable, "-m", "shellmate", *words], capture_output=True, text=True, **given)

    def start(self) -> "Resident":
        self.process = subprocess.Popen(
            [sys.executable, "-m", "shellmate", "serve", *self.options],
            env=self.variables, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        self.wait_for(lambda health: health is not None and self.fork.exists())
        return self

    @property
    def fork(self) -> Path:
        """Where the process listens that commands are forked from, once it has imported everything."""
        return Path(self.socket).with_name("current.fork")

    def wait_for(self, condition: Callable[[Any], bool], seconds: float = 30) -> None:
        """Until its health is as wanted; that is None while it does not answer."""
        end = time.monotonic() + seconds
        while not condition(self.health()):
            assert time.monotonic() < end, self.health()
            time.sleep(0.02)

    def health(self) -> Any:
        try:
            return self.get("/health").body
        except (OSError, http.client.HTTPException):
            return None

    def get(self, path: str) -> SimpleNamespace:
        return self.ask("GET", path)

    def post(self, path: str, body: Any) -> SimpleNamespace:
        return self.ask("POST", path, body)

    def ask(self, method: str, path: str, body: Any = None) -> SimpleNamespace:
        connection = UnixConnection(self.socket)
        try:
            connection.request(method, path, None if body is None else json.dumps(body))
            response = connection.getresponse()
            text = response.read().decode()
            is_json = response.getheader("content-type", "").startswith("application/json")
            return SimpleNamespace(status=response.status, text=text, body=json.loads(text) if is_json else None)
        finally:
            connection.close()

    def begin(self, path: str, body: Any) -> socket.socket:
        """A request whose answer nobody reads yet."""
        asking = socket.socket(socket.AF_UNIX)
        asking.settimeout(60)
        asking.connect(self.socket)
        content = json.dumps(body).encode()
        asking.sendall(b"POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % (path.encode(), len(content)))
        asking.sendall(content)
        return asking

    def stop(self) -> None:
        if self.process:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.communicate(timeout=15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.communicate()


@pytest.fixture(scope="session")
def resident(primed: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Resident]:
    """One that all tests share which leave it as it was."""
    folder = tmp_path_factory.mktemp("r")
    server = Resident({**primed, "SHELLMATE_RUNTIME_DIR": str(folder / "run")}).start()
    yield server
    server.stop()


@pytest.fixture
def another(primed: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Resident]]:
    """Makes servers that are not started yet, each in a place of its own; what is left of them is killed at the end."""
    made: list[Resident] = []
    places = tmp_path_factory.mktemp("r")  # short, as the paths of sockets have to be

    def make(*options: str, **variables: str) -> Resident:
        place = str(places / f"run{len(made)}")
        made.append(Resident({**primed, "SHELLMATE_RUNTIME_DIR": place, **variables}, *options))
        return made[-1]

    yield make
    for server in made:
        server.stop()
        for running in json_lines(server.run("status", "--json").stdout):
            os.kill(running["pid"], signal.SIGKILL)


def json_lines(text: str) -> list[Any]:
    return [json.loads(line) for line in text.splitlines()]

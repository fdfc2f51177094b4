"""`engine = "http"`, against a real server of the protocol: shellmate's own, over TCP."""

import socket

import pytest

pytestmark = pytest.mark.model


@pytest.fixture
def elsewhere(another, tmp_path):
    """A function that runs the command with an endpoint as its engine, without any model of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = another("--tcp", f"127.0.0.1:{port}").start()
    token = server.process.stderr.readline().decode().rstrip().rpartition("token ")[2]
    variables = {
        **server.variables,
        "SHELLMATE_ENGINE": "http",
        "SHELLMATE_BASE_URL": f"http://127.0.0.1:{port}/v1",
        "SHELLMATE_REMOTE_MODEL": "qwen2.5-coder-0.5b",
        "SHELLMATE_API_KEY": token,
        "SHELLMATE_REMOTE_TIMEOUT": "300",  # on a busy machine a long prompt takes more than a minute
        "SHELLMATE_DATA_DIR": str(tmp_path / "no-models"),
        "SHELLMATE_STATE_DIR": str(tmp_path / "state"),
    }
    return lambda *words, **given: server.run(*words, env={**variables, **given.pop("more", {})}, **given)


def test_every_way_of_asking(elsewhere):
    asked = elsewhere("--sh", "list files")
    assert asked.returncode == 0 and "ls" in asked.stdout and "```" not in asked.stdout and asked.stderr == ""
    python = elsewhere("--py", "--json", "print hello")
    assert '"language": "python"' in python.stdout and '"model": "qwen2.5-coder-0.5b"' in python.stdout
    piped = elsewhere("mean of price", input="name,price\napple,3\npear,4\n", stdin=None)
    assert piped.returncode == 0 and piped.stdout
    talk = elsewhere("repl", "--sh", input="list files\nonly the newest\n", stdin=None)
    assert talk.returncode == 0 and talk.stdout.count("\n") >= 2


def test_what_is_wrong_is_one_line(elsewhere):
    for more, words in (
        ({"SHELLMATE_API_KEY": "wrong"}, "SHELLMATE_API_KEY"),
        ({"SHELLMATE_REMOTE_MODEL": "gpt-9"}, "gpt-9"),
        ({"SHELLMATE_BASE_URL": "http://127.0.0.1:1/v1"}, "cannot reach"),
        ({"SHELLMATE_BASE_URL": "https://example.com/v1"}, "offline"),
    ):
        done = elsewhere("--sh", "list files", more=more)
        assert done.returncode in (2, 3) and words in done.stderr and done.stderr.count("\n") == 1, done.stderr
        assert done.stdout == ""


def test_the_key_is_not_shown(elsewhere):
    listed, got = elsewhere("config", "list"), elsewhere("config", "get", "api_key")
    assert got.stdout == "***\n" and "***" in listed.stdout
    assert elsewhere("config", "get", "engine").stdout == "http\n"

"""`engine = "http"` as a user meets it, with an endpoint that says what it is told to."""

import io
import json
import time
from contextlib import contextmanager

import pytest

from shellmate.cli.main import main
from shellmate.core.environment import Environment
from tests.unit.test_elsewhere import LS, served

TOLD = {"prompt_tokens": 50, "completion_tokens": 7}


@contextmanager
def asking(answer, tmp_path, **variables):
    """A function that runs the command with such an endpoint as its engine: exit code, stdout, stderr."""
    places = {f"SHELLMATE_{k}_DIR": str(tmp_path / k) for k in ("CONFIG", "DATA", "CACHE", "STATE", "RUNTIME")}
    with served(answer) as (server, _):
        endpoint = {"SHELLMATE_ENGINE": "http", "SHELLMATE_BASE_URL": server.url, "SHELLMATE_REMOTE_MODEL": "big"}

        def ask(*args):
            out, err = io.BytesIO(), io.StringIO()
            env = Environment(None, out, err, {**places, **endpoint, **variables}, tmp_path)
            return main(list(args), env), out.getvalue().decode(), err.getvalue()

        yield ask


def test_the_tokens_are_those_that_it_tells(tmp_path):
    with asking(lambda handler: handler.say([LS], usage=TOLD), tmp_path) as ask:
        timings = json.loads(ask("--json", "--sh", "list files")[1])["timings"]
    assert (timings["prompt_tokens"], timings["evaluated_tokens"], timings["tokens"]) == (50, 50, 7)


def test_what_it_does_not_tell_is_not_made_up(tmp_path):
    with asking([LS], tmp_path) as ask:
        timings = json.loads(ask("--json", "--sh", "list files")[1])["timings"]
        assert (timings["prompt_tokens"], timings["primed_tokens"], timings["evaluated_tokens"]) == (None, None, None)
        assert timings["tokens"] == 1
        code, _, err = ask("-v", "--sh", "list files")
    assert code == 0 and "prompt" not in err and "answer 1 tokens" in err


def test_how_long_it_may_be_silent_is_a_setting(tmp_path):
    def answer(handler):
        time.sleep(1.6)
        handler.say([LS])

    with asking(answer, tmp_path, SHELLMATE_REMOTE_TIMEOUT="1") as ask:
        code, out, err = ask("--sh", "list files")
    assert (code, out) == (3, "")
    assert err.endswith("no answer within 1 s; where it is slow, set remote_timeout to more\n")


@pytest.mark.parametrize(
    ("args", "is_said"),
    [
        ((), False),
        (("--effort", "fast"), False),
        (("--effort", "careful"), True),
        (("-q", "--effort", "careful"), False),
    ],
)
def test_an_effort_that_is_not_made_is_said(tmp_path, args, is_said):
    with asking([LS], tmp_path) as ask:
        code, out, err = ask(*args, "--sh", "list files")
    assert (code, out) == (0, "ls -l\n")
    assert ("--effort careful chooses nothing" in err) == is_said and err.count("\n") == is_said

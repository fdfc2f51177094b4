"""What --json prints has the keys that the reference tells of, and no others."""

import fcntl
import json

import pytest

from scripts.docs.reference import OBJECTS
from scripts.docs.tree import read_tree
from tests.cli.jsonkeys import check

LS = ["```bash\n", "ls\n", "```"]


def test_an_answer(shellmate):
    check("shellmate --json WORDS", json.loads(shellmate("--json", "-x", "list", answers=[LS, ["Lists."]]).out))
    check("shellmate --json WORDS", json.loads(shellmate("--json", "why", stdin=b"oops\n", answers=[["So."]]).out))


def test_a_digest(shellmate):
    check("shellmate digest --json", json.loads(shellmate("digest", "--json", stdin=b"a,b\n1,2\n").out))
    check("shellmate digest --json", json.loads(shellmate("digest", "--json", stdin=b"").out))


def test_an_examination(shellmate):
    check("shellmate doctor --json", json.loads(shellmate("doctor", "--json").out))


def test_an_explanation(shellmate, tmp_path):
    (tmp_path / "file").touch()
    check(
        "shellmate explain --json COMMAND",
        json.loads(shellmate("explain", "--json", "rm file", answers=[["Removes it."]]).out),
    )


@pytest.mark.parametrize("code", ["ls", "rm -rf /"])
def test_a_judgement(shellmate, code):
    check("shellmate judge --json COMMAND", json.loads(shellmate("judge", "--json", code).out))


def test_the_index(shellmate):
    read = json.loads(shellmate("index", "--json", "python3", PATH="/usr/local/bin:/usr/bin:/bin").out)
    check("shellmate index --json PROGRAM", {"PROGRAM": read["python3"]})
    check("shellmate index --json", json.loads(shellmate("index", "--json").out))


def test_the_log(shellmate):
    shellmate("list", answers=[LS])
    check("shellmate log --json", json.loads(shellmate("log", "--json").out))
    check("shellmate log --sessions --json", json.loads(shellmate("log", "--sessions", "--json").out))


def test_the_models(shellmate):
    for each in json.loads(shellmate("model", "list", "--json").out):
        check("shellmate model list --json", each)


def test_the_status_of_an_engine(shellmate, tmp_path):
    """One that holds its lock and does not answer."""
    (tmp_path / "runtime").mkdir(mode=0o700)
    with (tmp_path / "runtime" / "some-model.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.write('{"pid": 1}')
        lock.flush()
        printed = shellmate("status", "--json")
    check("shellmate status --json", json.loads(printed.out))


def test_every_command_with_json_is_told_of():
    having = {
        " ".join(("shellmate", *c.words)) for c in read_tree().walk() if any("--json" in o.names for o in c.options)
    }
    told = {" ".join(word for word in line.split() if word.islower() and not word.startswith("-")) for line in OBJECTS}
    assert having == told

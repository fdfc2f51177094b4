"""Timestamps, levels and error lines of logs in the shapes that programs give them."""

import pytest

from shellmate.request.digests.timestamps import find_timestamp
from tests.piping import digest


@pytest.mark.parametrize(
    ("line", "name", "stamp"),
    [
        ("2024-01-05 12:00:01,123 INFO x", "%Y-%m-%d %H:%M:%S,%f", "2024-01-05 12:00:01,123"),
        ("2024-01-05T12:00:01.5Z x", "%Y-%m-%dT%H:%M:%S.%f%z", "2024-01-05T12:00:01.5Z"),
        ("[2024-01-05 12:00:01] x", "%Y-%m-%d %H:%M:%S", "2024-01-05 12:00:01"),
        ("Nov  4 12:00:01 host sshd[1]: x", "%b %d %H:%M:%S", "Nov  4 12:00:01"),
        ('1.2.3.4 - - [05/Jan/2024:12:00:01 +0000] "GET /"', "%d/%b/%Y:%H:%M:%S %z", "05/Jan/2024:12:00:01 +0000"),
        ("[   12.345678] usb 1-1", "seconds since boot", "[   12.345678]"),
        ("12:00:01 x", "%H:%M:%S", "12:00:01"),
    ],
)
def test_timestamps(line, name, stamp):
    found = find_timestamp(line)
    assert found is not None and found[:2] == (name, stamp)


@pytest.mark.parametrize("line", ["2024-01-05 12:00:01,5.5,Anna", "1,2024-01-05 12:00:01", "no time at all", ""])
def test_cells_are_no_timestamps(line):
    assert find_timestamp(line) is None


@pytest.mark.parametrize(
    "form",
    [
        "2024-01-05 12:00:01,123 {upper} [main] x.Y - {text}",
        "2024-01-05T12:00:01Z {lower}: {text}",
        "[Fri Jan 05 12:00:01.5 2024] [{lower}] {text}",
        "{upper}:root:{text}",
        "[{upper}] {text}",
        "time=2024-01-05T12:00:01Z level={lower} msg={text}",
        "2024-01-05 12:00:01.123 | {upper} | a:b:1 - {text}",
    ],
)
def test_levels_are_counted_in_the_form_that_they_have(form):
    lines = []
    for n in range(500):
        level = "error" if n % 10 == 0 else "info"
        text = f"disk {n} is full" if level == "error" else f"an error of {n} was mended"
        lines.append(form.format(upper=level.upper(), lower=level, text=text))
    read = digest("\n".join(lines) + "\n")
    assert read.kind == "log"
    assert "levels: INFO 450, ERROR 50" in read.text
    assert "error lines: 50," in read.text and "disk # is full" in read.text
    assert lines[0] in read.text and lines[-1] in read.text


def test_a_log_without_levels_shows_what_failed():
    lines = [
        f"Nov 24 12:00:{n % 60:02} host app[{n}]: {'connection failed' if n % 100 == 7 else 'ok'}" for n in range(1000)
    ]
    read = digest("\n".join(lines))
    assert "error lines: 10," in read.text and "10 x Nov # #:#:# host app[#]: connection failed" in read.text
    assert "levels" not in read.text


def test_of_very_many_errors_the_first_are_told_apart_and_all_are_counted():
    lines = "".join(f"2024-05-01 10:00:00 ERROR worker {n % 50} failed\n" for n in range(150_000))
    text = digest(lines).text
    assert "ERROR 150,000" in text
    assert "error lines: 150,000" in text and "in the first 1" in text, text

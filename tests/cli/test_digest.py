"""`shellmate digest` as a user would use it: real pipes, real tools, hostile bytes, and bounds."""

import csv
import gzip
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from shellmate.core.errors import UsageError
from shellmate.request.stdin import Bounds, read_input
from tests.programs import need

DIGEST = [sys.executable, "-m", "shellmate", "digest"]
PROJECT = Path(__file__).parents[2]


@pytest.fixture
def digest(tmp_path):
    """The digest of bytes, through a process and a pipe of its own, as the object that --json prints."""

    def run(raw, *args):
        env = os.environ | {"HOME": str(tmp_path), "PYTHONPATH": str(PROJECT), "SHELLMATE_CACHE_DIR": str(tmp_path)}
        done = subprocess.run([*DIGEST, "--json", *args], input=raw, capture_output=True, env=env, timeout=120)
        assert done.returncode == 0, done.stderr
        shown = json.loads(done.stdout)
        assert len(shown["text"]) <= 1600
        return shown

    return run


def output_of(*command, **options):
    """What a real tool prints, both streams, in the C locale."""
    env = os.environ | {"LC_ALL": "C"}
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=env, **options).stdout


# The command


def test_the_digest_goes_to_stdout_and_what_is_left_out_to_stderr(shellmate):
    result = shellmate("digest", stdin=b"day,price\n2024-01-05,1.5\n" + b"2024-01-06,2\n" * 9)
    assert result.code == 0
    assert result.out == (
        'CSV, delimiter ",", header, 10 rows\ncolumns: day (date, 2024-01-05), price (float, 1.5)\n'
        "day,price\n2024-01-05,1.5\n2024-01-06,2\n2024-01-06,2\n"
    )
    assert result.err == "shellmate: stdin: the model is not told of 7 of 10 rows\n"


def test_json_has_four_keys(shellmate):
    shown = json.loads(shellmate("digest", "--json", stdin=b'{"a b": [1, 2]}').out)
    assert set(shown) == {"kind", "text", "names", "left_out"}
    assert (shown["kind"], shown["names"], shown["left_out"]) == ("JSON", ["a b"], "")


def test_a_terminal_gets_an_example(shellmate):
    result = shellmate("digest", terminal=True)
    assert (result.code, result.out) == (2, "")
    assert result.err.count("\n") == 1 and "shellmate digest < sales.csv" in result.err


def test_an_empty_file_has_an_empty_digest(shellmate):
    for nothing in (b"", b"\n \n", b"\xef\xbb\xbf", "\n".encode("utf-16")):
        result = shellmate("digest", stdin=nothing)
        assert (result.code, result.out, result.err) == (0, "", "")


# Encodings


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends(digest, encoding, ending):
    text = "name;größe\nAnna;1,5\nBjörn;2,5\n".replace("\n", ending)
    raw = text.encode(encoding)
    if encoding == "utf-16-be":
        raw = b"\xfe\xff" + raw
    shown = digest(raw)
    assert shown["names"] == ["name", "größe"]
    assert 'CSV, delimiter ";", header, 2 rows' in shown["text"]
    assert "größe (float with a decimal comma, 1,5)" in shown["text"]
    assert "\r" not in shown["text"] and "\ufffd" not in shown["text"]
    assert ("encoding" in shown["text"]) == (encoding not in ("utf-8", "utf-8-sig"))


@pytest.mark.parametrize(
    ("raw", "what", "mend"),
    [
        (gzip.compress(b"a,b\n", mtime=0), "gzip data", "zcat"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "a PNG image", ""),
        (b"PK\x03\x04\x14\0\0\0", "a zip archive", "unzip -p"),
        (b"%PDF-1.7\n%\xe2\xe3", "a PDF document", "pdftotext"),
        (b"SQLite format 3\0", "an SQLite database", ".schema"),
        (b"\x7fELF\x02\x01", "an ELF program", "strings"),
        (b"a,b\n1,\0\n", "binary data", "text"),
        (b"\xff\xd8\xff\xe0", "a JPEG image", ""),
    ],
)
def test_binary_is_refused_by_name(shellmate, raw, what, mend):
    result = shellmate("digest", stdin=raw)
    assert (result.code, result.out) == (2, "")
    assert f"stdin is {what}, and not text" in result.err and mend in result.err


def test_real_archives_are_refused_by_name(shellmate, tmp_path):
    (tmp_path / "x").write_text("x")
    tar = output_of("tar", "cf", "-", "x", cwd=tmp_path)
    assert "a tar archive" in shellmate("digest", stdin=tar).err
    program = Path(sys.executable).resolve().read_bytes()[:10_000]
    assert "program" in shellmate("digest", stdin=program).err


# Real tools


@pytest.mark.parametrize("command", [("ls", "-l", "/"), ("ls", "-la", "--full-time", "/"), ("df", "-h"), ("ps", "aux")])
def test_tables_of_real_tools(digest, command):
    need(command[0])
    raw = output_of(*command)
    shown = digest(raw)
    assert shown["kind"] == "table"
    if command[0] == "ps":
        assert shown["names"][:3] == ["USER", "PID", "%CPU"] and "2 PID" in shown["text"]
    if command[0] == "df":
        assert shown["names"][0] == "Filesystem" and shown["names"][-1] == "Mounted on"
    if command[0] == "ls":
        assert "5 size" in shown["text"] and "9 name" in shown["text"]


def test_a_real_traceback(digest, tmp_path):
    script = tmp_path / "bad.py"
    script.write_text(
        "def inner():\n    return {}['x']\n\ndef outer():\n    try:\n        inner()\n"
        "    except KeyError as error:\n        raise ValueError('no x: 5') from error\n\nouter()\n"
    )
    shown = digest(output_of(sys.executable, str(script)))
    assert shown["kind"] == "traceback"
    lines = shown["text"].splitlines()
    assert lines[1] == "ValueError: no x: 5"
    assert lines[2].startswith(f"at {script}:8 in outer")
    assert "KeyError: 'x'" in lines and any(f"{script}:2 in inner" in line for line in lines)


def test_a_real_compiler(digest, tmp_path):
    compiler = shutil.which("gcc") or need("cc")
    (tmp_path / "bad.c").write_text("int main(void) {\n    return missing;\n}\n")
    (tmp_path / "Makefile").write_text("all:\n\t$(CC) -c bad.c\n")
    for command in ([compiler, "-c", "bad.c"], ["make", f"CC={compiler}"]):
        shown = digest(output_of(*command, cwd=tmp_path))
        assert shown["kind"] == "tool output"
        assert "bad.c:2:12: error: " in shown["text"] and "return missing;" in shown["text"]


def test_a_real_git_diff(digest, tmp_path):
    old, new = tmp_path / "old.txt", tmp_path / "new.txt"
    old.write_text("".join(f"line {n}\n" for n in range(50)) + "-- a comment\n")
    new.write_text(old.read_text().replace("line 7\n", "LINE 7\n").replace("-- a comment\n", ""))
    for command in (("git", "diff", "--no-index"), ("diff", "-u")):
        shown = digest(output_of(*command, str(old), str(new)))
        assert shown["kind"] == "diff"
        assert "diff, 1 file, +1 -2 lines" in shown["text"]
        assert "-line 7\n+LINE 7\n" in shown["text"] and "--- a comment" in shown["text"]


def test_a_log_is_counted_to_its_end(digest):
    lines = [
        f"2024-03-01 10:{n // 60 % 60:02}:{n % 60:02},{n % 1000:03} INFO app - request {n} done" for n in range(60_000)
    ]
    for n in range(0, 60_000, 600):
        lines[n] = f"2024-03-01 10:00:00,000 ERROR app - user {n} has no disk {n % 7}"
    lines[59_999] = "2024-03-01 11:00:00,000 FATAL app - gone"
    shown = digest("\n".join(lines).encode())
    text = shown["text"]
    assert shown["kind"] == "log" and "log, 60,000 lines" in text
    assert "%Y-%m-%d %H:%M:%S,%f such as 2024-03-01 10:" in text
    assert "levels: INFO 59,899, ERROR 100, FATAL 1" in text
    assert "100 x ERROR app - user # has no disk #" in text and "1 x FATAL app - gone" in text
    assert lines[59_999] in text


def test_quotes_with_line_ends_are_counted_as_csv_counts_them(digest):
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["id", "said", "n"])
    for n in range(40_000):
        writer.writerow([n, ('he said "no",\nand left' if n % 3 else 'a 5" pipe') * (n % 4), n / 2])
    shown = digest(out.getvalue().encode())
    assert "header, 40,000 rows" in shown["text"]
    assert shown["names"] == ["id", "said", "n"]


@pytest.mark.slow
def test_csv_files_that_packages_ship(digest):
    """Rows and names as Python's csv module reads them, for each file whose first line is its header."""
    import numpy

    files = sorted((Path(numpy.__file__).parent / "_core/tests/data").glob("*.csv"))
    for file in files:
        raw = file.read_bytes()
        rows = list(csv.reader(io.StringIO(raw.decode())))
        shown = digest(raw)
        assert shown["names"] == rows[0], file
        assert f"header, {len([row for row in rows if row]) - 1:,} rows" in shown["text"], file


# Bounds


def test_one_line_of_ten_megabytes(digest):
    assert digest(b"x" * 10_000_000)["kind"] == "text"
    shown = digest(b'[{"key": 1}, ' + b'{"key": 2}, ' * 900_000 + b'{"key": 3}]')
    assert (shown["kind"], shown["names"]) == ("JSON", ["key"])


@pytest.mark.slow
@pytest.mark.parametrize(
    "line", [b'2024-01-05,12.5,"Anna, B",true\n', b"x" * 31 + b" ", b"2024-01-05 10:00:00 INFO a - b\n"]
)
def test_memory_does_not_grow_with_the_input(tmp_path, line):
    def peak(times):
        env = os.environ | {"PYTHONPATH": str(PROJECT), "SHELLMATE_CACHE_DIR": str(tmp_path)}
        code = (
            "import resource, subprocess, sys\n"
            f"done = subprocess.run({DIGEST!r}, stdin=0, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)\n"
            "print(done.returncode, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)\n"
        )
        process = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=env)
        block = line * ((1 << 20) // len(line))
        for _ in range(times):
            process.stdin.write(block)
        out, _ = process.communicate()
        status, kilobytes = out.split()
        assert status == b"0"
        return int(kilobytes) // (1 if sys.platform == "linux" else 1024)

    assert peak(300) - peak(1) < 40_000


def test_a_pipe_that_never_ends_is_cut_and_its_writer_dies_quietly():
    read_end, write_end = os.pipe()
    writer = subprocess.Popen(["yes"], stdout=write_end, stderr=subprocess.PIPE)
    os.close(write_end)
    with os.fdopen(read_end, "rb") as reader:
        read = read_input(reader, lambda line: None, bounds=Bounds(bytes=64 << 20))
    assert read is not None and read.left_out.endswith("stopped reading after 64 MiB")
    assert writer.wait(10) == -signal.SIGPIPE and writer.stderr.read() == b""


@pytest.mark.parametrize("head", [b"ID3,value", b"PAR1,PAR2", b"BZh,n"])
def test_text_that_begins_like_a_binary_file_is_text(shellmate, head):
    result = shellmate("digest", stdin=head + b"\n1,2\n3,4\n")
    assert result.code == 0 and result.out.startswith("CSV")


def test_a_long_diff_is_counted_right(shellmate):
    head = b"diff --git a/f b/f\n--- a/f\n+++ b/f\n@@ -0,0 +1,30000 @@\n"
    result = shellmate("digest", stdin=head + (b"+" + b"x" * 99 + b"\n") * 30000)
    assert result.out.startswith("diff, 1 file, +30,000 -0 lines\n")


def test_the_very_bytes_are_kept_for_a_snippet_and_no_more_than_there_is_room_for(tmp_path):
    data = "\ufeffa;b\r\n1;\u00e9\r\n".encode("utf-16")
    kept = tmp_path / "kept"
    for bounds in (Bounds(), Bounds(spooled=8)):
        (tmp_path / "data").write_bytes(data)
        with (tmp_path / "data").open("rb") as stream, kept.open("wb") as spool:
            if bounds.spooled > 8:
                assert read_input(stream, lambda line: None, bounds=bounds, spool=spool)
            else:
                with pytest.raises(UsageError, match="larger than 8 bytes"):
                    read_input(stream, lambda line: None, bounds=bounds, spool=spool)
        assert kept.read_bytes() == (data if bounds.spooled > 8 else b"")


def test_a_pipe_that_stays_silent_is_given_up_and_that_is_said():
    read_end, write_end = os.pipe()
    said: list[str] = []
    with os.fdopen(read_end, "rb") as reader:
        assert read_input(reader, said.append, bounds=Bounds(seconds=0.2)) is None
    os.close(write_end)
    assert said == ["shellmate: stdin: stopped reading after 0.2 s and 0 bytes"]


def test_a_slow_pipe_gets_a_hint_and_is_cut_by_time():
    read_end, write_end = os.pipe()
    said = []
    os.write(write_end, b"something\n")
    start = time.monotonic()
    with os.fdopen(read_end, "rb") as reader:
        read = read_input(reader, said.append, bounds=Bounds(seconds=3.4))
    os.close(write_end)
    assert time.monotonic() - start < 8
    assert read is not None and read.text == "something"
    assert "stopped reading after 3.4 s and 10 bytes" in read.left_out
    assert len(said) == 1 and "still reading stdin (10 bytes so far)" in said[0]


def test_pieces_that_come_one_by_one_are_put_together():
    read_end, write_end = os.pipe()

    def write():
        for byte in "näme,b\r\n1,2\r\n".encode():
            os.write(write_end, bytes([byte]))
        os.close(write_end)

    thread = threading.Thread(target=write)
    thread.start()
    with os.fdopen(read_end, "rb") as reader:
        read = read_input(reader, lambda line: None)
    thread.join()
    assert read is not None and read.names == ("näme", "b") and read.kind == "CSV"


def test_a_budget_is_kept_with_the_encoding_in_it():
    for budget in (0, 5, 30, 200):
        read_end, write_end = os.pipe()
        os.write(write_end, "a,b\n1,2\n".encode("utf-16"))
        os.close(write_end)
        with os.fdopen(read_end, "rb") as reader:
            read = read_input(reader, lambda line: None, budget)
        assert read is not None and len(read.text) <= budget


def test_binary_raises_before_the_rest_is_read():
    read_end, write_end = os.pipe()
    os.write(write_end, b"\x1f\x8b" + b"\0" * 100)
    os.close(write_end)
    with os.fdopen(read_end, "rb") as reader, pytest.raises(UsageError, match="gzip data"):
        read_input(reader, lambda line: None)

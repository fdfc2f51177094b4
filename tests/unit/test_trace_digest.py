"""What tools complain of: the first errors with their places, in the words of each tool."""

import pytest

from shellmate.request.digests.faults import find_fault
from tests.piping import digest


@pytest.mark.parametrize(
    ("line", "severity", "place"),
    [
        ("main.c:3:5: error: 'x' undeclared", "error", "main.c:3"),
        ("main.c:3:5: warning: unused variable", "warning", "main.c:3"),
        ("src/a.ts(12,5): error TS2304: Cannot find name 'x'.", "error", "src/a.ts:12"),
        ("./main.go:5:2: undefined: x", "error", "./main.go:5"),
        ("Main.java:4: error: cannot find symbol", "error", "Main.java:4"),
        ("error[E0425]: cannot find value `x` in this scope", "error", ""),
        ("app.py:1:8: F401 `os` imported but unused", "error", "app.py:1"),
        ("app.py:7: error: Incompatible types  [assignment]", "error", "app.py:7"),
        ("tests/test_a.py:12: AssertionError", "error", "tests/test_a.py:12"),
        ("FAILED tests/test_a.py::test_b - assert 1 == 2", "error", ""),
        ("E       assert 1 == 2", "error", ""),
        ("make: *** [Makefile:2: all] Error 1", "error", ""),
        ("/usr/bin/ld: a.o: undefined reference to `f'", "error", ""),
        ("bash: line 1: foo: command not found", "error", ""),
        ("npm ERR! missing script: x", "error", ""),
    ],
)
def test_lines_of_tools(line, severity, place):
    fault = find_fault(line)
    assert fault is not None and (fault.severity, fault.place) == (severity, place)


@pytest.mark.parametrize(
    "line", ["", "gcc -c main.c", "see http://x:80: it is there", "Dear Anna: hello", "12:30: lunch"]
)
def test_other_lines(line):
    assert find_fault(line) is None


def test_rust_errors_keep_the_place_behind_them():
    text = "   Compiling a v0.1.0\nerror[E0425]: cannot find value `x` in this scope\n --> src/main.rs:2:5\n  |\n2 |     x\n  |     ^ not found\n\nerror: could not compile `a`\n"
    read = digest(text)
    assert read.kind == "tool output"
    assert "error[E0425]: cannot find value `x`" in read.text and "--> src/main.rs:2:5" in read.text


def test_the_first_of_many_errors_matter_most():
    text = "".join(f"gcc -c f{n}.c\n" + (f"f{n}.c:{n}:1: error: bad {n}\n" if n % 3 == 0 else "") for n in range(3000))
    read = digest(text)
    assert "1,000 errors" in read.text and "f0.c:0:1: error: bad 0" in read.text and len(read.text) <= 1600


def test_a_traceback_in_the_middle_of_other_output():
    text = (
        "starting\n" * 200
        + 'Traceback (most recent call last):\n  File "a.py", line 1, in <module>\n    f()\n    ^^^\n  File "b.py", line 9, in f\n    g()\na.b.C: it broke\n'
        + "bye\n"
    )
    read = digest(text)
    assert read.kind == "traceback"
    assert read.text.split("\n")[1:4] == ["a.b.C: it broke", "at b.py:9 in f: g()", "at a.py:1 in <module>: f()"]
    assert "bye" in read.text


def test_deep_recursion_shows_the_innermost_frames():
    frames = "".join(f'  File "r.py", line {n}, in f\n    f({n})\n' for n in range(1000))
    read = digest(f"Traceback (most recent call last):\n{frames}RecursionError: maximum recursion depth exceeded\n")
    assert "RecursionError" in read.text and "at r.py:999 in f: f(999)" in read.text and "outer frames" in read.text

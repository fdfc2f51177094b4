"""What is wrong with code that parses."""

import ast
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shellmate.answer.trying.cases import Case, find_cases, find_failure
from shellmate.answer.trying.trials import Trials, imported_modules, undefined_names
from shellmate.prompt.library import own_prompts
from shellmate.request.command.parts import Explainer
from shellmate.request.manual.manuals import Manuals
from tests.unit.test_sandbox import needs_bubblewrap

VARIABLES = {"PATH": os.environ["PATH"], "HOME": "/root"}
DOUBLE = '''def double(x):
    """ Twice as much.
    >>> double(2)
    4
    >>> double("ab")
    'abab'
    """'''


def trials(words: str, cwd: Path = Path("/"), runs: bool = True) -> Trials:
    return Trials(words, cwd, VARIABLES, lambda: Explainer(Manuals(VARIABLES, cwd)), runs)


def run(script: str) -> str:
    done = subprocess.run([sys.executable, "-I", "-c", script], capture_output=True, text=True, timeout=20)
    return done.stdout + done.stderr


# Python


@pytest.mark.parametrize(
    "code, fault",
    [
        ("print(re.sub('a', 'b', x))", "re is used but never imported"),
        ("def f():\n    return totl\n", "totl is used but never defined"),
        ("for i in xrange(3):\n    print(i)", "xrange is used but never defined"),
        ("import nosuchmodule_anywhere\nnosuchmodule_anywhere.f()", "nosuchmodule_anywhere is not installed"),
        ("from nosuchmodule_anywhere.x import y\ny()", "nosuchmodule_anywhere is not installed"),
    ],
)
def test_python_that_cannot_work_is_found(code, fault):
    assert fault in trials("x").find_faults("python", code)


@pytest.mark.parametrize(
    "code",
    [
        "import re\nprint(re.sub('a', 'b', 'c'))",
        "import sys, csv\nfor row in csv.reader(sys.stdin):\n    print(row)",
        "try:\n    import nosuchmodule_anywhere as json\nexcept ImportError:\n    import json\nprint(json.dumps(1))",
        "from __future__ import annotations\ndef f(x: int) -> list[int]:\n    return [x]",
        "if (n := len('abc')) > 2:\n    print(n)",
        "match 1:\n    case x:\n        print(x)",
        "print(__name__, __file__)",
        "def f():\n    global n\n    n = 1\n\nf()\nprint(n)",
        "class A:\n    x = 1\n    y = [x for _ in range(3)]",
        "from . import sibling\nsibling.f()",
        "def f(:",
        "",
    ],
)
def test_python_that_may_work_is_left(code):
    assert trials("x").find_faults("python", code) == []


def test_a_module_beside_is_installed_enough(tmp_path):
    (tmp_path / "mine.py").write_text("")
    assert trials("x", tmp_path).find_faults("python", "import mine\nmine.f()") == []


def test_the_python_examples_of_the_prompts_are_all_right():
    for file in own_prompts().glob("*.toml"):
        data = tomllib.loads(file.read_text(encoding="utf-8"))
        for example in data.get("examples", []):
            if example.get("language", data.get("language")) == "python":
                assert undefined_names(ast.parse(example["answer"])) == [], example["answer"]


def test_imports_inside_a_try_are_not_needed():
    tree = ast.parse(
        "import a.b\ndef f():\n    from c import d\ntry:\n    import e\nexcept ImportError:\n    pass\nfrom . import g"
    )
    assert imported_modules(tree) == {"a", "c"}


# Doctests


def test_cases_are_found_in_docstrings_and_in_lines():
    words = DOUBLE + "\n    double(3) == 6\n    assert double(4) == 8\n    double(5) -> 10  # ten\n    double(1) ➞ 2."
    cases = find_cases(words)
    assert Case("double(2)", "4") in cases
    assert Case('double("ab")', "'abab'") in cases
    assert {c.call for c in cases} == {"double(2)", 'double("ab")', "double(3)", "double(4)", "double(5)", "double(1)"}


@pytest.mark.parametrize(
    "words", ["", "sum of a column", "f(x) is fine", "a == b", "def f(x) -> int:", ">>> x = 1", "see (this) -> that"]
)
def test_words_without_examples_have_none(words):
    assert find_cases(words) == []


@pytest.mark.parametrize(
    "code, failure",
    [
        ("def double(x):\n    return 2 * x", ""),
        (
            "def double(x):\n    return x + 2",
            'double("ab") raises TypeError: can only concatenate str (not "int") to str',
        ),
        ("def double(x):\n    return 5", "double(2) gives 5, not 4"),
        ("def twice(x):\n    return 2 * x", "double(2) raises NameError: name 'double' is not defined"),
        ("raise ValueError('no')", "ValueError: no"),
        ("import os\nos._exit(0)", "it does not run"),
        ("print('\\n[]')\ndef double(x):\n    return 5", "double(2) gives 5, not 4"),
    ],
)
def test_the_first_failure_is_said(code, failure):
    assert find_failure(code, find_cases(DOUBLE), run) == failure


def test_floats_are_compared_with_tolerance():
    cases = [Case("f()", "[0.3, (1.0, 2)]")]
    assert find_failure("def f():\n    return [0.1 + 0.2, (1.0, 2)]", cases, run) == ""
    assert find_failure("def f():\n    return [0.4, (1.0, 2)]", cases, run)


def test_what_could_not_be_run_is_no_failure():
    assert find_failure("x", [Case("f()", "1")], lambda script: None) == ""


@needs_bubblewrap
def test_an_answer_is_tried_in_the_sandbox(tmp_path):
    look = trials(DOUBLE, tmp_path)
    assert look.find_faults("python", "def double(x):\n    return 2 * x") == []
    assert look.find_faults("python", "def double(x):\n    while True:\n        pass") == ["double(2) does not end"]
    evil = "open('left', 'w').write('x')\ndef double(x):\n    return 2 * x"
    look.find_faults("python", evil)
    assert list(tmp_path.iterdir()) == []
    assert trials(DOUBLE, tmp_path, runs=False).find_faults("python", "def double(x):\n    return 5") == []


@given(st.text(max_size=200))
def test_cases_never_raise(words):
    find_cases(words)


# Shell


def test_programs_and_options_that_are_not_here_are_found():
    look = trials("list files", runs=False)
    assert look.find_faults("shell", "nosuchprogram -x") == ["nosuchprogram is not on this machine"]
    assert look.find_faults("shell", "ls --sort-by-size") == ["ls --sort-by-size is not in its page"]
    assert look.find_faults("shell", "ls -la | sort -rn") == []


def test_a_program_that_is_asked_for_is_no_fault():
    assert trials("use nosuchprogram to list", runs=False).find_faults("shell", "nosuchprogram list") == []


@needs_bubblewrap
def test_what_only_reads_is_tried(tmp_path):
    assert "invalid -size type" in trials("x", tmp_path).find_faults("shell", "find . -size +1X")[0]
    assert trials("x", tmp_path, runs=False).find_faults("shell", "find . -size +1X") == []
    trials("x", tmp_path).find_faults("shell", "touch new && ls --no-such")
    assert list(tmp_path.iterdir()) == []

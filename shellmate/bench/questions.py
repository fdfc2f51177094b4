"""A dozen questions of which it can be told whether the answer runs and does what was asked."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

LOG = "".join(
    f"2024-05-0{n % 9 + 1} {'ERROR' if n in (3, 11, 17) else 'INFO'} request {n} took {n * 7} ms\n"
    for n in range(1, 21)
)
NOTES = "foo is here\nnothing else\nfoo again\n"
FILES = {
    "app.py": "import sys\n\nprint(sys.argv)\n",
    "pkg/util.py": "def double(n):\n    return 2 * n\n",
    "names.txt": "Oslo\nRome\nOslo\nBern\nRome\n",
    "notes.txt": NOTES,
    "sales.csv": "day,price\nMon,10\nTue,20\nWed,36\n",
    "app.log": LOG,
}
ERRORS = [line for line in LOG.splitlines() if "ERROR" in line]

Check = Callable[[str, Path], bool]  # what was printed, and the folder it was run in, to whether that is right


@dataclass(frozen=True)
class Question:
    """`words` are asked in a folder that has FILES. The answer is run there, with the Python code `behind` it, and
    `check` looks at what has become of it. Where there is such code the answer has to be Python."""

    words: str
    check: Check = lambda printed, folder: True
    behind: str = ""

    @property
    def is_python(self) -> bool:
        """Whether Python is asked for by name."""
        return "python" in self.words.split()


def prints(*patterns: str) -> Check:
    """Whether each pattern is found in what was printed."""
    return lambda printed, _: all(re.search(pattern, printed, re.MULTILINE) for pattern in patterns)


def prints_lines(*lines: str) -> Check:
    """Whether these lines, and no others, were printed."""
    return lambda printed, _: [line.strip() for line in printed.splitlines() if line.strip()] == list(lines)


def _prints_or_has(name: str, text: str) -> Check:
    """Whether a text was printed, or is in the file."""
    return lambda printed, folder: text in (printed, _read(folder / name))


def _has(*names: str) -> Check:
    return lambda _, folder: all((folder / name).is_file() for name in names)


def _has_not(*names: str) -> Check:
    return lambda _, folder: not any((folder / name).exists() for name in names)


def _read(file: Path) -> str:
    return file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""


QUESTIONS = (
    Question("list all .py files below this folder", prints(r"app\.py$", r"pkg/util\.py$")),
    Question("count the lines of app.log", prints(r"\b20\b")),
    Question("show the lines of app.log that contain ERROR", prints_lines(*ERRORS)),
    Question("show the last 2 lines of app.log", prints_lines(*LOG.splitlines()[-2:])),
    Question("sort names.txt and leave out duplicates", prints_lines("Bern", "Oslo", "Rome")),
    Question("replace the word foo by bar in notes.txt", _prints_or_has("notes.txt", NOTES.replace("foo", "bar"))),
    Question("make the folder backup and copy all txt files into it", _has("backup/names.txt", "backup/notes.txt")),
    Question("delete all log files", _has_not("app.log")),
    Question(
        "a python function is_prime(n)",
        behind="assert [n for n in range(20) if is_prime(n)] == [2, 3, 5, 7, 11, 13, 17, 19]",
    ),
    Question(
        "a python function reverse_words(text) that reverses the order of the words",
        behind="assert reverse_words('one two three') == 'three two one'",
    ),
    Question(
        "a python class Stack with the methods push, pop and is_empty",
        behind="s = Stack(); s.push(1); s.push(2); assert s.pop() == 2 and not s.is_empty() and s.pop() == 1",
    ),
    Question("python code that prints the mean of the column price of sales.csv", prints(r"\b22(\.0*)?\b")),
)

"""What is made of the figures of `shellmate bench`, and how answers are looked at."""

import os
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from shellmate.answer.trying.sandbox import find_sandbox
from shellmate.bench.answers import find_fault
from shellmate.bench.figures import EffortFigures, Figure, ModelFigures, Outcome, ThreadFigures
from shellmate.bench.pagecache import drop_pages, fill_pages, share_in_memory
from shellmate.bench.plot import draw
from shellmate.bench.questions import FILES, QUESTIONS
from shellmate.bench.suggest import suggest
from shellmate.bench.table import render
from shellmate.bench.threads import parse_threads, usual_threads
from shellmate.models.auto import CODERS

LARGE, SMALL = CODERS
VARIABLES = {"PATH": os.environ["PATH"], "HOME": "/nowhere"}
needs_bubblewrap = pytest.mark.skipif(
    not find_sandbox(VARIABLES), reason="bubblewrap is missing, or does not work here"
)


def row(threads: int = 2, generation: float = 40, warm: float = 0.5) -> ThreadFigures:
    figure = Figure((warm,))
    return ThreadFigures(
        threads, Figure((4 * generation,)), Figure((generation,)), figure, figure, None, Figure((6e8,))
    )


def model(name: str, *rows: ThreadFigures, **efforts: tuple[int, float]) -> ModelFigures:
    """With `effort=(good, seconds)`, of twelve."""
    figures = ModelFigures(name, 491_400_064, list(rows or [row()]))
    for effort, (good, seconds) in efforts.items():
        outcomes = [Outcome(f"question {n}", seconds, "" if n < good else "it fails") for n in range(12)]
        figures.efforts.append(EffortFigures(effort, outcomes=outcomes))
    return figures


def suggested(*models: ModelFigures, cores: int = 2) -> dict[str, str]:
    return {s.name: s.value for s in suggest(models, cores)}


def test_the_most_that_runs_is_suggested_as_long_as_it_is_soon():
    small, large = model(SMALL, fast=(8, 0.8), balanced=(10, 2.5)), model(LARGE, fast=(9, 2.4), balanced=(12, 7.0))
    assert suggested(small, large) == {"model": SMALL, "effort": "balanced"}
    quick = model(LARGE, fast=(9, 1.0), balanced=(12, 2.9))
    assert suggested(small, quick) == {"model": LARGE, "effort": "balanced"}
    [reason] = [s.reason for s in suggest([small, quick], 2) if s.name == "model"]
    assert reason == "the best of what answers within 3 s: 12 of 12 answers run"


def test_the_quicker_of_equals_is_suggested():
    assert suggested(model(SMALL, fast=(9, 0.8), balanced=(9, 2.5)))["effort"] == "fast"


def test_what_is_quick_and_useless_is_not_suggested():
    useless, slow = model("smollm2-135m", fast=(2, 0.3), balanced=(2, 0.5)), model(SMALL, fast=(8, 5), balanced=(10, 9))
    assert suggested(useless, slow) == {"model": SMALL, "effort": "fast"}
    assert suggested(model("smollm2-135m", fast=(0, 0.3), balanced=(0, 0.5))) == {}


def test_without_questions_the_speed_decides():
    fast, slow = row(generation=100, warm=0.3), row(generation=15, warm=1.5)
    assert suggested(model(SMALL, fast), model(LARGE, fast)) == {"model": LARGE, "effort": "balanced"}
    assert suggested(model(SMALL, fast), model(LARGE, slow)) == {"model": SMALL, "effort": "balanced"}
    assert suggested(model(SMALL, fast), model("smollm2-135m", fast)) == {"model": SMALL, "effort": "balanced"}
    assert suggested(model(SMALL, slow), model("smollm2-135m", fast))["model"] == SMALL
    assert suggested(model(SMALL, row(generation=25, warm=1))) == {"effort": "fast"}, "balanced is not soon"
    assert suggested(model("/home/me/own.gguf", fast)) == {"effort": "balanced"}, "there is none to choose it over"


def test_what_failed_is_not_suggested():
    failed = model(LARGE, fast=(12, 0.1))
    failed.error = "it was ended by signal 9"
    assert suggested(failed) == {}
    assert suggested(model(SMALL, fast=(8, 0.8)), failed) == {"effort": "fast"}
    assert suggested(ModelFigures(SMALL)) == {}


def test_the_physical_cores_are_suggested_unless_fewer_threads_are_quicker():
    one, two, four = row(1, 20), row(2, 40), row(4, 39)
    assert suggested(model(SMALL, one, two))["threads"] == "0"
    assert suggested(model(SMALL, one, two, four), cores=4)["threads"] == "0", "two are no quicker than noise"
    [reason] = [s.reason for s in suggest([model(SMALL, one, two)], 2) if s.name == "threads"]
    assert reason == "with all 2 physical cores an answer is 2.0 times as fast as with 1"
    assert suggested(model(SMALL, one, two, row(4, 20)), cores=4)["threads"] == "2"
    assert "threads" not in suggested(model(SMALL, two)), "there is nothing to compare it with"


@pytest.mark.parametrize(
    "text, counts", [("2", (2,)), ("1-4", (1, 2, 3, 4)), ("4,1, 2", (1, 2, 4)), ("1-2,2-3", (1, 2, 3))]
)
def test_lists_of_threads(text, counts):
    assert parse_threads(text) == counts


def test_the_usual_threads():
    assert usual_threads(1) == (1,)
    assert usual_threads(4) == (1, 2, 3, 4)
    assert usual_threads(24) == (1, 2, 4, 8, 16, 24)


def test_the_spread_is_half_of_the_range():
    figure = Figure((1.0, 4.0, 2.0))
    assert (figure.median, figure.spread) == (2.0, 1.5)
    assert Figure.of([None, 3.0]) == Figure((3.0,)) and Figure.of([None]) is None


def test_the_table_has_what_there_is():
    broken = ModelFigures("/home/me/bro\x1bken.gguf", error="no \x1b model")
    half = model(LARGE, ThreadFigures(1, Figure((150.0,)), Figure((41.26, 40.26))))
    half.error = "it was ended by signal 9"
    lines = render([model(SMALL, row(1), row(2), fast=(8, 0.8), balanced=(10, 2.5)), half, broken]).splitlines()
    assert lines[2].split() == [SMALL, "491", "MB", "1", "160", "40.0", "0.50", "0.50", "600"]
    assert lines[3].split() == ["2", "160", "40.0", "0.50", "0.50", "-", "600", "10", "of", "12"]
    assert lines[4].split()[3:] == ["1", "150", "40.8", "±0.5", "-", "-", "-", "-"]
    assert lines[5].split(maxsplit=2) == ["bro\\x1bken.gguf", "-", "no \\x1b model"]
    assert lines[8].split() == [SMALL, "fast", "8", "of", "12", "0.8", "0.8", "-", "0.8"]
    assert lines[9].split() == ["balanced", "10", "of", "12", "2.5", "2.5", "-", "2.5"]
    assert lines[-1] == f"{LARGE}: it was ended by signal 9"
    assert len({line.index("0.50") for line in lines[2:4]}) == 1, "columns are columns"


def test_the_picture_is_svg_and_its_bars_are_as_long_as_the_figures():
    picture = draw([model("a<b>&c.gguf", row(1, 20), row(2, 40)), ModelFigures("none")], "CPU <1>")
    root = ElementTree.fromstring(picture)
    texts = [text.text for text in root.iter("{http://www.w3.org/2000/svg}text")]
    assert "a<b>&c.gguf, 1 thread" in texts and "CPU <1>" in texts
    bars = [float(bar.get("width")) for bar in root.iter("{http://www.w3.org/2000/svg}rect") if bar.get("x")]
    at = [text for text in texts if text in ("20", "40")]
    assert at == ["20", "40"] and bars[3] == pytest.approx(2 * bars[2], abs=0.2)
    assert "code that runs, of the questions" not in texts, "there is no panel without bars"


def test_a_picture_of_nothing_is_svg_as_well():
    assert ElementTree.fromstring(draw([ModelFigures("none", error="x")], "CPU")).tag.endswith("svg")


RIGHT = (
    "find . -name '*.py'", "wc -l app.log", "grep ERROR app.log", "tail -n 2 app.log", "sort -u names.txt",
    "sed -i s/foo/bar/g notes.txt", "mkdir backup && cp *.txt backup", "rm *.log",
    "def is_prime(n):\n    return n > 1 and all(n % d for d in range(2, n))",
    "def reverse_words(text):\n    return ' '.join(text.split()[::-1])",
    "class Stack:\n    def __init__(self):\n        self.items = []\n    def push(self, x):\n        self.items.append(x)\n"
    "    def pop(self):\n        return self.items.pop()\n    def is_empty(self):\n        return not self.items",
    "import csv\nrows = list(csv.DictReader(open('sales.csv')))\nprint(sum(float(r['price']) for r in rows) / len(rows))",
)  # fmt: skip
ALSO_RIGHT = {
    0: "import glob\nfor name in glob.glob('**/*.py', recursive=True):\n    print(name)",
    1: "cat app.log | wc -l",
    5: "sed 's/foo/bar/g' notes.txt",
    7: "find . -name '*.log' -delete",
}


def fault(number: int, code: str, tmp_path: Path, variables: dict[str, str] = VARIABLES) -> str:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return find_fault(QUESTIONS[number], code, tmp_path, variables)


@needs_bubblewrap
@pytest.mark.parametrize("number, code", [*enumerate(RIGHT), *ALSO_RIGHT.items()])
def test_a_right_answer_is_right(number, code, tmp_path):
    assert len(RIGHT) == len(QUESTIONS)
    assert fault(number, code, tmp_path) == ""


@needs_bubblewrap
@pytest.mark.parametrize("number", range(len(QUESTIONS)))
def test_an_answer_that_does_nothing_is_not(number, tmp_path):
    assert fault(number, "pass" if QUESTIONS[number].behind else "true", tmp_path) != ""


@needs_bubblewrap
@pytest.mark.parametrize(
    "number, code, said",
    [
        (0, "find . -name '*.py", "it does not parse"),
        (1, "wc -l app.logs", "it fails: wc: app.logs: No such file"),
        (1, "nosuchprogram app.log", "it fails"),
        (1, "echo 21", "it does something else"),
        (1, "rm -rf ~", "it is dangerous"),
        (1, "sleep 60", "it does not end"),
        (8, "def is_prime(n):\n    return m", "it fails: NameError"),
        (8, "wc -l app.log", "it does not parse"),
    ],
)
def test_what_is_wrong_is_said(number, code, said, tmp_path):
    assert fault(number, code, tmp_path).startswith(said)


@needs_bubblewrap
def test_an_answer_writes_in_its_folder_alone_and_sees_no_home(tmp_path):
    outside = tmp_path.parent / "outside"
    code = f"touch made; touch {outside} /usr/made {Path.home()}/made; ls {Path.home()} | wc -l; echo 20 >> made"
    inside = tmp_path / "inside"
    assert fault(1, code, inside) == "it does something else"
    assert (inside / "made").read_text() == "20\n"
    assert not outside.exists() and not (Path.home() / "made").exists()


def test_without_a_sandbox_answers_are_parsed_and_nothing_is_run(tmp_path):
    nowhere = {"PATH": str(tmp_path)}
    assert fault(7, "rm *.log", tmp_path, nowhere) == ""
    assert (tmp_path / "app.log").exists()
    assert fault(7, "rm '*.log", tmp_path, nowhere).startswith("it does not parse")


def test_pages_come_and_go(tmp_path):
    file = tmp_path / "file"
    file.write_bytes(os.urandom(1 << 22))
    fd = os.open(file, os.O_RDONLY)
    os.fsync(fd)
    os.close(fd)
    fill_pages(file)
    assert share_in_memory(file) == 1.0
    if drop_pages(file):  # a file system in memory keeps them
        assert share_in_memory(file) < 0.1
        fill_pages(file)
        assert share_in_memory(file) == 1.0

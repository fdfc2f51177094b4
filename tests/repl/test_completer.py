"""What Tab offers for what stands before the cursor."""

import pytest
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document

from shellmate.core.errors import ShellmateError
from shellmate.repl.completer import MessageCompleter
from shellmate.repl.slash import COMMANDS, Slash, parse


def fail():
    raise ShellmateError("the folder cannot be read")


@pytest.fixture
def offered(tmp_path, monkeypatch):
    """The line as each completion makes it."""
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "my folder").mkdir()
    for name in ("notes.txt", "my folder/in it.py", "it's.py", 'a "quote".py', "back\\slash", "line\nfeed", "中 文"):
        (tmp_path / name).touch()
    names = {"model": lambda: ["small", "big", "smaller"], "prompt": fail, "session": lambda: iter(["last week"])}
    completer = MessageCompleter(names, tmp_path)

    def complete(text):
        found = completer.get_completions(Document(text), CompleteEvent())
        return [text[: len(text) + each.start_position] + each.text for each in found]

    return complete


def test_commands_with_what_they_do(offered, tmp_path):
    assert offered("/s") == ["/save ", "/sessions", "/stats"]
    assert len(offered("/")) == len(COMMANDS)
    first = next(MessageCompleter({}, tmp_path).get_completions(Document("/la"), CompleteEvent()))
    assert (first.display_text, first.display_meta_text) == (COMMANDS["lang"].usage, COMMANDS["lang"].help)


@pytest.mark.parametrize(
    "text, lines",
    [
        ("/lang ", ["/lang auto", "/lang python", "/lang shell"]),
        ("/lang p", ["/lang python"]),
        ("/model s", ["/model small", "/model smaller"]),
        ("/model ~/n", ["/model ~/notes.txt"]),
        ("/model n", []),
        ("/resume last", ["/resume last week"]),
        ("/prompt ", []),
        ("/run ", []),
        ("/load n", ["/load notes.txt"]),
        ("/load my", ['/load "my folder/']),
        ('/load "my folder/', ['/load "my folder/in it.py"']),
        ("/load my folder/", ['/load "my folder/in it.py"']),
        ("/load ~/no", ["/load ~/notes.txt"]),
        ("/load line", []),
        ("!cat n", ["!cat notes.txt"]),
        ("!cat my", ["!cat my\\ folder/"]),
        ("!cat my\\ folder/", ["!cat my\\ folder/in\\ it.py"]),
        ("!cat it", ["!cat it\\'s.py"]),
        ("n", []),
        ("lines of ./n", ["lines of ./notes.txt"]),
        ("lines of ~/n", ["lines of ~/notes.txt"]),
        ("lines of\n./n", ["lines of\n./notes.txt"]),
        (" /nowhere/s", []),
        ("/nowhere/x", []),
        ("/load \0", []),
        ("", []),
    ],
)
def test_what_is_offered(offered, text, lines):
    assert offered(text) == lines


@pytest.mark.parametrize("start", ["it", "a", "back", "中", '"a', "'it"])
def test_any_name_is_read_back_as_it_is(offered, tmp_path, start):
    for line in offered(f"/load {start}"):
        parsed = parse(line)
        assert isinstance(parsed, Slash) and (tmp_path / parsed.argument).is_file()
    assert offered(f"/load {start}")

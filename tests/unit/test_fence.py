from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shellmate.answer.fence import Closed, Code, Event, FenceParser, Opened, Prose


def parse(*pieces: str) -> list[Event]:
    parser = FenceParser()
    events = [event for piece in pieces for event in parser.feed(piece)]
    return merge([*events, *parser.finish()])


def merge(events: list[Event]) -> list[Event]:
    merged: list[Event] = []
    for event in events:
        last = merged[-1] if merged else None
        if isinstance(event, Prose | Code) and type(last) is type(event):
            merged[-1] = type(event)(last.text + event.text)
        else:
            merged.append(event)
    return merged


def test_an_answer_that_begins_with_its_fence():
    assert parse("```bash\nls -l\n```") == [Opened("bash"), Code("ls -l\n"), Closed()]


def test_prose_behind_the_code():
    assert parse("```bash\nls\n```\nThis lists.") == [Opened("bash"), Code("ls\n"), Closed(), Prose("This lists.")]


def test_several_blocks():
    events = parse("Try:\n\n```sh\na\n```\nor\n~~~Python title=x\nb\n~~~\n")
    assert events == [
        Prose("Try:\n\n"), Opened("sh"), Code("a\n"), Closed(),
        Prose("or\n"), Opened("python"), Code("b\n"), Closed(),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("info", "language"),
    [("", ""), ("Bash", "bash"), (" c++ ", "c++"), ("python3 x", "python3"), ("{.python .x}", "python"), ("c#", "c#")],
)
def test_the_language_is_the_first_word(info, language):
    assert parse(f"```{info}\n")[0] == Opened(language)


def test_code_streams_from_its_first_character_on_and_within_a_line():
    parser = FenceParser()
    assert parser.feed("```bash\n") == [Opened("bash")]
    assert parser.feed("l") == [Code("l")]
    assert parser.feed("s ") == [Code("s ")]
    assert parser.feed("`") == [Code("`")]
    assert parser.feed("\n") == [Code("\n")]
    assert parser.feed("  ") == []
    assert parser.feed("x") == [Code("  x")]


def test_only_what_may_be_a_fence_is_held_back():
    parser = FenceParser()
    parser.feed("```\na\n")
    assert parser.feed("``") == []
    assert parser.feed("x") == [Code("``x")]
    assert parser.feed("\n```") == [Code("\n")]
    assert parser.feed("\n") == [Closed()]


def test_a_fence_cut_anywhere():
    assert parse("`", "``ba", "sh", "\nls", "\n`", "`", "`") == [Opened("bash"), Code("ls\n"), Closed()]


def test_an_unclosed_fence():
    assert parse("```python\nprint(1)\npr") == [Opened("python"), Code("print(1)\npr")]


def test_a_fence_that_was_cut_off_leaves_no_backtick():
    assert parse("```\nls\n``") == [Opened(""), Code("ls\n")]


def test_blank_lines_around_the_code_are_dropped_and_those_within_are_kept():
    assert parse("```\n\n \n  a\n\n \nb\n\n\t\n```") == [Opened(""), Code("  a\n\n \nb\n"), Closed()]
    assert parse("```\na\n\n\n") == [Opened(""), Code("a\n")]


@pytest.mark.parametrize("line", ["echo ```", "```bash", "``", "    ```", "\t```", "~~~", "x ```", "``` x"])
def test_what_does_not_close_a_fence(line):
    assert parse(f"```\n{line}\nend\n```") == [Opened(""), Code(f"{line}\nend\n"), Closed()]


@pytest.mark.parametrize("line", ["```", "````", "   ```", "``` \t"])
def test_what_closes_a_fence(line):
    assert parse(f"```\nls\n{line}\nend") == [Opened(""), Code("ls\n"), Closed(), Prose("end")]


def test_a_longer_fence_is_closed_only_by_a_longer_one():
    assert parse("````\n```\na\n```\n````\n") == [Opened(""), Code("```\na\n```\n"), Closed()]


def test_code_between_ticks_within_a_line_is_prose():
    assert parse("```ls```\n`a` and ``b``\n") == [Prose("```ls```\n`a` and ``b``\n")]


def test_a_block_in_a_list_loses_the_lists_indentation():
    events = parse("1. Do\n\n     ```sh\n     if a; then\n       b\n   fi\n     ```\n")
    assert events == [Prose("1. Do\n\n"), Opened("sh"), Code("if a; then\n  b\nfi\n"), Closed()]


def test_crlf():
    assert parse("```bash\r", "\nls\r\n", "\r\nb\r", "\n```\r\nx\r\n") == [
        Opened("bash"), Code("ls\n\nb\n"), Closed(), Prose("x\n"),
    ]  # fmt: skip
    assert parse("```\nprintf 'a\r", "b'\n```") == [Opened(""), Code("printf 'a\rb'\n"), Closed()]


answers = st.text(alphabet="`~ \n\r\tabc中", max_size=60) | st.lists(
    st.sampled_from(["```", "~~~", "````", "bash", "\n", "\r\n", " ", "   ", "ls -l", "中文", "`", "\n```\n", "x\n"]),
    max_size=25,
).map("".join)


@given(answers, st.lists(st.integers(0, 80), max_size=10))
def test_the_events_do_not_depend_on_the_cuts(text, cuts):
    places = sorted({min(cut, len(text)) for cut in cuts} | {0, len(text)})
    pieces = [text[a:b] for a, b in pairwise(places)]
    assert parse(*pieces) == parse(text) == parse(*text)


@given(st.text(max_size=200))
def test_no_text_raises_and_no_prose_is_lost(text):
    events = parse(text)
    if not any(isinstance(event, Opened) for event in events):
        normal = text.replace("\r\n", "\n").removesuffix("\r")
        assert "".join(event.text for event in events) == normal


@given(answers)
def test_code_begins_and_ends_without_blank_lines(text):
    for event in parse("```bash\n" + text):
        if isinstance(event, Code):
            assert event.text.split("\n")[0].strip()
            assert not event.text.endswith("\n\n")

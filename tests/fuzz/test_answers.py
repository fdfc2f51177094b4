"""What a model may say, and what a terminal would obey."""

import re
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from shellmate.answer.fence import Closed, Code, Event, FenceParser, Opened, Prose
from shellmate.answer.showing.sanitise import make_visible, visible_characters
from tests.fuzz.conftest import fuzzed
from tests.fuzz.samples import cut, made_of, mutated_text

ANSWERS = [
    "```bash\nls -l\n```",
    "Try:\n\n```sh\nfind . -name '*.py' |\n  xargs wc -l\n```\nor\n~~~Python title=x\nprint(1)\n~~~\n",
    "1. Do\n\n     ```sh\n     if a; then\n       b\n   fi\n     ```\n2. `x` and ``y``\n",
    "````markdown\n```\na\n```\n````\n统计每列的平均值\n",
    "```bash\r\nls\r\n\r\n```\r\n",
    "```c++\n\n\n  int x;\n\n\n``",
]
SEAMS = [
    "```",
    "~~~",
    "````",
    "`",
    "``` ",
    "\n```\n",
    "\r",
    "\r\n",
    "\n",
    "\n\n",
    "    ",
    "\t",
    " ",
    "bash",
    "{.py}",
    "é",
    "中",
    "😀",
    "\0",
]
PIECES = st.binary(max_size=12)


def events_of(pieces: list[str]) -> list[Event]:
    parser = FenceParser()
    merged: list[Event] = []
    for event in [event for piece in pieces for event in parser.feed(piece)] + parser.finish():
        last = merged[-1] if merged else None
        if isinstance(event, Prose | Code) and type(last) is type(event):
            merged[-1] = type(event)(last.text + event.text)
        else:
            merged.append(event)
    return merged


@fuzzed()
@given(mutated_text(ANSWERS, SEAMS) | made_of(SEAMS).map("".join), PIECES)
def test_an_answer_has_the_same_parts_however_it_comes(text, places):
    events = events_of(cut(text, places))
    assert events == events_of([text])
    is_open = False
    for event in events:
        assert isinstance(event, Code | Closed) == is_open or (isinstance(event, Opened) and not is_open)
        is_open = isinstance(event, Opened | Code)
    said = "".join(event.text for event in events if isinstance(event, Prose | Code))
    assert _letters(said, text), "nothing is made up, and nothing comes in another order"


def _letters(part: str, whole: str) -> bool:
    rest = iter(whole)
    return all(char in rest for char in part if not char.isspace())


OBEYED = [
    "\x1b]52;c;cm0gLXJm\x07", "\x1b]0;root@host\x1b\\", "\x9d0;title\x9c", "\x1b]8;;http://x\x07a\x1b]8;;\x07",
    "rm -rf ~\x1b[1A\x1b[2Kls", "\x9b2J", "\x1bP+q\x1b\\", "rm x\x08\x08ls", "if a: \u202e # nimda\u2066",
    "a\U000e0041\U000e007f", "👩‍👩‍👧 🏳️‍🌈 👩🏽‍💻", "1️⃣ #️⃣", "e\u0301 n\u0303", "统计\u3164=\uffa0", "a\u2028b\x85",
]  # fmt: skip
JOINTS = [
    "\x1b",
    "\x9b",
    "\u200d",
    "\ufe0f",
    "\ufe0e",
    "\u20e3",
    "1",
    "😀",
    "\u202e",
    "\u2066",
    "\U000e0041",
    "\r",
    "\n",
    "\t",
    "\x07",
    "\0",
    "\x7f",
    "中",
]
ESCAPE = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200b\u200c\u200e\u200f\ufeff\U000e0000-\U000e0fff]"
)


@fuzzed()
@given(mutated_text(OBEYED, JOINTS) | made_of([*JOINTS, "a"], 40).map("".join) | st.text(max_size=40), PIECES)
def test_nothing_that_a_terminal_obeys_is_left(text, places):
    pieces = cut(text, places)
    for shown in (make_visible(text), "".join(map(make_visible, pieces))):
        assert not ESCAPE.search(shown)
        assert all(unicodedata.category(char) not in ("Cc", "Cs", "Zl", "Zp") for char in shown if char not in "\n\t")
        assert all(unicodedata.category(char) != "Cf" or char == "\u200d" for char in shown)
    assert make_visible(make_visible(text)) == make_visible(text)
    each = visible_characters(text)
    assert len(each) == len(text) and "".join(each) == make_visible(text)
    if not set(text) & set("\u200d\ufe0e\ufe0f"):
        assert "".join(map(make_visible, pieces)) == make_visible(text)

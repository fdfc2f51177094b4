import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shellmate.answer.showing.sanitise import make_visible, visible_characters


@pytest.mark.parametrize(
    ("attack", "shown"),
    [
        pytest.param("\x1b]52;c;cm0gLXJm\x07", r"\x1b]52;c;cm0gLXJm\x07", id="OSC 52 fills the clipboard"),
        pytest.param("\x1b]0;root@host\x1b\\", r"\x1b]0;root@host\x1b" + "\\", id="the window's title"),
        pytest.param("\x9d0;title\x9c", r"\x9d0;title\x9c", id="the same with C1 controls"),
        pytest.param("\x1b]8;;http://x\x07a\x1b]8;;\x07", r"\x1b]8;;http://x\x07a\x1b]8;;\x07", id="a false link"),
        pytest.param("rm -rf ~\x1b[1A\x1b[2Kls", r"rm -rf ~\x1b[1A\x1b[2Kls", id="cursor up and erase"),
        pytest.param("\x9b2J", r"\x9b2J", id="CSI as one character"),
        pytest.param("\x1bP+q\x1b\\", r"\x1bP+q\x1b" + "\\", id="a question that the terminal answers as input"),
        pytest.param("rm -rf ~\rls      ", r"rm -rf ~\rls      ", id="a carriage return overwrites the line"),
        pytest.param("rm x\x08\x08\x08\x08ls", r"rm x\x08\x08\x08\x08ls", id="backspaces"),
        pytest.param(
            "\x0e\x0f\x05\x00\x7f\x0b\x0c", r"\x0e\x0f\x05\x00\x7f\x0b\x0c", id="shifts, ENQ, NUL, DEL, VT, FF"
        ),
        pytest.param("if a: \u202e # nimda\u2066", r"if a: \u202e # nimda\u2066", id="trojan source"),
        pytest.param("\u200e\u200f\u061c", r"\u200e\u200f\u061c", id="direction marks"),
        pytest.param("l\u200bs\u200c\u200d\u2060\ufeff", r"l\u200bs\u200c\u200d\u2060\ufeff", id="zero width"),
        pytest.param("l\u00ads\u180e", r"l\xads\u180e", id="soft hyphen and Mongolian separator"),
        pytest.param("a\U000e0041\U000e007f", r"a\U000e0041\U000e007f", id="tags"),
        pytest.param("\u3164=\uffa0\u115f", r"\u3164=\uffa0\u115f", id="letters without a shape"),
        pytest.param("a\u2028b\u2029c\x85", r"a\u2028b\u2029c\x85", id="line separators"),
        pytest.param("\udc80\ud800", r"\udc80\ud800", id="lone surrogates"),
        pytest.param("a\ufe0f\ufe01\U000e0100", r"a\ufe0f\ufe01\U000e0100", id="data in variation selectors"),
        pytest.param("😀\ufe0f\ufe0f\U000e01ef", "😀\ufe0f" + r"\ufe0f\U000e01ef", id="data behind an emoji"),
        pytest.param("a\u200d😀\u200db", r"a\u200d😀\u200db", id="a joiner that joins no two emoji"),
    ],
)
def test_what_a_terminal_would_obey_or_hide_is_shown(attack, shown):
    assert make_visible(attack) == shown


@pytest.mark.parametrize(
    "text",
    [
        "ls -l\n\techo 'é'\n",
        "统计每列的平均值　。",
        "e\u0301 n\u0303",
        "😀 👍🏽 ❤️ ©️ ▶︎",
        "👩‍👩‍👧 🏳️‍🌈 👩🏽‍💻",
        "1️⃣ #️⃣",
        "🇨🇳",
        "→ ≠ …",
        "한국어 العربية עברית",
    ],
)
def test_ordinary_text_stays(text):
    assert make_visible(text) == text


@given(st.text() | st.text(alphabet="a\x1b\u202e\u200d\ufe0f😀1\u20e3\n\t\r\x9b"))
def test_nothing_hidden_is_left_but_what_joins_emoji(text):
    shown = make_visible(text)
    assert all(unicodedata.category(char) not in ("Cc", "Cs", "Zl", "Zp") for char in shown if char not in "\n\t")
    assert all(unicodedata.category(char) != "Cf" or char == "\u200d" for char in shown)
    assert make_visible(shown) == shown


@given(st.text(alphabet="a\x1b]2;\x07\u202e\u200b中"), st.integers(0, 20))
def test_pieces_are_as_harmless_as_the_whole(text, cut):
    assert make_visible(text[:cut]) + make_visible(text[cut:]) == make_visible(text)


@given(st.text())
def test_one_string_for_each_character(text):
    assert len(visible_characters(text)) == len(text)
    assert "".join(visible_characters(text)) == make_visible(text)

"""The screenshot of the README is a drawing of a screen."""

from pathlib import Path
from xml.etree import ElementTree

import pyte

from scripts.record import CELL, draw

ROOT = Path(__file__).parents[2]
TEXT = "{http://www.w3.org/2000/svg}text"


def test_a_screen_is_drawn_run_by_run():
    screen = pyte.Screen(20, 5)
    pyte.Stream(screen).feed("\x1b[35mif\x1b[0m a < b & c\r\n\r\n  \x1b[1m统计\x1b[0m x")
    drawn = ElementTree.fromstring(draw(screen)).findall(TEXT)
    assert [run.text for run in drawn] == ["if", "a < b & c", "统计", "x"]
    assert [round(float(run.get("textLength")) / CELL) for run in drawn] == [2, 9, 4, 1]
    assert drawn[0].get("fill") != drawn[1].get("fill")
    assert drawn[2].get("font-weight") == "bold"
    assert len({run.get("y") for run in drawn}) == 2


def test_the_screenshot_shows_a_conversation_and_asks_for_nothing_outside():
    drawing = (ROOT / "docs" / "chat.svg").read_text(encoding="utf-8")
    shown = "".join(run.text for run in ElementTree.fromstring(drawing).iter(TEXT))
    assert "raise an error instead" in shown and "ValueError" in shown
    assert drawing.count("http") == 1, "but the name space"

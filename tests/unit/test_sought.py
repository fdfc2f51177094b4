"""Values that a question names are found wherever in a table they are."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shellmate.request.digests.sought import MOST_WORK, Sought
from shellmate.request.stdin import Input, read_input
from tests.piping import piped

ROWS = "".join(f"player{n},{'Red' if n % 2 else 'Blue'} {n % 40},{n}\n" for n in range(1000))
LAST = 'zelda,"New York, Zebras",3\n'
CSV = f"name,team,score\n{ROWS}{LAST}"
OBJECTS = [{"name": f"player{n}", "team": f"T{n % 40}", "score": n} for n in range(1000)]
OBJECTS.append({"name": "Zelda", "team": "New Zebras", "score": 3})


def read(text: str, words: str) -> Input:
    with piped(text.encode()) as stream:
        found = read_input(stream, lambda _: None, words=words)
    assert found and found.query
    return found


def named(text: str, words: str) -> dict[str, tuple[str, ...]]:
    query = read(text, words).query
    return dict(query.named) if query else {}


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("score of Zelda", {"name": ("zelda",)}),
        ("what is zelda's score?", {"name": ("zelda",)}),
        ("mean score of the new york, zebras", {}),  # the comma is the question's own
        ("score of player7 and player999", {"name": ("player7", "player999")}),
        ("mean score of red 7", {"team": ("Red 7",)}),
        ("mean score per team", {}),
        ("highest score of them all", {}),
        ("score above 999", {}),
    ],
)
def test_what_a_question_names_of_a_csv(words, found):
    assert named(CSV, words) == found


def test_what_is_told_of_a_table_does_not_depend_on_the_question():
    assert read(CSV, "score of zelda").text == read(CSV, "").text


@pytest.mark.parametrize("lines", [True, False])
def test_what_a_question_names_of_json(lines):
    text = "".join(json.dumps(o) + "\n" for o in OBJECTS) if lines else json.dumps(OBJECTS, indent=1)
    assert named(text, "score of zelda") == {"name": ("Zelda",)}
    assert named(text, "mean score of the new zebras") == {"team": ("New Zebras",)}
    assert named(text, "mean score per team") == {}


def test_values_in_chinese_have_no_blanks_around_them():
    rows = "".join(f"城市{n},{n}\n" for n in range(400))
    assert named(f"城市,温度\n{rows}乌鲁木齐,-5\n", "乌鲁木齐的平均温度") == {"城市": ("乌鲁木齐",)}


def test_a_value_whose_column_shows_all_of_them_is_known_already():
    text = "name,kind\n" + "".join(f"n{n},{'ab'[n % 2] * 3}\n" for n in range(50))
    found = read(text, "how many aaa").query
    assert found and found.values["kind"] == ("aaa", "bbb") and found.named == {}


def test_the_search_has_an_end():
    sought, block = Sought("one of them is far behind"), b"x,y,z\n" * 100_000
    for _ in range(MOST_WORK // len(block) + 2):
        sought.take(block)
    sought.take(b"far,behind\n")
    assert sought.hits == []


CELL = st.text(alphabet='ab "\n,é', max_size=6)


@settings(max_examples=200, deadline=None)
@given(st.lists(CELL, min_size=1, max_size=30).map(",".join), st.text(max_size=40))
def test_no_words_and_no_text_raise(text, words):
    with piped(b"name,x\n1,2\n" + text.encode()) as stream:
        read_input(stream, lambda _: None, words=words + " " + text)

"""The skeleton of JSON, whole, cut, and one value a line."""

import json

import pytest

from shellmate.request.digests.choice import choose_digester
from shellmate.request.digests.jsonhead import mend


def digest(text, budget=1600):
    digester = choose_digester(text.encode())(budget)
    digester.feed(text.encode())
    return digester.finish()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('[{"a": 1}, {"b": [2, 3', [{"a": 1}, {"b": [2]}]),
        ('{"a": {"b": "c", "d": "half', {"a": {"b": "c"}}),
        ('{"a": 1, "b"', {"a": 1}),
        ('{"a": 1, "b":', {"a": 1}),
        ('["x\\"y", tru', ['x\\"y'.replace("\\", "")]),
        ("[", []),
        ("", None),
    ],
)
def test_what_breaks_off_is_closed_behind_the_last_whole_value(text, value):
    assert mend(text) == value


def test_the_skeleton():
    value = {"users": [{"name": "Anna", "age": 3}, {"name": "Bob", "age": None, "tags": ["x", "y"]}], "n": 2.5}
    read = digest(json.dumps(value) + " " * 500)
    assert read.text.split("\n") == [
        f"JSON, {len(json.dumps(value)) + 500} bytes",
        "object",
        ' "users": array of 2 objects',
        '   "name": text, "Anna"',
        '   "age": int or null, 3',
        '   "tags" (in 1 of 2): array of 2 texts',
        ' "n": float, 2.5',
    ]
    assert read.names == ("users", "name", "age", "tags", "n")


def test_short_json_is_shown_whole():
    assert digest('{"a": [1, 2]}').text.endswith('\n{"a": [1, 2]}')


@pytest.mark.parametrize("cut", [80, 1000, 300_000, 2_000_000])
def test_json_that_breaks_off_or_is_huge_is_known_by_its_head(cut):
    whole = json.dumps({"meta": {"v": 1}, "rows": [{"id": n, "name": f"n{n}"} for n in range(100_000)]})
    read = digest(whole[:cut])
    assert read.kind == "JSON" and set(read.names) == {"meta", "v", "rows", "id", "name"}
    assert ' "rows": array of at least' in read.text


def test_lines_of_json_are_counted():
    lines = [json.dumps({"id": n, "user": {"name": "x"}}) for n in range(70_000)]
    read = digest("\n".join(lines))
    assert read.kind == "JSON Lines" and "JSON Lines, 70,000 lines" in read.text
    assert (read.names, read.left_out) == (("id", "user", "name"), "69,999 of 70,000 lines")
    assert read.text.endswith(lines[0])


def test_values_one_after_another():
    assert digest('{\n "a": 1\n}\n{\n "a": 2\n}\n').text.startswith("2 JSON values one after another")


def test_a_map_of_many_keys_is_shown_by_two():
    read = digest(json.dumps({f"id{n}": {"name": "x", "n": n} for n in range(150)}))
    assert "150 keys of one shape, such as" in read.text and read.text.count('"name"') == 2


@pytest.mark.parametrize(
    "text", ["[error] it broke\n", "[    0.000000] Linux\n[    0.5] x\n", "{ echo hi; }\n", "[x]\n"]
)
def test_brackets_are_not_always_json(text):
    assert digest(text).kind != "JSON"

"""What holds for every kind of digest: no exception, never over budget, the same however the stream is cut."""

import json

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from shellmate.request.digests.choice import choose_digester
from shellmate.request.digests.delimited import DelimitedDigester
from shellmate.request.digests.diffs import DiffDigester
from shellmate.request.digests.jsontext import JsonDigester, JsonLinesDigester
from shellmate.request.digests.logs import LogDigester
from shellmate.request.digests.plaintext import TextDigester
from shellmate.request.digests.tables import TableDigester
from shellmate.request.digests.traces import ToolDigester, TraceDigester

DIGESTERS = (
    DelimitedDigester,
    DiffDigester,
    JsonDigester,
    JsonLinesDigester,
    LogDigester,
    TableDigester,
    TextDigester,
    ToolDigester,
    TraceDigester,
)
SAMPLES = {
    "CSV": 'name,price,day\n"Anna, B",1.5,2024-01-05\n"O""Neil\nx",,2024-01-06\n',
    "TSV": "a\tb\n1\t2\n3\t4\n",
    "JSON": '{"users": [{"name": "Anna", "tags": ["x"]}, {"name": null}], "n": 2}',
    "JSON Lines": '{"a": 1}\n{"a": 2, "b": [1.5]}\n',
    "log": "2024-01-05 12:00:01,123 INFO main - started 1\n2024-01-05 12:00:02,500 ERROR main - lost 5 of 7\n",
    "traceback": "Traceback (most recent call last):\n  File \"/a/b.py\", line 3, in f\n    g(1)\nKeyError: 'x'\n",
    "tool output": "main.c: In function 'main':\nmain.c:3:5: error: 'x' undeclared\n    3 |   x\n      |   ^\n",
    "diff": "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n",
    "table": "  PID TTY          TIME CMD\n    1 ?        00:00:01 init\n   22 pts/0    00:00:00 bash\n",
    "text": "Dear reader,\n\nthis is prose, and nothing else.\n",
}
pieces = st.sampled_from([*SAMPLES.values(), *(line for text in SAMPLES.values() for line in text.splitlines(True))])
texts = st.lists(pieces | st.text(max_size=30) | st.text(alphabet=',;\t|"\n\r{}[]: 1a-+@', max_size=40), max_size=12)


@pytest.mark.parametrize("kind", SAMPLES)
def test_the_kind_is_told_by_content(kind):
    raw = SAMPLES[kind].encode()
    digester = choose_digester(raw)(1600)
    digester.feed(raw)
    assert digester.finish().kind == kind


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("CSV", "city,lat,seen\nOslo,59.9,2024-01-01T06:00:00+01:00\nRome,41.9,2024-01-01T07:00:00+01:00\n"),
        ("CSV", "id,price,begin\n1,2.5,12:30:45\n2,3.5,12:31:45\n"),
        ("CSV", "id|ip|begin\n1|10.0.0.1|12:30:44\n2|10.0.0.2|12:31:44\n"),
        ("CSV", "begin,price\n06:00:00,1.5\n07:00:00,2.5\n"),
        ("CSV", "begin,number\n2024-01-05 06:00:00,150\n2024-01-05 07:00:00,170\n"),
        ("CSV", "level,message\nERROR,lost it\nINFO,went on\n"),
        ("CSV", "state,count\nKilled,3\nAborted,4\n"),
        ("CSV", "code,name\n9E,Endeavor Air Inc.\nAA,American Airlines Inc.\nB6,JetBlue Airways\nDL,Delta Inc.\n"),
        ("text", "Once, there was a king.\nHe had a son, and a horse.\n"),
        ("log", "06:00:00,150 main: started\n07:00:00,170 main: ended\n"),
        ("log", "[06:00:00,150]\n[07:00:00,170]\n"),
        ("log", "ERROR: lost it, and more\nINFO: went on\n"),
        ("tool output", "src/a,b.c:3:5: error: 'x' undeclared\n"),
        ("tool output", "Killed\n"),
    ],
)
def test_times_and_levels_may_be_cells(kind, text):
    digester = choose_digester(text.encode())(1600)
    digester.feed(text.encode())
    assert digester.finish().kind == kind


@settings(max_examples=400, deadline=None)
@given(texts.map("".join), st.integers(0, 400) | st.just(1600))
@example("[" * 3000, 100)
@example('{"a":' * 3000, 1600)
def test_never_an_exception_and_never_over_budget(text, budget):
    raw = text.encode("utf-8", "replace")
    for factory in {choose_digester(raw), *DIGESTERS}:
        digester = factory(budget)
        digester.feed(raw)
        digest = digester.finish()
        assert len(digest.text) <= budget
        assert all(isinstance(name, str) for name in digest.names)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300), st.integers(0, 200))
def test_bytes_of_any_kind_do_no_harm(raw, budget):
    for factory in {choose_digester(raw), *DIGESTERS}:
        digester = factory(budget)
        digester.feed(raw)
        assert len(digester.finish().text) <= budget


@settings(max_examples=150, deadline=None)
@given(texts.map("".join), st.lists(st.integers(1, 40), min_size=1, max_size=8))
def test_the_cuts_between_chunks_do_not_matter(text, sizes):
    raw = text.encode("utf-8", "replace")
    for factory in {choose_digester(raw), *DIGESTERS}:
        whole, cut = factory(1600), factory(1600)
        whole.feed(raw)
        position = n = 0
        while position < len(raw):
            size = sizes[n % len(sizes)]
            cut.feed(raw[position : position + size])
            position, n = position + size, n + 1
        assert whole.finish() == cut.finish()


@pytest.mark.parametrize("kind", SAMPLES)
@pytest.mark.parametrize("size", [4096, 1_000_003])
def test_nor_do_they_where_there_are_several_blocks(kind, size):
    raw = SAMPLES[kind].encode() * (3_000_000 // len(SAMPLES[kind]))
    factory = choose_digester(raw[: 1 << 18])
    whole, cut = factory(1600), factory(1600)
    whole.feed(raw)
    for position in range(0, len(raw), size):
        cut.feed(raw[position : position + size])
    assert (first := whole.finish()) == cut.finish()
    assert 0 < len(first.text) <= 1600 and first.left_out


@pytest.mark.parametrize("factory", DIGESTERS)
@pytest.mark.parametrize("line", ["x", "a,", '{"a": ', '"', "[", "2024-01-05 12:00:01 ERROR "])
def test_one_line_of_any_length(factory, line):
    digester = factory(500)
    digester.feed(line.encode() * 600_000)
    assert len(digester.finish().text) <= 500


@settings(max_examples=200, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
        max_leaves=20,
    ).filter(lambda value: isinstance(value, (dict, list)) and value)
)
def test_every_json_is_known_as_such_with_all_its_keys(value):
    raw = json.dumps(value).encode()
    digester = choose_digester(raw)(1600)
    digester.feed(raw)
    digest = digester.finish()
    assert digest.kind == "JSON"
    assert set(digest.names) == keys_of(value)


def keys_of(value):
    if isinstance(value, dict):
        return set(value) | {key for inner in value.values() for key in keys_of(inner)}
    return {key for inner in value for key in keys_of(inner)} if isinstance(value, list) else set()

"""CSV and its relatives: rows as Python's csv module counts them, delimiters, headers, types."""

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shellmate.request.digests.columns import find_type, has_header
from shellmate.request.digests.delimited import DelimitedDigester
from shellmate.request.digests.delimiters import find_dialect
from shellmate.request.digests.quoting import RowCounter


def digest(text, budget=1600):
    digester = DelimitedDigester(budget)
    digester.feed(text.encode())
    return digester.finish()


def count_rows(text, delimiter=",", cut=0):
    """Rows by a RowCounter that is fed two blocks, cut behind the line's end next to `cut`."""
    raw, counter = text.encode(), RowCounter(delimiter.encode())
    middle = raw.find(b"\n", cut) + 1
    counter.take(raw[:middle])
    counter.take(raw[middle:])
    return counter.finish()


cells = st.text(alphabet='ab1 ,\n"', max_size=8)


@settings(max_examples=500, deadline=None)
@given(
    st.lists(st.lists(cells, min_size=2, max_size=4), min_size=1, max_size=8),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    st.integers(0, 60),
)
def test_rows_that_csv_wrote_are_counted_as_csv_reads_them(rows, quoting, cut):
    out = io.StringIO()
    csv.writer(out, lineterminator="\n", quoting=quoting).writerows(rows)
    assert count_rows(out.getvalue(), cut=cut) == len(rows)


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("", 0),
        ("a,b", 1),
        ("a,b\n\n\n1,2\n\n", 2),
        ('item,n\n5" pipe,1\n12",2\n6" rod,3\n', 4),
        ('a,"x\n\ny"\nb,c\n', 2),
        ('a,"never closed\nb,c\n', 1),
        ('"a","b"\n"","c"\n', 2),
        ('a,""""\nb,"""\n"""\n', 2),
    ],
)
def test_rows_of_odd_texts(text, rows):
    assert count_rows(text) == rows


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("a,b\n1,2\n", ","),
        ("a;b\n1,5;2,5\n3,5;4,5\n", ";"),
        ("a\tb\nx, y\tz, w\nu, v\tt, s\n", "\t"),
        ("a|b|c\n1|2|3\n", "|"),
        ('n;t\n1;"a,b,c"\n2;"d,e,f"\n', ";"),
        ("id,url\n1,http://x/a;b\n2,http://y/c;d\n", ","),
        ("id,name\n" + "".join(f"{n},Name {n}\n" for n in range(20)) + "total,20\nsee the notes\n", ","),
        ("a,b,c,d,e\n1,2,3\n1,2,3,4,5\n1,2,3,4\n1,2,3,4,5\n", ","),
        ("seed, 0xdead\n0, 0xa475\n1, 0xb2d5\n", ","),
        ("Dear Anna, how are you?\nI am well, thanks.\nSee you soon, Bob.\n", None),
        ("int a, b;\nint c, d;\nint e, f;\n", None),
        ("one word\nanother\n", None),
        ("root:x:0:0:root:/root:/bin/sh\nbin:x:2:2:bin:/bin:/bin/false\n", ":"),
        ("name: Anna\nage: 3\n", None),
        ("", None),
    ],
)
def test_the_delimiter(text, delimiter):
    dialect = find_dialect(text.encode())
    assert (dialect.delimiter if dialect else None) == delimiter


@pytest.mark.parametrize(
    ("rows", "header"),
    [
        (["id,name", "1,Anna", "2,Bob"], True),
        (["1,Anna", "2,Bob"], False),
        (["name,city", "Anna,Rome", "Bob,Oslo"], True),
        (["Anna,Rome", "Bob,Rome", "Anna,Oslo"], False),
        (["country,2001,2002,2003", "Chad,1,2,3", "Mali,4,5,6"], True),
        (["day,a", "2024-01-05,x"], True),
        (["2024-01-05,x", "2024-01-06,y"], False),
        (["a,b"], True),
        (["1,2"], False),
        ([], False),
    ],
)
def test_the_header(rows, header):
    assert has_header([row.split(",") for row in rows]) is header


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("1 2 -3", "int"),
        ("1 2.5 3e7", "float"),
        ("1,5 2,5", "float with a decimal comma"),
        ("1,234,567 12,345", "number with thousands commas"),
        ("true False", "bool"),
        ("2024-01-05 2024-01-06", "date"),
        ("2024-01-05T10:00 2024-01-05T10:01:02Z", "date and time"),
        ("01234 04567", "text"),
        ("0x1f 0xff", "hexadecimal"),
        ("Anna 5", "text"),
        ("", "empty"),
    ],
)
def test_the_type(text, kind):
    assert find_type(text.split()) == kind


def test_the_digest_is_short_facts_and_rows_as_they_were():
    text = 'date,price,name,ok\n2024-01-05,12.5,"Anna, B",true\n2024-01-06,,Bob,false\n2024-01-07,n/a,"O""N",true\n,7,D,x\n'
    read = digest(text)
    assert read.text.split("\n") == [
        'CSV, delimiter ",", header, 4 rows',
        'columns: date (date, 2024-01-05, 1 empty), price (float, 12.5, 2 empty), name (text, "Anna, B"), ok (text, "true", "false" or "x")',
        *text.split("\n")[:4],
    ]
    assert (read.names, read.left_out) == (("date", "price", "name", "ok"), "1 of 4 rows")


def test_names_are_exact_and_all_of_them_even_where_the_text_has_not_the_room():
    names = tuple(f"Column number {n} (m/s²) " for n in range(500))
    read = digest(",".join(names) + "\n" + ",".join("1" for _ in names) + "\n")
    assert read.names == names
    assert len(read.text) <= 1600 and "of 500 columns" in read.left_out


def test_comments_in_front_are_no_rows():
    read = digest("# made by hand\n# units: m\nx,y\n1,2\n3,4\n")
    assert "2 rows after 2 comment lines" in read.text and read.names == ("x", "y")

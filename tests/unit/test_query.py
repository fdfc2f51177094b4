"""Code that has an input as a table: it runs, on the bytes that were piped in, and has every row and column."""

import ast
import sqlite3
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shellmate.request.stdin import Input
from tests.piping import read_piped

ACCESS = b'10.0.0.7 - - [02/May/2024:10:01:22 +0000] "GET /a HTTP/1.1" 200 512 "-" "curl/8.0"\n10.0.0.9 - bo [02/May/2024:11:01:23 +0000] "GET /b HTTP/1.1" 503 -\n'
LOG = b"2024-05-01 12:00:03 ERROR disk full\n2024-05-01 12:10:04 INFO started\n2024-05-01 13:02:41 ERROR disk full\n"


def read(data: bytes) -> Input:
    found = read_piped(data)
    assert found
    return found


def run(data: bytes, select: str) -> str:
    query = read(data).query
    assert query
    code = query.before + select + query.after
    done = subprocess.run([sys.executable, "-X", "utf8", "-c", code], input=data, capture_output=True, timeout=30)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


@pytest.mark.parametrize(
    ("data", "select", "printed"),
    [
        (b"a,b\n1,2\n3,\n", "select count(*), sum(a), count(b) from t", "2, 4, 1\n"),
        (b"a;b\n1,5;x\n2,5;y\n", "select group_concat(b) from t", "x,y\n"),
        (b"a\tb\n1\tx\n2\ty\n", "select sum(a) from t", "3\n"),
        (b"\xef\xbb\xbfa,b\r\n1,2\r\n3,4\r\n", "select sum(a), sum(b) from t", "4, 6\n"),
        ("a,b\n1,é\n3,ü\n".encode("utf-16"), "select sum(a), max(b) from t", "4, ü\n"),
        (b'a,b\n1,"two\nlines, and ""quotes"""\n3,x\n', "select count(*) from t where b like '%lines%'", "1\n"),
        (b"unit price,order\n1,2\n3,4\n", 'select sum("unit price"), max("order") from t', "4, 4\n"),
        (b'"the ""x""!",it\'s\n1,2\n3,4\n', 'select sum("the ""x""!"), sum("it\'s") from t', "4, 6\n"),
        (b"x,y\n1,a\nNA,b\n3,c\n,d\n5,e\n6,f\n7,g\n8,h\n9,i\n10,k\n", "select count(x), min(x) from t", "8, 1\n"),
        (b"1,2\n3,4\n5,6\n", "select sum(c1), sum(c2) from t", "9, 12\n"),
        (b"# made by hand\na,b\n1,2\n3,4\n", "select sum(a) from t", "4\n"),
        (b'{"a": 1, "b": [1, 2]}\n{"a": 2, "c": {"d": 3}}\n', "select sum(a), count(c) from t", "3, 1\n"),
        (b'[{"a": 1}, {"a": true}, {"a": null}]', "select sum(a), count(*) from t", "2, 3\n"),
        (b'{"n": 2, "rows": [{"a": "x"}, {"a": "y"}]}', "select group_concat(a) from t", "x,y\n"),
        (LOG, "select hour, count(*) from t where level = 'ERROR' group by hour", "2024-05-01 12, 1\n2024-05-01 13, 1\n"),
        (ACCESS, "select status, bytes, path, date, hour from t", "200, 512, /a, 02/May/2024, 02/May/2024:10\n503, None, /b, 02/May/2024, 02/May/2024:11\n"),
        (b"2024-05-02 10:00:01 upgrade tzdata\n2024-05-03 10:00:02 install curl\n", "select date from t where line like '%install%'", "2024-05-03\n"),
        (b",a,b\nx,1,2\ny,3,4\n", "select c1, a from t", "x, 1\ny, 3\n"),
        (b"a,A,b,a\n1,2,3,4\n5,6,7,8\n", "select a, A2, b, a4 from t", "1, 2, 3, 4\n5, 6, 7, 8\n"),
        (b"a2,a,A\n1,2,3\n4,5,6\n", "select a2, a, A3 from t", "1, 2, 3\n4, 5, 6\n"),
        (b"3\n4.5\n\n-1e2\n", "select min(n), count(*) from t", "-100, 3\n"),
    ],
)  # fmt: skip
def test_the_code_runs_on_the_bytes_and_finds_what_is_there(data: bytes, select: str, printed: str):
    assert run(data, select) == printed


LS = b"total 12\n-rw-r--r--  1 ann staff  900 May  9  2025 a file\ndrwxr-xr-x  6 root root  2200 Nov 24 08:22 dev\n"
LS_H = b"total 12K\n-rw-r--r--  1 ann staff  900 May  9  2025 a\n-rw-r--r--  1 ann staff  2.5K May  9  2025 b\n-rw-r--r--  1 ann staff  1M May  9  2025 c\n"
PS = b"USER       PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND\nroot         1  0.3  0.0  48760 17964 ?        S    08:41   1:03 /sbin/init -x\nann         22  9.5 12.5  48760 17964 ?        S    08:41   1:03 top\n"
DF = b"Filesystem     1K-blocks     Used Available Use% Mounted on\ntmpfs           24684100        0  24684100   0% /dev/shm\n/dev/vda       264212084 36291648  70099264  35% /my disk\n/dev/vdb           1000       95        5   9% /x\n"
DF_H = b"Filesystem      Size  Used Avail Use% Mounted on\ntmpfs            24M     0   24M   0% /a\n/dev/vda        1.5G  900M  600M  60% /\n"


@pytest.mark.parametrize(
    ("data", "select", "printed"),
    [
        (LS, "select name, size, groupname from t order by size desc", "dev, 2200, root\na file, 900, staff\n"),
        (LS_H, "select name, size from t order by size desc limit 2", "c, 1048576\nb, 2560\n"),
        (PS, "select command, cpu, mem from t order by mem desc", "top, 9.5, 12.5\n/sbin/init -x, 0.3, 0\n"),
        (DF, "select filesystem, use, mounted_on from t order by use desc limit 1", "/dev/vda, 35, /my disk\n"),
        (DF, "select sum(blocks) from t", "288897184\n"),
        (DF_H, "select filesystem, size from t order by size desc limit 1", "/dev/vda, 1610612736\n"),
    ],
)  # fmt: skip
def test_what_tools_print_in_columns_is_a_table_too(data: bytes, select: str, printed: str):
    assert run(data, select) == printed


def test_rows_of_uneven_length_are_filled_up_or_cut():
    data = b"a,b,c\n" + b"1,2,3\n" * 20 + b"1,2\n1,2,3,4\n"
    assert run(data, "select count(*), count(c) from t") == "22, 21\n"


MANY = 400  # rows, more than are looked at for types


@pytest.mark.parametrize(
    ("data", "select", "printed"),
    [
        (b"\na,b\n1,2\n3,4\n", "select count(*), sum(a) from t", "2, 4\n"),
        (b"#chrom,start,end\nx,1,2\ny,3,4\nz,5,6\n", "select max(\"#chrom\"), sum(start) from t", "z, 9\n"),
        (b"a, price\nx, 4\ny, 5.5\nz, 6\n", "select sum(price) from t", "15.5\n"),
        (b"n;p\na;12,5\nb;13,5\nc;1,5\nd;2,5\n", "select sum(p) from t", "30.0\n"),
        (b'n,p\na,"1,234"\nb,"12,345"\nc,"1,000,000"\n', "select sum(p) from t", "1013579\n"),
        (b"a,b\n" + b"1,2\n" * MANY + b"7\n8,x,9\n", "select count(*), sum(a), sum(b) from t", "402, 415, 800\n"),
        (ACCESS * 9 + b'10.0.0.8 - - [02/May/2024:12:01:23 +0000] "\\x16\\x03\\x01" 400 150 "-" "-"\n', "select count(*), count(path), max(status) from t", "19, 18, 503\n"),
        (b"name,kind,n\na,x,1\nb,NA,NA\nc,,3\nd,x,4\n", "select count(*), sum(n) from t where kind is null", "2, 3\n"),
        (b"name,kind\na,x\nb,NA\nc,\nd,none\n", "select count(*), max(kind) from t where kind is not null", "2, x\n"),
        (b"name,open\na,yes\nb,NA\nc,no\n", "select count(open) from t", "2\n"),
        (b"name,kind\nc,NA\n" + b"a,x\n" * MANY + b"b,NA\n", "select count(kind) from t", "400\n"),
        (b"zip,n\n" + b"12345,1\n" * 30 + b"01234,1\n", "select min(zip) from t", "01234\n"),
        (b"a,b\n" + b"10,1\n" * 20 + b"n.a.,1\n", "select avg(a), max(a) from t", "10.0, 10\n"),
        (b"name,n\ncaf\xc3\xa9,1\nx\xff,2\n", "select sum(n) from t", "3\n"),
        (b'[{"a": 1}, {"a": [2]}, 3, null]', "select count(*) from t", None),
        (b'{"a": 1}\n' * MANY + b'{"a": {"b": 2}}\n[5]\n', "select count(*), sum(a) from t", "401, 400.0\n"),
        (b"1\n" * 600 + b"none\n2\n", "select sum(n), count(*) from t", "602, 602\n"),
        (LOG * 100 + b"Traceback (most recent call last):\n  an error\n", "select count(distinct hour), count(*) from t", "2, 300\n"),
        (b"May  1 10:00:01 web nginx: up\nMay 12 11:00:01 web nginx: down\n", "select date, count(*) from t group by date", "May  1, 1\nMay 12, 1\n"),
    ],
)  # fmt: skip
def test_what_the_first_rows_do_not_show_does_no_harm(data: bytes, select: str, printed: str | None):
    if printed is None:
        assert read(data).query is None
    else:
        assert run(data, select) == printed


@pytest.mark.parametrize(
    "data", [b'{"":[{"a":1}]}', b"[" + b"1" * 5000 + b"]", b'{"a":"\\ud83d"}', b'[{"\\ud83d": 1}]']
)
def test_json_that_python_can_hardly_read_is_digested(data: bytes):
    found = read(data)
    assert found.text.encode()
    if found.query:
        sqlite3.connect(":memory:").execute(found.query.schema)


def test_many_columns():
    data = ",".join(f"column{n}" for n in range(60)) + "\n" + ",".join(str(n) for n in range(60)) + "\n"
    assert run(data.encode() + b",".join([b"1"] * 60) + b"\n", "select sum(column59) from t") == "60\n"


@pytest.mark.parametrize(
    "data",
    [
        b'{"a": 1, "A": 2}\n{"a": 1, "A": 2}\n',
        b'{"a": 1}',
        b"[1, 2, 3]",
        b'[{"a": 1}, 2]',
        b"some words\nand more\n",
        b"PID TTY      CMD\n  1 ?        init\n 22          bash\n 23 pts/0    top\n",
    ],
)
def test_what_is_no_table_of_sqlite_has_no_query(data: bytes):
    assert read(data).query is None


CELL = st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=8)


@settings(max_examples=150, deadline=None)
@given(names=st.lists(CELL, min_size=2, max_size=5), rows=st.lists(st.lists(CELL, min_size=2, max_size=5), max_size=5))
def test_whatever_the_names_the_code_is_python_and_the_schema_sql(names: list[str], rows: list[list[str]]):
    import csv
    import io

    text = io.StringIO()
    csv.writer(text).writerows([names, *rows])
    data = text.getvalue().encode()
    if not data.strip():
        return
    found = read(data)
    if found.reading:
        ast.parse(found.reading)
    if found.query:
        ast.parse(found.query.before + "select * from t" + found.query.after)
        sqlite3.connect(":memory:").execute(found.query.schema)

"""What may be piped in: real tables, logs, diffs, traces, in other encodings, and what becomes of them on the way."""

import tempfile

from hypothesis import given
from hypothesis import strategies as st

from shellmate.core.errors import UsageError
from shellmate.request.stdin import read_input
from tests.fuzz.conftest import fuzzed
from tests.fuzz.samples import made_of, mutated
from tests.unit.test_digests import SAMPLES

TEXTS = [text.encode() for text in SAMPLES.values()]
RAW = [
    *TEXTS,
    *(text * 40 for text in TEXTS),
    *("name;größe\nÅsa;1,5\nZoë;2\n".encode(codec) for codec in ("latin-1", "utf-16", "utf-16-be", "utf-8-sig", "utf-32")),
    "名称,价格\n甲,1\n乙,2\n".encode("gb18030"),
    b'127.0.0.1 - - [10/Oct/2000:13:55:36 -0700] "GET / HTTP/1.0" 200 2326\n' * 9,
    b"Oct 11 22:14:15 host su[123]: 'su root' failed for me\n" * 9,
    b'level=info ts=2024-01-05T12:00:00Z msg="started" n=5\n' * 5,
    b'{"a": [{"b": {"c": [1, 2, {"d": "\\ud800"}]}}], "e": 1e999, "f": -0}',
    b"\x1f\x8b\x08\0\0\0\0\0", b"\x7fELF\x02\x01\x01", b"PK\x03\x04\x14\0", b"\x89PNG\r\n\x1a\n\0\0", b"SQLite format 3\0",
    b"Exception in thread main java.lang.Error: x\n\tat a.B.c(B.java:3)\nCaused by: y\n\tat d.E.f(E.java:5)\n\t... 3 more\n",
    b"goroutine 1 [running]:\nmain.main()\n\t/tmp/x.go:5 +0x1d\nexit status 2\n",
    b"Filesystem     1K-blocks  Used Available Use% Mounted on\n/dev/sda1        1000000 50000    950000   5% /\n",
]  # fmt: skip
SEAMS = [
    b"\0", b"\r", b"\r\n", b"\n", b'"', b'""', b",", b";", b"\t", b"|", b"{", b"[", b"]", b"}", b"\\", b"\\u0000", b"\xff", b"\xfe\xff",
    b"\xef\xbb\xbf", b"\xe4\xb8", b"@@ -0,0 +1,99999999 @@\n", b"9" * 400, b"1e999", b"nan", b"-inf", b"2024-13-45", b"[" * 200,
    b'{"a":' * 100, b"x" * 3000, b"\x1b[31m", b"\xed\xa0\x80", b"Traceback (most recent call last):\n", b'  File "', b"+++ ", b"--- ",
]  # fmt: skip


@fuzzed()
@given(
    mutated(RAW, SEAMS) | st.binary(max_size=300) | made_of(SEAMS).map(b"".join),
    st.integers(0, 300) | st.just(1600),
)
def test_input_of_any_kind_is_digested_within_its_budget_or_refused(raw, budget):
    with tempfile.TemporaryFile() as file:
        file.write(raw)
        file.seek(0)
        try:
            read = read_input(file, _fail, budget)
        except UsageError as error:
            assert "\n" not in str(error)
            return
    if read is None:
        assert (
            not raw.strip(b" \t\n\r\0\x0b\x0c\x85\xa0\xff\xfe\xef\xbb\xbf\xc2")
            or not raw.decode("utf-8", "replace").strip()
        )
        return
    assert len(read.text) <= budget
    (read.text + read.left_out + read.reading + "".join(read.names)).encode("utf-8", "surrogatepass")
    read.text.encode()
    if read.reading:
        compile(read.reading, "reading", "exec")
    if read.query:
        compile(f"{read.query.before}select 1{read.query.after}", "query", "exec")


def _fail(line: str) -> None:
    raise AssertionError(line)

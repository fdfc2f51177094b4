"""Text of any encoding and line ends, cut anywhere, becomes the same UTF-8."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shellmate.request.encoding import Transcoder, find_encoding


@given(
    st.text(alphabet="aé中😀\r\n,", max_size=40),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"]),
    st.integers(1, 7),
)
def test_cuts_do_not_matter(text, encoding, size):
    raw = (text or "a").encode(encoding)
    name, mark = find_encoding(raw)
    transcoder = Transcoder(name, mark)
    out = b"".join(transcoder.convert(raw[n : n + size]) for n in range(0, len(raw), size))
    out += transcoder.convert(b"", final=True)
    assert out.decode() == (text or "a").replace("\r\n", "\n")


@given(st.binary(max_size=60), st.integers(1, 5))
def test_no_bytes_are_too_broken(raw, size):
    transcoder = Transcoder(*find_encoding(raw))
    for n in range(0, len(raw), size):
        transcoder.convert(raw[n : n + size])
    transcoder.convert(b"", final=True)


@pytest.mark.parametrize(
    ("raw", "encoding"),
    [
        ("größe".encode(), "utf-8"),
        ("größe".encode("cp1252"), "cp1252"),
        ("Übergrößenträger, ÄÖ, çà et là, naïf".encode("cp1252"), "cp1252"),
        ("城市,日期,温度\n北京,2024-05-01,21\n".encode("gbk"), "gb18030"),
        ("城市,温度\n".encode("gbk") * 20 + "市".encode("gbk")[:1], "gb18030"),
        ("größe".encode()[:-2] + "ß".encode()[:1], "utf-8"),
        ("größe and \xff".encode("latin-1"), "cp1252"),
        ("größe".encode() + b"\xff", "utf-8"),
        ("größe, süße und mehr, ".encode() * 9 + b"\xff", "utf-8"),
        ("名称、价格、数量。".encode() * 3 + b"\xff", "utf-8"),
        ("a,b\n1,2\n".encode("utf-16-le"), "utf-16-le"),
        ("a,b\n1,2\n".encode("utf-16-be"), "utf-16-be"),
        (b"", "utf-8"),
    ],
)
def test_the_encoding_is_told_by_the_bytes(raw, encoding):
    assert find_encoding(raw)[0] == encoding

"""KV states as a disk may give them back."""

import json
import struct
import zlib

from hypothesis import given
from hypothesis import strategies as st

from shellmate.engine.blob import MAGIC, Frame, pack, unpack
from tests.fuzz.conftest import FEWER, fuzzed
from tests.fuzz.samples import mutated

KEY, OTHER = "ab" * 32, "cd" * 32
FRAME = Frame("qwen2", 1000, [1, 2, 3], [4, 5], [3])
BLOBS = [pack(KEY, FRAME, bytes(range(256)) * n) for n in (0, 1, 8)]
SEAMS = [
    MAGIC,
    bytes.fromhex(KEY),
    b"\0" * 8,
    b"\xff" * 8,
    b"[",
    b"null",
    json.dumps(["qwen2", 1, [], [], []]).encode(),
    BLOBS[0],
]
HEADER = struct.Struct("<16s32sQQI")


@fuzzed()
@given(mutated(BLOBS, SEAMS) | st.binary(max_size=200))
def test_what_is_not_as_it_was_written_is_none(blob):
    primed = unpack(KEY, memoryview(blob))
    assert (primed is not None) == (blob in BLOBS)
    if primed:
        assert primed.frame == FRAME and pack(KEY, primed.frame, bytes(primed.state)) == blob
    assert unpack(OTHER, memoryview(blob)) is None


numbers = st.integers(0, 80) | st.integers(0, 2**64 - 1)


@fuzzed(FEWER)
@given(st.sampled_from([MAGIC, MAGIC.replace(b"3", b"2"), b"GGUF" * 4]), numbers, numbers, st.binary(max_size=80))
def test_lengths_that_lie_are_found_out(magic, head, state, rest):
    checksum = zlib.crc32(rest)
    blob = HEADER.pack(magic, bytes.fromhex(KEY), head, state, checksum) + rest
    assert unpack(KEY, memoryview(blob)) is None

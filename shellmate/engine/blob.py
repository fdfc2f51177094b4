"""How a primed prompt is kept: a header that says what it is, a checksum, its frame, the KV state in llama.cpp's bytes.

llama.cpp trusts what it is given, so a blob that is damaged, cut short or meant for another prompt has to be found
out before the C library sees it.
"""

import json
import struct
import zlib
from collections.abc import Sequence
from dataclasses import astuple, dataclass, replace
from hashlib import sha256

from shellmate.prompt.prompt import Message

MAGIC = b"shellmate-kv-3\0\0"
_HEADER = struct.Struct("<16s32sQQI")  # magic, digest of the key, lengths of frame and state, CRC-32 of all but magic
HEADER_SIZE = _HEADER.size


@dataclass(frozen=True)
class Frame:
    """What is the same for every question that a prompt is asked with.

    `prefix` are the tokens in front of the question, `after` those behind it; `ends` are the lengths of `prefix` up to
    where the examples end, and to where each turn does; `architecture` and `vocabulary_size` are what the weights have
    to be told where they are loaded before the vocabulary.
    """

    architecture: str
    vocabulary_size: int
    prefix: list[int]
    after: list[int]
    ends: list[int]

    def without_turns(self, count: int) -> "Frame":
        """The same, where the first turns are gone."""
        start, end = self.ends[0], self.ends[count]
        ends = [start, *(e - end + start for e in self.ends[count + 1 :])]
        return replace(self, prefix=self.prefix[:start] + self.prefix[end:], ends=ends)


@dataclass(frozen=True)
class PrimedPrompt:
    """A prompt's frame and a KV state, which is valid for as long as what it was read from: that of all of its prefix,
    or where there is anything behind the examples that of what is behind them, or of the most of it."""

    frame: Frame
    state: memoryview


def key_of(model_sha256: str, build: str, layout: str, *messages: Sequence[Message]) -> str:
    """The key of a prompt's KV state; whatever changes its tokens, its state or their meaning changes the key.

    Tokens follow from the messages, the model and the build, and are known sooner: before the vocabulary is loaded.
    """
    made_of = [model_sha256, build, layout, *([(m.role, m.content) for m in part] for part in messages)]
    return sha256(json.dumps(made_of).encode()).hexdigest()


def pack(key: str, frame: Frame, state: bytes | bytearray) -> bytes:
    head = json.dumps(astuple(frame)).encode()
    digest = bytes.fromhex(key)
    checksum = _checksum(digest, head, state)
    return _HEADER.pack(MAGIC, digest, len(head), len(state), checksum) + head + state


def unpack(key: str, blob: memoryview) -> PrimedPrompt | None:
    """The primed prompt in a blob, or None where the blob is not whole, not sound, or not of this key."""
    if not is_whole(key, blob[:HEADER_SIZE], len(blob)):
        return None
    _, digest, head_length, _, checksum = _HEADER.unpack_from(blob)
    head = blob[HEADER_SIZE : HEADER_SIZE + head_length]
    state = blob[HEADER_SIZE + head_length :]
    if _checksum(digest, head, state) != checksum:
        return None
    return PrimedPrompt(Frame(*json.loads(bytes(head))), state)


def is_whole(key: str, begins: bytes | memoryview, size: int) -> bool:
    """Whether a blob that begins so is one of this key and has all of its bytes, which need not be sound."""
    if len(begins) < HEADER_SIZE:
        return False
    magic, digest, head_length, state_length, _ = _HEADER.unpack_from(begins)
    return bool(magic == MAGIC and digest == bytes.fromhex(key) and size == HEADER_SIZE + head_length + state_length)


def _checksum(digest: bytes, head: bytes | memoryview, state: bytes | bytearray | memoryview) -> int:
    # The length goes in too: a shift between frame and state would otherwise be no change.
    lengths = struct.pack("<QQ", len(head), len(state))
    return zlib.crc32(state, zlib.crc32(head, zlib.crc32(digest + lengths)))

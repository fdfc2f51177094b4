"""How a KV state is kept: a header that says what it is, a checksum, the bytes of llama.cpp.

llama.cpp trusts what it is given, so a blob that is damaged, cut short or meant for another prompt has to be found
out before the C library sees it.
"""

import struct
import zlib
from collections.abc import Sequence
from hashlib import sha256

MAGIC = b"shellmate-kv-1\0\0"
_HEADER = struct.Struct("<16s32sQI")  # magic, digest of the key, length of the state, CRC-32 of digest and state


def key_of(model_sha256: str, build: str, layout: str, tokens: Sequence[int]) -> str:
    """The key of a prefix's KV state; whatever changes the state or its meaning changes the key."""
    digest = sha256(f"{model_sha256} {build} {layout} ".encode())
    digest.update(struct.pack(f"<{len(tokens)}i", *tokens))
    return digest.hexdigest()


def pack(key: str, state: bytes | bytearray) -> bytes:
    digest = bytes.fromhex(key)
    return _HEADER.pack(MAGIC, digest, len(state), zlib.crc32(state, zlib.crc32(digest))) + state


def unpack(key: str, blob: memoryview) -> memoryview | None:
    """The state in a blob, or None where the blob is not whole, not sound, or not of this key."""
    if len(blob) < _HEADER.size:
        return None
    magic, digest, length, checksum = _HEADER.unpack_from(blob)
    state = blob[_HEADER.size :]
    if magic != MAGIC or digest != bytes.fromhex(key) or length != len(state):
        return None
    return state if zlib.crc32(state, zlib.crc32(digest)) == checksum else None

"""Mutations of real samples: what a fault on the way makes of them.

What is done to a sample is drawn as a few bytes, of which hypothesis makes ten thousand in seconds.
"""

from collections.abc import Sequence
from functools import partial
from itertools import pairwise
from typing import TypeVar

from hypothesis import strategies as st

Part = TypeVar("Part", str, bytes)
LONGEST = 20_000


def mutated(samples: Sequence[bytes], seams: Sequence[bytes], most: int = 6) -> st.SearchStrategy[bytes]:
    """One of the samples with some of it cut out, doubled, swapped, flipped, or with one of the `seams` put in; at
    most so many times."""
    return st.builds(partial(_apply, seams), st.sampled_from(samples), st.binary(max_size=4 * most))


def mutated_text(samples: Sequence[str], seams: Sequence[str], most: int = 6) -> st.SearchStrategy[str]:
    """The same of texts; a character that was cut in two is replaced."""
    raw = mutated([s.encode() for s in samples], [s.encode("utf-8", "surrogatepass") for s in seams], most)
    return raw.map(lambda data: data.decode("utf-8", "replace"))


def made_of(parts: Sequence[Part], most: int = 20) -> st.SearchStrategy[list[Part]]:
    """At most so many of the parts, one behind the other."""
    return st.binary(max_size=most).map(lambda drawn: [parts[byte * len(parts) // 256] for byte in drawn])


def cut(text: str, places: bytes) -> list[str]:
    """The text in pieces."""
    bounds = sorted({place * len(text) // 255 for place in places} | {0, len(text)})
    return [text[a:b] for a, b in pairwise(bounds)]


def _apply(seams: Sequence[bytes], sample: bytes, edits: bytes) -> bytes:
    for kind, first, second, seam in zip(*(edits[n::4] for n in range(4)), strict=False):
        begin, end = sorted((first * len(sample) // 255, second * len(sample) // 255))
        part = sample[begin:end]
        match kind % 6:
            case 0:
                sample = sample[:begin] + sample[end:]
            case 1:
                sample = sample[:end] + part[:400] + sample[end:]
            case 2:
                sample = sample[end:] + part + sample[:begin]
            case 3 if part:
                sample = sample[:begin] + bytes([part[0] ^ (1 << seam % 8)]) + sample[begin + 1 :]
            case _:
                sample = sample[:begin] + seams[seam % len(seams)] + sample[begin:]
    return sample[:LONGEST]

"""Mutations of real samples: what a fault on the way makes of them."""

from itertools import pairwise

from hypothesis import strategies as st


def mutated(samples: list[bytes], seams: list[bytes], most: int = 6) -> st.SearchStrategy[bytes]:
    """One of the samples with some of it cut out, doubled, swapped, flipped, or with one of the `seams` put in."""
    edit = st.tuples(st.integers(0, 5), st.integers(0, 1 << 16), st.integers(0, 1 << 16), st.sampled_from(seams))
    return st.builds(_apply, st.sampled_from(samples), st.lists(edit, max_size=most))


def mutated_text(samples: list[str], seams: list[str], most: int = 6) -> st.SearchStrategy[str]:
    """The same of texts; a character that was cut in two is replaced."""
    raw = mutated([s.encode() for s in samples], [s.encode("utf-8", "surrogatepass") for s in seams], most)
    return raw.map(lambda data: data.decode("utf-8", "replace"))


def _apply(sample: bytes, edits: list[tuple[int, int, int, bytes]]) -> bytes:
    for kind, first, second, seam in edits:
        begin, end = sorted((first % (len(sample) + 1), second % (len(sample) + 1)))
        part = sample[begin:end]
        if kind == 0:
            sample = sample[:begin] + sample[end:]
        elif kind == 1:
            sample = sample[:end] + part[:400] + sample[end:]
        elif kind == 2:
            sample = sample[end:] + part + sample[:begin]
        elif kind == 3 and part:
            sample = sample[:begin] + bytes([part[0] ^ (1 << second % 8)]) + sample[begin + 1 :]
        else:
            sample = sample[:begin] + seam + sample[begin:]
    return sample[:20_000]


def cut(text: str, places: list[int]) -> list[str]:
    """The text in pieces."""
    bounds = sorted({place % (len(text) + 1) for place in places} | {0, len(text)})
    return [text[a:b] for a, b in pairwise(bounds)]

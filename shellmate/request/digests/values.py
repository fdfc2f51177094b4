"""The values of a text, where they are so few that all of them can be named: a question may mean any of them."""

from collections.abc import Collection, Sequence

MOST = 8
LONGEST = 100  # characters, all together


def few_values(texts: Sequence[str]) -> tuple[str, ...]:
    """The different ones as they first come, if they are few, short, and do come again; else none."""
    values = tuple(dict.fromkeys(texts))
    return values if are_few(values, len(texts)) else ()


def are_few(values: Collection[str], count: int) -> bool:
    """Whether these are all the values that `count` texts have, and worth naming."""
    return 1 < len(values) <= MOST and len(values) < count and sum(map(len, values)) <= LONGEST


def list_values(values: Sequence[str]) -> str:
    """`"a", "b" or "c"`."""
    quoted = [f'"{value}"' for value in values]
    return " or ".join([", ".join(quoted[:-1]), quoted[-1]])

"""With how many threads it is measured."""

_MANY = 8  # cores, beyond which one more makes no difference that is worth the time
_MOST = 1024  # as the setting has it


def usual_threads(cores: int) -> tuple[int, ...]:
    """1 to so many physical cores; where there are many, the powers of two and all of them."""
    if cores <= _MANY:
        return tuple(range(1, cores + 1))
    return tuple(sorted({1 << n for n in range(cores.bit_length()) if 1 << n <= cores} | {cores}))


def parse_threads(text: str) -> tuple[int, ...]:
    """Numbers of threads as in `1,2,4` or `1-4`, each once, the least first. Raises ValueError with the reason."""
    counts: set[int] = set()
    for part in text.split(","):
        first, dash, last = part.strip().partition("-")
        if not (_is_count(first) and (_is_count(last) if dash else True)):
            raise ValueError(f"{text!r} is no list of numbers from 1 to {_MOST}, such as 1,2,4 or 1-4")
        counts |= set(range(int(first), int(last or first) + 1))
    if not counts:
        raise ValueError(f"{text!r} is an empty range")
    return tuple(sorted(counts))


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and 1 <= int(text) <= _MOST

"""Finding the lines of a block that have one of some words, at the speed of memory."""

FEW = 2000  # hits in a block, beyond which going line by line is quicker


def find_lines(block: bytes, needles: list[bytes], hits: int, searched: bytes | None = None) -> list[bytes]:
    """The lines with one of the needles, each once, in no certain order.

    They are sought in `searched`, which is the block in lower case, where it is given.
    """
    where = block if searched is None else searched
    return _find_each(block, needles, where) if hits < FEW else _filter(block, needles, where)


def _find_each(block: bytes, needles: list[bytes], where: bytes) -> list[bytes]:
    lines: dict[int, bytes] = {}
    for needle in needles:
        position = where.find(needle)
        while position >= 0:
            inside = position + needle.startswith(b"\n")
            begin, end = block.rfind(b"\n", 0, inside) + 1, block.find(b"\n", inside)
            end = len(block) if end < 0 else end
            lines[begin] = block[begin:end]
            position = where.find(needle, max(end, position + 1))
    return list(lines.values())


def _filter(block: bytes, needles: list[bytes], where: bytes) -> list[bytes]:
    lines = block.split(b"\n")
    if any(needle.startswith(b"\n") for needle in needles):
        return [line for line in lines if any(needle in b"\n" + line for needle in needles)]
    if len(needles) == 1 and where is block:
        return [line for line in lines if needles[0] in line]
    searched = lines if where is block else where.split(b"\n")
    return [line for line, low in zip(lines, searched, strict=True) if any(needle in low for needle in needles)]

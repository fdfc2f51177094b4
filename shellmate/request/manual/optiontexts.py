"""The paragraphs of a man page, or of a help text, that are about an option or a word."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

MOST_CHARACTERS = 200
_SHORT = 40  # a first sentence of fewer characters takes the second along, where both are not too long
_EXAMPLES = re.compile(r"EXAMPLES?\b")
_OPTION = re.compile(r"(?P<name>-{1,2}(?:\[no-\])?[\w?#@%^+.:*-]*[\w?#@%^+*]|--?)(?P<argument>.*)", re.DOTALL)
_WORD_TAG = re.compile(r"[\w!(][\w.:+-]*=?|!|\(|,")
_BETWEEN_NAMES = re.compile(r"\s*(?:,|\||\s/\s|\bor\b)\s*(?=-|\(or )")
_SENTENCE_END = re.compile(r"(?<!\be\.g)(?<!\bi\.e)(?<!\betc)(?<!\bcf)(?<!\bvs)[.!?](?=\s+[\"'(“A-Z])|[。！？]")
_BLANKS = re.compile(r"\s+")
_INLINE_GAP = re.compile(r"\S(?:\s{2,}|\t)(?=\S)")
_WHOLLY_OPTIONAL = re.compile(r"\[[^\]]*\](?:\.\.\.)?")
_BULLET = re.compile(r"^(\s*)[•·○o*]\s+(?=-)")
_PROTOCOLS = re.compile(r"\([A-Z][A-Z0-9 ]+\) ")  # which curl puts in front of a text
_OPENS_WITH_THE_CONTRARY = re.compile(r"By default\b")
REQUIRED, OPTIONAL = "required", "optional"


@dataclass(frozen=True)
class Entry:
    """One paragraph of a page behind its tag: `names` maps each option in the tag to whether it takes an argument,
    required, optional or "" for none; `words` are the tag's own words."""

    names: dict[str, str]
    words: tuple[str, ...]
    text: str


def shorten(text: str) -> str:
    """The first sentence, or the first ones where they are short, in at most some 200 characters."""
    text = _PROTOCOLS.sub("", _BLANKS.sub(" ", text).strip().rstrip(" ;:,"), count=1)
    ends = [found.end() for found in _SENTENCE_END.finditer(text)]
    fitting = [end for end in [*ends, len(text)] if end <= MOST_CHARACTERS]
    if fitting:
        more = fitting[0] < _SHORT or _OPENS_WITH_THE_CONTRARY.match(text)
        end = fitting[1] if len(fitting) > 1 and more else fitting[0]
        return text[:end]
    cut = text[:MOST_CHARACTERS]
    return (cut[: cut.rfind(" ")] if " " in cut[MOST_CHARACTERS // 2 :] else cut).rstrip(" ,;:(") + " …"


def read_entries(lines: Sequence[str], is_man: bool) -> Iterator[Entry]:
    """The entries of a page in order; of a man page those behind its synopsis that are no examples."""
    waiting: list[str] = []  # tags that share the text of the next one
    section, sections = "", 0
    lines = [_BULLET.sub(r"\1", re.sub(r"\s*,\s+(?=-)", ", ", line)) for line in lines]
    for at, line in enumerate(lines):
        indent = _indent(line)
        if not line.strip():
            continue
        if not indent:
            section, sections = line, sections + 1
        if is_man and (not indent or sections < 4 or _EXAMPLES.match(section)):
            continue  # the page's header is the first, NAME the second, SYNOPSIS the third
        tag, inline = _split(lines, at, indent)
        body = _body(lines, at, indent, inline)
        if not body and not (tag.startswith("-") and _is_followed_by_tag(lines, at, indent)):
            waiting = []
            continue
        waiting.append(tag)
        if body:
            for each in waiting:
                if entry := _read(each, body):
                    yield entry
            waiting = []


def _read(tag: str, body: str) -> Entry | None:
    words = tuple(word if word == "," else word.rstrip(",:") for word in tag.split())
    if tag.startswith(("-", "+")):
        return Entry(_names_in(tag), words, shorten(body))
    if _WORD_TAG.match(tag) and len(words) <= 8:
        return Entry({}, words, shorten(body))
    return None


def _names_in(tag: str) -> dict[str, str]:
    names: dict[str, str] = {}
    for piece in _BETWEEN_NAMES.split(tag):
        found = _OPTION.match(piece.strip())
        if not found:
            continue
        argument = found["argument"].strip(" ,:")
        kind = "" if not argument else OPTIONAL if _WHOLLY_OPTIONAL.fullmatch(argument) else REQUIRED
        if name_is_long(found["name"]) and kind == REQUIRED and not any(names.values()):
            names = dict.fromkeys(names, REQUIRED)  # `-C, --directory=DIR` says it once for both
        elif not kind and REQUIRED in names.values():
            kind = REQUIRED if name_is_long(found["name"]) else kind
        both = (found["name"].replace("[no-]", ""), found["name"].replace("[no-]", "no-"))
        names |= dict.fromkeys(both, kind)
    return names


def name_is_long(name: str) -> bool:
    return name.startswith("--")


def _split(lines: Sequence[str], at: int, indent: int) -> tuple[str, str]:
    """A line's tag and the text behind it on the same line."""
    line = lines[at]
    # A tag that just fits leaves one blank to the text, which begins in the column of the page's other texts.
    column = indent + 7
    gap = _INLINE_GAP.search(line, indent)
    if gap and gap.start() < column:
        return line[: gap.start() + 1].strip(), line[gap.end() :].strip()
    if line[column - 1 : column] == " " and line[column : column + 1] not in ("", "-", "<", "[", " "):
        following = lines[at + 1] if at + 1 < len(lines) else ""
        if not line[indent].isalnum() and not (following.strip() and _indent(following) >= column):
            return line[:column].strip(), line[column:].strip()
    if gap:
        return line[: gap.start() + 1].strip(), line[gap.end() :].strip()
    return line.strip(), ""


def _body(lines: Sequence[str], at: int, indent: int, inline: str) -> str:
    """The first paragraph below a tag: what stands deeper than it, behind one empty line at most."""
    paragraph = [inline] if inline else []
    for following in lines[at + 1 : at + 1 + 40]:
        if not following.strip():
            if paragraph:
                break
            continue
        if _indent(following) <= indent or (inline and following.lstrip().startswith("--")):
            break
        paragraph.append(following.strip())
    return " ".join(paragraph)


def _is_followed_by_tag(lines: Sequence[str], at: int, indent: int) -> bool:
    following = next((line for line in lines[at + 1 :] if line.strip()), "")
    return _indent(following) == indent and following.lstrip().startswith("-")


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())

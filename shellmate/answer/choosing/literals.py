# ruff: noqa: E501
"""What a question names (paths, file names, quoted words, numbers) and whether a command uses it, or makes up its own."""

import re
from collections.abc import Iterator

from shellmate.core.errors import UsageError
from shellmate.request.command.simplecommands import COMMAND, assigned_variable, read_items

_QUOTED = re.compile(r"""(?<![\w\\])(["'`])(?P<text>(?:(?!\1).)+)\1(?!\w)|“(?P<curly>[^”]+)”|「(?P<corner>[^」]+)」""")
_ADDRESS = re.compile(r"\b[a-z]+://[^\s'\"]+|\b[\w.+-]+@[\w-]+\.[\w.]+\b|\b\d{1,3}(?:\.\d{1,3}){3}(?:/\d+)?\b")
_PATH = re.compile(
    r"(?<![\w/])(?:~|\$\{?\w+\}?|\.{1,2})?/?(?:[\w.@%+*{}-]+/)*[\w.@%+*{}-]*/[\w.@%+*{}/-]*|(?<!\S)~(?!\S)"
)
_FILE = re.compile(r"(?<![\w/.])[\w*-][\w*-]*(?:\.[A-Za-z][\w]{0,7})+(?![\w/])|(?<![\w/.])\*?\.[A-Za-z]\w{0,7}\b")
_NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?=\b|[kKmMgGtT]i?[bB]?\b|[a-z])")
_IN_WORDS = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
             "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10}  # fmt: skip
_NO_FILE = frozenset(("e.g", "i.e", "etc.", "vs.", "a.m", "p.m"))
_EVERYWHERE = re.compile(
    r"/|/dev/(null|stdin|stdout|stderr|fd/\d+|u?random|zero)|(/etc|/proc|/sys|/boot)(/.*)?|/var/log/.+|~|\.{1,2}/?|-"
)
_PLACEHOLDER = re.compile(
    r"path/to|example\.(com|org|txt)|your[_-]?\w*|<[a-z_ -]+>|(?<!\w)(file|filename|input|output|data|test|directory|folder|foo)\d*(\.(txt|csv|log|sh))?(?!\w)",
    re.I,
)
_LETTERS = re.compile(r"[A-Za-z\u4e00-\u9fff]{3,}")
_SCRIPTED = frozenset(("awk", "gawk", "mawk", "jq", "sed", "perl", "python3", "python", "date", "stat", "printf", "tr"))
_FORMATS = frozenset(("-printf", "-fprintf", "--format", "-c", "-o", "-f", "-type", "-perm", "-user", "-exec"))


def literals_of(words: str) -> tuple[str, ...]:
    """The paths, file names, endings, addresses, quoted words and numbers of a question, each once, in order."""
    found: dict[str, None] = {}
    rest = words
    for pattern in (_QUOTED, _ADDRESS, _PATH, _FILE):
        for match in pattern.finditer(rest):
            text = next((g for g in (match.groupdict().values()) if g), match[0]).strip()
            text = text.rstrip(".,;:!?") if pattern is not _QUOTED else text
            if (
                (text and text not in _NO_FILE and not re.fullmatch(r"\w+/\w+", text.strip("./")))
                or pattern is _QUOTED
                or (text.startswith(("/", "~", ".")) and len(text) > 1)
            ):
                found[text] = None
        rest = pattern.sub(lambda m: " " * len(m[0]), rest)
    for match in _NUMBER.finditer(rest):
        found[match[0]] = None
    for word in re.findall(r"[a-z]+", rest.lower()):
        if word in _IN_WORDS:
            found[str(_IN_WORDS[word])] = None
    return tuple(found)


def missing_literals(words: str, code: str) -> list[str]:
    """The literals of a question that a command does nothing with."""
    return [literal for literal in literals_of(words) if not _occurs(literal, code)]


def _occurs(literal: str, code: str) -> bool:
    if re.fullmatch(r"\d+(\.\d+)?", literal):
        return re.search(rf"(?<![\d.]){re.escape(literal)}(?!\d)", code) is not None
    plain = literal.rstrip("/") or literal
    bare = plain.lstrip("*.")
    return plain in code or bare in code or plain.replace("\\", "") in code.replace("\\", "")


def invented_words(words: str, code: str) -> list[str]:
    """The paths, names and texts in a command that its question has nothing of, and folders that it takes whole where
    the question names something in them."""
    left_out = [literal.rstrip("/") for literal in missing_literals(words, code) if not _ends_in(literal, code)]
    try:
        return list(dict.fromkeys(_find_invented(words.lower(), left_out, code)))
    except UsageError:
        return []


def _ends_in(path: str, code: str) -> bool:
    """Whether the last name of a path is in a command by itself, as behind `tar -C` or `cd`."""
    name = path.rstrip("/").rpartition("/")[2]
    return re.search(rf"(?<![\w.-]){re.escape(name)}(?![\w.-])", code) is not None


def _find_invented(words: str, left_out: list[str], code: str) -> Iterator[str]:
    asked = set(_LETTERS.findall(words))
    for item in read_items(code):
        if item.kind != COMMAND:
            continue
        rest = [word for word in item.words if not assigned_variable(word)]
        program = rest[0].value.rpartition("/")[2] if rest else ""
        before = ""
        for word in [*rest[1:], *(t.word for t in item.redirections if t.word)]:
            text, option = word.value, before
            before = text
            if text and any(path.startswith(f"{text.rstrip('/')}/") for path in left_out):
                yield text
                continue
            if word.commands or text.startswith("-") or option in _FORMATS or _EVERYWHERE.fullmatch(text):
                continue
            if program in _SCRIPTED and (word.bare != word.raw or program in ("tr", "date", "jq")):
                continue
            if _PLACEHOLDER.search(text) and text.lower() not in words:
                yield text
                continue
            said = [chunk for chunk in _LETTERS.findall(text.lower()) if not _is_asked(chunk, asked, words)]
            if said and (word.bare != word.raw or "/" in text or "." in text):
                yield text


def _is_asked(chunk: str, asked: set[str], words: str) -> bool:
    return chunk in words or any(
        chunk.startswith(other[:-1]) or other.startswith(chunk[:-1]) for other in asked if len(other) > 3
    )

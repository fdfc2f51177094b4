"""The worked examples that are nearest to a question: BM25 through SQLite's FTS5, over words brought to a common form.

The examples are those of prompts/kinds, a file for each kind of request. Their index is made once, from the files, and
kept beside the KV states; where it cannot be kept it is made in memory.
"""

import hashlib
import re
import sqlite3
import tomllib
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

from shellmate.core.paths import make_private_directory
from shellmate.prompt.library import Example, own_prompts

# What is said in many ways and means one thing to whoever looks for an example.
_SYNONYMS = {
    "folder": "directory", "folders": "directory", "directories": "directory", "dir": "directory", "dirs": "directory",
    "subfolder": "subdirectory", "subfolders": "subdirectory", "subdirectories": "subdirectory",
    "remove": "delete", "erase": "delete", "rm": "delete", "biggest": "largest", "heaviest": "largest",
    "newest": "latest", "recent": "latest", "oldest": "earliest", "substitute": "replace", "swap": "replace",
    "extract": "unpack", "decompress": "unpack", "uncompress": "unpack", "unzip": "unpack", "untar": "unpack",
    "compress": "pack", "archive": "pack", "tarball": "pack", "zip": "pack", "symlink": "link", "symlinks": "link",
    "symbolic": "link", "locate": "find", "search": "find", "identical": "same", "distinct": "unique",
    "duplicates": "unique", "arrange": "sort", "ordered": "sort", "descending": "reverse", "arithmetic": "calculate",
    "compute": "calculate", "modified": "changed", "altered": "changed", "edited": "changed", "terminate": "kill",
    "stop": "kill", "characters": "character", "chars": "character", "letters": "character", "rows": "line",
    "lines": "line", "row": "line", "fields": "column", "field": "column", "columns": "column", "hostname": "host",
    "username": "user", "users": "user", "utilization": "usage", "consumption": "usage", "rename": "rename",
    "containing": "contain", "contains": "contain", "ending": "end", "ends": "end", "larger": "larger",
    "greater": "larger", "bigger": "larger", "exceeding": "larger", "recursively": "recursive", "beneath": "under",
    "below": "under", "within": "under", "inside": "under", "display": "show", "print": "show", "list": "show",
    "output": "show", "prints": "show", "shows": "show", "displays": "show", "lists": "show",
}  # fmt: skip
_EMPTY = frozenset(
    [
        "a",
        "an",
        "the",
        "of",
        "to",
        "for",
        "and",
        "or",
        "is",
        "are",
        "be",
        "with",
        "by",
        "from",
        "that",
        "this",
        "it",
        "its",
        "as",
        "at",
        "into",
        "me",
        "how",
        "do",
        "i",
        "what",
        "please",
        "in",
        "on",
        "all",
        "each",
        "any",
        "which",
        "every",
        "there",
        "has",
        "have",
        "can",
        "you",
        "my",
        "using",
        "use",
        "command",
    ]
)
_PLACES = (  # what a name stands for, in place of the name
    (re.compile(r"""(?<!\w)(["'`])(?:(?!\1).)+\1(?!\w)"""), " quotedtext "),
    (re.compile(r"[a-z]+://\S+"), " webaddress "),
    (re.compile(r"(?<!\w)[~$]?[\w.*-]*/[\w./*-]*"), " somepath "),
    (re.compile(r"(?<![\w.])[\w*-]*\.([a-z]\w{0,4})\b"), r" somefile \1 "),
    (re.compile(r"\b\d+(?:st|nd|rd|th)?\b"), " number "),
    (re.compile(r"\b\d+ ?([kmgt])i?b?\b"), r" number sizeunit "),
)
_WORD = re.compile(r"[a-z0-9_]+|[\u4e00-\u9fff]")
_MOST_WORDS = 64
_SCHEMA = "create virtual table examples using fts5(words, ask unindexed, answer unindexed, tokenize = 'porter ascii')"


def kinds_folder() -> Path:
    return own_prompts() / "kinds"


class NearestExamples:
    """`folder` has the files, `index` is where their index is kept."""

    def __init__(self, index: Path, folder: Path | None = None):
        self._index, self._folder = index, folder or kinds_folder()
        self._connection: sqlite3.Connection | None = None

    def find(self, words: str, count: int) -> list[Example]:
        """Up to so many examples, nearest first; none that asks the very same. Raises nothing where files or index are
        broken: then there are none."""
        said = list(dict.fromkeys(common_form(words)))[:_MOST_WORDS]
        if not said:
            return []
        query = " OR ".join(f'"{word}"' for word in said)
        try:
            rows = self._open().execute(
                "select ask, answer from examples where examples match ? order by rank, rowid limit ?",
                (query, count + 1),
            )
            return [Example("shell", ask, answer) for ask, answer in rows if ask != words][:count]
        except (sqlite3.Error, OSError, ValueError):
            return []

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = self._open_kept() or _make_index(":memory:", self._folder)
        return self._connection

    def _open_kept(self) -> sqlite3.Connection | None:
        """The index of the files as they are, made where it is missing; None where it can be neither read nor kept."""
        file = self._index.with_name(f"{self._index.name}-{_version_of(self._folder)}.db")
        with suppress(sqlite3.Error, OSError):
            if not file.exists():
                make_private_directory(file.parent)
                new = file.with_name(f"{file.name}.{id(self)}.new")
                with closing(_make_index(str(new), self._folder)):
                    pass
                new.chmod(0o600)
                new.replace(file)
            connection = sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)
            connection.execute("select count(*) from examples").fetchone()
            return connection
        return None


def common_form(words: str) -> list[str]:
    """The words of a question, as far as they tell what kind it is of."""
    text = words.lower()
    for pattern, place in _PLACES:
        text = pattern.sub(place, text)
    return [_SYNONYMS.get(word, word) for word in _WORD.findall(text) if word not in _EMPTY]


def read_examples(folder: Path) -> Iterator[Example]:
    """The shell examples of all files in a folder. Raises ValueError and OSError where one cannot be read."""
    for file in sorted(folder.glob("*.toml")):
        data = tomllib.loads(file.read_text(encoding="utf-8"))
        if data.get("language", "shell") == "shell":
            for example in data["examples"]:
                yield Example("shell", example["ask"].strip(), example["answer"].strip())


def _make_index(place: str, folder: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(place)
    with connection:
        connection.execute(_SCHEMA)
        rows = ((" ".join(common_form(e.ask)), e.ask, e.answer) for e in read_examples(folder))
        connection.executemany("insert into examples values (?, ?, ?)", rows)
    return connection


def _version_of(folder: Path) -> str:
    """Another one whenever a file, or this module's idea of words, has changed."""
    about = [f"{file.name} {file.stat().st_size} {file.stat().st_mtime_ns}" for file in sorted(folder.glob("*.toml"))]
    code = Path(__file__).stat().st_mtime_ns
    return hashlib.sha256("\n".join([*about, str(code)]).encode()).hexdigest()[:12]

"""The kinds of request that there are worked examples of: which one a question is of, and the prompt made of them.

The kind is that of the examples which are nearest to the question: BM25 through SQLite's FTS5, over words brought to a
common form. Their index is made once, from the files in prompts/kinds, and kept; where it cannot be kept it is made in
memory.
"""

import hashlib
import re
import sqlite3
import tomllib
from contextlib import closing, suppress
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from shellmate.core.errors import ShellmateError
from shellmate.core.paths import make_private_directory, write_whole
from shellmate.prompt.library import PromptLibrary, own_prompts
from shellmate.prompt.prompt import FENCES, Message, Prompt

_SYNONYMS = """
character: characters chars letters
calculate: arithmetic compute 计算
changed: modified altered edited 修改
column: columns field fields 列
contain: containing contains 包含
count: 统计 数量 多少 几个
delete: remove erase rm 删除 移除
directory: folder folders directories dir dirs 目录 文件夹
download: 下载
earliest: oldest 最旧
end: ending ends
file: 文件
find: locate search 查找 搜索
host: hostname
kill: terminate stop 终止 杀死
largest: biggest heaviest 最大
larger: greater bigger exceeding 大于
latest: newest recent 最新
line: rows lines row 行
link: symlink symlinks symbolic 链接
pack: compress archive tarball zip 压缩 打包
permission: 权限
port: 端口
process: 进程
recursive: recursively 递归
rename: 重命名 改名
replace: substitute swap 替换
reverse: descending 倒序 降序
same: identical
show: display print list output prints shows displays lists 显示 列出
size: 大小
sort: arrange ordered 排序
subdirectory: subfolder subfolders subdirectories 子目录
under: beneath below within inside
unique: distinct duplicates 去重 重复
unpack: extract decompress uncompress unzip untar 解压
usage: utilization consumption 占用
user: username users 用户
"""
_SAY_NOTHING = """
a an the of to for and or is are be with by from that this it its as at into me how do i what please in on all each any
which every there has have can you my using use command
"""
_PLACES = (  # what a name stands for, in place of the name
    (re.compile(r"""(?<!\w)(["'`])(?:(?!\1).)+\1(?!\w)"""), " quotedtext "),
    (re.compile(r"[a-z]+://\S+"), " webaddress "),
    (re.compile(r"(?<!\w)[~$]?[\w.*-]*/[\w./*-]*"), " somepath "),
    (re.compile(r"(?<![\w.])[\w*-]*\.([a-z]\w{0,4})\b"), r" somefile \1 "),
    (re.compile(r"\b\d+(?:st|nd|rd|th)?\b"), " number "),
    (re.compile(r"\b\d+ ?([kmgt])i?b?\b"), r" number sizeunit "),
)
_WORD = re.compile(r"[a-z0-9_]+")
_MOST_WORDS = 64
_MOST_LETTERS = 2000  # of a question say of which kind it is; the patterns take a time that grows with their square
_VOTERS = 20  # so many examples find the kind of another one best
_PACKED = 24  # examples: behind 24 of its kind more is answered right than behind 51 of all kinds
_SCHEMA = "create virtual table asks using fts5(words, kind unindexed, tokenize = 'porter ascii')"


class Kinds:
    """`index` is where the index of the examples in `folder` is kept, in a file of a version each."""

    def __init__(self, library: PromptLibrary, index: Path, folder: Path | None = None):
        self._library, self._index, self._folder = library, index, folder or own_prompts() / "kinds"
        self._connection: sqlite3.Connection | None = None

    def prompts_for(self, prompt: Prompt, count: int) -> list[Prompt]:
        """Up to so many prompts that ask the same, behind the examples of a kind each, likeliest first. None where no
        word of the question says of which kind it is. Raises nothing: what is broken gives no prompt."""
        try:
            return [replace(prompt, prefix=self.prefix_of(kind)) for kind in self.kinds_of(prompt.suffix)[:count]]
        except (sqlite3.Error, OSError, ValueError, KeyError):
            return []

    def names(self) -> list[str]:
        return sorted(file.stem for file in self._folder.glob("*.toml"))

    def kinds_of(self, words: str) -> list[str]:
        """The kinds of the examples that are nearest to a question, likeliest first. Raises sqlite3.Error, OSError and
        ValueError where the files are broken."""
        said = list(dict.fromkeys(common_form(words)))[:_MOST_WORDS]
        if not said:
            return []
        query = " OR ".join(f'"{word}"' for word in said)
        nearest = "select kind, -rank from asks where asks match ? order by rank, rowid limit ?"
        votes: dict[str, float] = {}
        for kind, likeness in self._open().execute(nearest, (query, _VOTERS)):
            votes[kind] = votes.get(kind, 0.0) + likeness
        return sorted(votes, key=lambda kind: -votes[kind])

    def prefix_of(self, kind: str) -> tuple[Message, ...]:
        """The system text of the shell's prompt and examples of a kind, taken evenly from its file."""
        examples = _read(self._folder / f"{kind}.toml")
        every = max(1, len(examples) / _PACKED)
        packed = [examples[int(place * every)] for place in range(min(_PACKED, len(examples)))]
        messages = [Message("system", self._library.load("shell").system)]
        for example in packed:
            messages += _turn(example["ask"], example["answer"])
        return tuple(messages)

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = self._open_kept() or _make_index(":memory:", self._folder)
        return self._connection

    def _open_kept(self) -> sqlite3.Connection | None:
        """The index of the files as they are, made where it is missing; None where it can be neither read nor kept."""
        file = self._index.with_name(f"{self._index.name}-{_version_of(self._folder)}.db")
        with suppress(sqlite3.Error, OSError, ShellmateError):
            if not file.exists():
                make_private_directory(file.parent)
                with write_whole(file) as new, closing(_make_index(new.name, self._folder)):
                    pass
            connection = sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)
            connection.execute("select count(*) from asks").fetchone()
            return connection
        return None


def common_form(words: str) -> list[str]:
    """The words of a question, as far as they tell what kind it is of."""
    text = words[:_MOST_LETTERS].lower()
    for pattern, place in _PLACES:
        text = pattern.sub(place, text)
    variants = _variants()
    for variant, common in variants.items():
        if not variant.isascii():
            text = text.replace(variant, f" {common} ")
    empty = set(_SAY_NOTHING.split())
    return [variants.get(word, word) for word in _WORD.findall(text) if word not in empty]


@cache
def _variants() -> dict[str, str]:
    """What is said in many ways and means one thing to whoever looks for an example; the longest first."""
    lines = [line.split(": ") for line in _SYNONYMS.strip().splitlines()]
    pairs = [(variant, common) for common, variants in lines for variant in variants.split()]
    return dict(sorted(pairs, key=lambda pair: -len(pair[0])))


def _turn(ask: str, answer: str) -> tuple[Message, Message]:
    fenced = f"{FENCES['shell'][0]}{answer.strip()}\n```"
    return Message("user", ask.strip()), Message("assistant", fenced)


def _read(file: Path) -> list[dict[str, Any]]:
    examples: list[dict[str, Any]] = tomllib.loads(file.read_text(encoding="utf-8"))["examples"]
    return examples


def _make_index(place: str, folder: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(place)
    connection.execute("pragma journal_mode = off")  # one that is not whole is thrown away
    with connection:
        connection.execute(_SCHEMA)
        for file in sorted(folder.glob("*.toml")):
            rows = [(" ".join(common_form(example["ask"])), file.stem) for example in _read(file)]
            connection.executemany("insert into asks values (?, ?)", rows)
    return connection


def _version_of(folder: Path) -> str:
    """Another one whenever a file, or this module's idea of words, has changed."""
    files = [*sorted(folder.glob("*.toml")), Path(__file__)]
    about = [f"{file.name} {file.stat().st_size} {file.stat().st_mtime_ns}" for file in files]
    return hashlib.sha256("\n".join(about).encode()).hexdigest()[:12]

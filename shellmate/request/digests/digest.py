"""What a digest is, and how a stream of bytes becomes one in constant memory."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from shellmate.request.digests.sought import Hit, Sought

BUDGET = 1600  # characters: about 500 tokens, which take about three seconds to evaluate
BLOCK = 1 << 20


@dataclass(frozen=True)
class Query:
    """Code around a select on the table `t`; `schema` is the statement that makes it, `about` says what the model has
    to know of it beside the digest.

    Of some columns, by name: `values` are those of its first cells, where they are few, and of all where `is_whole`;
    `named` are others that the question names, wherever they are; `dates` are the first one, as it is written.
    `aggregates` are functions that the code brings along. With `is_full` no cell is empty.
    """

    before: str
    after: str
    schema: str
    about: str = ""
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    dates: Mapping[str, str] = field(default_factory=dict)
    is_whole: bool = False
    aggregates: tuple[str, ...] = ()
    named: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    is_full: bool = False

    def values_of(self, column: str) -> tuple[str, ...]:
        """What is known of a column's values, whatever the case of its name."""
        known = (*self.values.items(), *self.named.items())
        return tuple(value for name, values in known if name.lower() == column.lower() for value in values)


@dataclass(frozen=True)
class Digest:
    """`kind` is a word or two such as CSV; `text` is what the model sees, never longer than the budget.

    `names` are column names or keys exactly as written; `left_out` says in words and numbers what the model does not
    see, empty where that is nothing; `reading` is Python that reads all of the input, and `query` such that has it as a
    table, empty and None where the input is not made so.
    """

    kind: str
    text: str
    names: tuple[str, ...] = ()
    left_out: str = ""
    reading: str = ""
    query: Query | None = None


class Digester(Protocol):
    """Takes UTF-8 text with \\n line ends, in pieces of any size, and says at the end what it was."""

    def seek(self, words: str) -> None:
        """Look for what the words of a question name. To be called before `feed`, if at all."""

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes."""

    def finish(self) -> Digest:
        """The digest of all that was fed. To be called once."""


Factory = Callable[[int], Digester]


class BlockDigester(ABC):
    """A Digester that sees blocks of about a mebibyte, cut behind a line's end where there is one.

    The blocks are the same however the stream was cut, and so is the digest. `head` is the first block, `tail` the
    last one; they are the same block where there is only one. A subclass counts in `take` and describes in `describe`.
    """

    HAS_CELLS = False  # that a question may name

    def __init__(self, budget: int = BUDGET) -> None:
        self.budget = budget
        self.hits: Sequence[Hit] = ()
        self._sought: Sought | None = None
        self.head = self.tail = b""
        self.total = self.newlines = self._blocks = self._waiting = 0
        self._pieces: list[bytes] = []

    def seek(self, words: str) -> None:
        """Have a table's cells that a question names in `hits`; before the first bytes come."""
        if words and self.HAS_CELLS:
            from shellmate.request.digests.sought import Sought

            self._sought = Sought(words)
            self.hits = self._sought.hits

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes, of any number."""
        while chunk:
            piece = chunk[: BLOCK - self._waiting] if len(chunk) > BLOCK - self._waiting else chunk
            chunk = chunk[len(piece) :]
            self._pieces.append(piece)
            self._waiting += len(piece)
            if self._waiting == BLOCK:
                self._cut_block()

    def finish(self) -> Digest:
        """The digest; its text is cut to the budget whatever `describe` made of it."""
        if self._waiting:
            self._give(b"".join(self._pieces))
            self._pieces, self._waiting = [], 0
        digest = self.describe()
        if len(digest.text) <= self.budget:
            return digest
        return replace(digest, text=digest.text[: self.budget], left_out=digest.left_out or "part of the digest")

    def take(self, block: bytes) -> None:  # noqa: B027  not every kind counts
        """Count what is to be counted in a block."""

    @abstractmethod
    def describe(self) -> Digest:
        """The digest of what was taken."""

    @property
    def lines(self) -> int:
        """How many lines there were; a last one without an end counts."""
        return self.newlines + (bool(self.tail) and not self.tail.endswith(b"\n"))

    @property
    def is_whole(self) -> bool:
        """Whether `head` is all there was."""
        return self._blocks <= 1

    def _cut_block(self) -> None:
        block = b"".join(self._pieces)
        end = block.rfind(b"\n") + 1 or BLOCK
        rest = block[end:]
        self._pieces, self._waiting = [rest] if rest else [], len(rest)
        self._give(block[:end] if rest else block)

    def _give(self, block: bytes) -> None:
        self._blocks += 1
        self.head = self.head or block
        self.tail = block
        self.total += len(block)
        self.newlines += block.count(b"\n")
        if self._sought:
            self._sought.take(block)
        self.take(block)

"""CSV and its relatives: columns with their types, the number of rows, three of them."""

from collections.abc import Iterator

from shellmate.request.digests.columns import Column, describe_columns, has_header
from shellmate.request.digests.delimiters import Dialect, find_dialect, read_rows
from shellmate.request.digests.digest import BlockDigester, Digest
from shellmate.request.digests.fitting import cut, fill, number
from shellmate.request.digests.query import query_delimited
from shellmate.request.digests.quoting import RowCounter
from shellmate.request.digests.reading import read_delimited

SAMPLE_ROWS = 3
TYPED_ROWS = 300


class DelimitedDigester(BlockDigester):
    """Rows are counted in the whole stream, line ends in quotes not; types are those of the first rows."""

    HAS_CELLS = True

    def __init__(self, budget: int) -> None:
        super().__init__(budget)
        self._dialect = Dialect(",")
        self._counter: RowCounter | None = None

    def take(self, block: bytes) -> None:
        if self._counter is None:
            self._dialect = find_dialect(block) or self._dialect
            self._counter = RowCounter(self._dialect.delimiter.encode())
            block = block[self._dialect.skipped_bytes :]
        self._counter.take(block)

    def describe(self) -> Digest:
        dialect = self._dialect
        rows, raw = read_rows(self.head, dialect, TYPED_ROWS + 1, is_whole=self.is_whole)
        header = has_header(rows)
        total = (self._counter.finish() if self._counter else 0) - header
        data, verbatim = rows[header:], raw[header:][:SAMPLE_ROWS]
        names = tuple(rows[0]) if header else ()
        width = max((len(row) for row in rows), default=0) if not header else len(names)
        columns = [Column.of(n, names[n] if header else "", [r[n] for r in data if n < len(r)]) for n in range(width)]
        kind = "TSV" if dialect.delimiter == "\t" else "CSV"
        facts = f"{kind}, delimiter {_show(dialect.delimiter)}, {'header' if header else 'no header'}, "
        facts += number(max(0, total), "row")
        if dialect.skipped:
            facts += f" after {number(dialect.skipped, 'comment line')}"
        uneven = sum(len(row) != width for row in data)
        if uneven:
            facts += f"; {uneven} of the first {len(data):,} rows have not {width} fields"
        described, shown = describe_columns(columns, max(0, (self.budget - len(facts)) * 55 // 100))
        lines = [facts, described]
        room = self.budget - sum(len(line) + 1 for line in lines) - 1
        width = max(60, room // (SAMPLE_ROWS + 1))
        samples = fill((cut(line.replace("\n", "\\n"), width) for line in [*raw[:header], *verbatim]), room, width)
        seen = max(0, len(samples) - header)
        left_out = [f"{total - seen:,} of {number(total, 'row')}"] if total > seen else []
        if shown < len(columns):
            left_out.append(f"{len(columns) - shown:,} of {number(len(columns), 'column')}")
        is_clean = self.is_whole and total <= len(data) and not uneven
        reading = read_delimited(dialect, names, columns, is_clean)
        query = query_delimited(dialect, names, columns, is_clean, list(self._find_cells(len(columns))))
        return Digest(kind, "\n".join([*lines, *samples]), names, " and ".join(left_out), reading, query)

    def _find_cells(self, width: int) -> Iterator[tuple[int, str]]:
        """The cells that were sought, each with the number of its column, as far as that can be told."""
        for hit in self.hits:
            rows, _ = read_rows(hit.line, Dialect(self._dialect.delimiter), 1, is_whole=True)
            row = rows[0] if rows and len(rows[0]) == width else []
            yield from [(n, cell.strip()) for n, cell in enumerate(row) if cell.strip().lower() == hit.cell][:1]


def _show(delimiter: str) -> str:
    return "tab" if delimiter == "\t" else f'"{delimiter}"'

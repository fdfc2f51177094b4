"""The figures as text: a table of the models, and one of how their answers turned out."""

from collections.abc import Iterator, Sequence
from statistics import median

from shellmate.answer.showing.sanitise import make_visible
from shellmate.bench.figures import Figure, ModelFigures, ThreadFigures
from shellmate.models.words import megabytes

_HEAD = (
    ("model", "size", "threads", "prompt", "generation", "cold start", "warm start", "resident", "peak memory", "code"),
    ("", "", "", "tokens/s", "tokens/s", "s", "s", "s", "MB (private)", "that runs"),
)
_ANSWERS_HEAD = ("model", "effort", "code that runs", "seconds for an answer", "from - to")
_NONE = "-"
_MB = 1e6


def render(models: Sequence[ModelFigures]) -> str:
    """Both tables. Where a model failed, the reason stands in place of its figures, or below those that there are."""
    tables = [_align([*_HEAD, *_rows(models)])]
    answers = list(_answer_rows(models))
    if answers:
        tables.append(_align([_ANSWERS_HEAD, *answers]))
    failed = [f"{make_visible(m.title)}: {make_visible(m.error)}\n" for m in models if m.error and m.rows]
    return "\n".join([*tables, *(["".join(failed)] if failed else [])])


def explain(models: Sequence[ModelFigures]) -> str:
    """What the columns are."""
    lines = [
        "medians, ± half of the way from the lowest to the highest; starts are whole processes to their first byte, on",
        "a primed prompt: the model's file out of memory (cold), in memory (warm), the model in memory (resident)",
    ]
    if any(m.efforts for m in models):
        lines.append("code that runs, and does what was asked, of a dozen questions: a difference of one is chance")
    return "".join(f"{line}\n" for line in lines)


def _rows(models: Sequence[ModelFigures]) -> Iterator[tuple[str, ...]]:
    for model in models:
        name, size = make_visible(model.title), megabytes(model.size) if model.size else _NONE
        if not model.rows:
            yield (name, size, make_visible(model.error) or _NONE)
        for number, row in enumerate(model.rows):
            last = number == len(model.rows) - 1
            code = str(model.usual) if last and model.usual else ""
            about = (name, size) if number == 0 else ("", "")
            yield (*about, *_row(row, last), code)


def _row(row: ThreadFigures, last: bool) -> Iterator[str]:
    yield str(row.threads)
    yield from (_figure(figure) for figure in (row.prompt, row.generation, row.cold, row.warm))
    yield _figure(row.resident) if last else ""
    private = f" ({row.private.median / _MB:.0f})" if row.private else ""
    yield f"{row.peak.median / _MB:.0f}{private}" if row.peak else _NONE


def _answer_rows(models: Sequence[ModelFigures]) -> Iterator[tuple[str, ...]]:
    for model in models:
        for number, effort in enumerate(e for e in model.efforts if e.outcomes):
            name = make_visible(model.title) if number == 0 else ""
            values = [outcome.seconds for outcome in effort.outcomes]
            between = f"{min(values):.1f} - {max(values):.1f}"
            yield (name, effort.effort, str(effort), f"{median(values):.1f}", between)


def _figure(figure: Figure | None) -> str:
    if figure is None:
        return _NONE
    digits = 0 if figure.median >= 100 else 1 if figure.median >= 10 else 2
    spread = f" ±{figure.spread:.{digits}f}" if len(figure.values) > 1 else ""
    return f"{figure.median:.{digits}f}{spread}"


def _align(rows: Sequence[Sequence[str]]) -> str:
    """Lines with their cells in columns; the last cell of a shorter row goes over those that it has not."""
    most = max(len(row) for row in rows)
    cells = [row if len(row) == most else row[:-1] for row in rows]
    widths = [max((len(row[n]) for row in cells if n < len(row)), default=0) for n in range(most)]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=False)).rstrip() for row in rows)
    return "".join(f"{line}\n" for line in lines)

"""The figures as a picture: SVG, bars in one panel for each kind of figure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from shellmate.answer.showing.sanitise import make_visible
from shellmate.bench.figures import Figure, ModelFigures

_WIDTH, _LEFT, _RIGHT, _MARGIN = 820, 240, 90, 16
_BAR, _STEP, _TITLE, _GAP = 14, 20, 26, 14
_LONGEST = 110  # characters of a line of the heading
_COLOURS = ("#3b6fb5", "#c4642d", "#4f8a4c", "#8a5fa8", "#a8882c", "#5a8f97")
_STYLE = """\
text { font: 12px ui-sans-serif, system-ui, sans-serif; fill: #222 } .title { font-weight: 600 }
.small { fill: #666 } .ground { fill: #fff } .whisker { stroke: #222; stroke-width: 1 }
@media (prefers-color-scheme: dark) {
text { fill: #ddd } .small { fill: #999 } .ground { fill: #1a1a1a } .whisker { stroke: #ddd } }"""


@dataclass(frozen=True)
class Bar:
    """From `lowest` to `highest` the whisker goes; `colour` is the number of its model."""

    label: str
    value: float
    lowest: float
    highest: float
    shown: str
    colour: int


@dataclass(frozen=True)
class Panel:
    title: str
    bars: list[Bar]


def draw(models: Sequence[ModelFigures], heading: str) -> str:
    """An SVG document with the figures that there are."""
    lines = list(_fold(heading))
    body, top = [], _MARGIN
    for line in lines:
        top += 16
        body.append(f'<text class="small" x="{_MARGIN}" y="{top}">{escape(line)}</text>')
    for panel in panels_of(models):
        top += _GAP + _TITLE
        body.append(f'<text class="title" x="{_MARGIN}" y="{top - 8}">{escape(panel.title)}</text>')
        most = max(bar.highest for bar in panel.bars) or 1.0
        for bar in panel.bars:
            body += _draw_bar(bar, top, (_WIDTH - _LEFT - _RIGHT) / most)
            top += _STEP
    height = top + _MARGIN
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{height}" '
        f'viewBox="0 0 {_WIDTH} {height}" role="img">\n<title>shellmate bench</title>\n<style>{_STYLE}</style>\n'
        f'<rect class="ground" width="100%" height="100%"/>\n' + "\n".join(body) + "\n</svg>\n"
    )


def panels_of(models: Sequence[ModelFigures]) -> list[Panel]:
    """Those that have a bar."""
    kinds = {
        "prompt evaluation, tokens a second": ("prompt", 1.0),
        "generation, tokens a second": ("generation", 1.0),
        "cold start, seconds to the first byte": ("cold", 1.0),
        "warm start, seconds to the first byte": ("warm", 1.0),
        "start with a resident engine, seconds to the first byte": ("resident", 1.0),
        "peak memory, MB": ("peak", 1e6),
    }
    panels = [Panel(title, list(_bars(models, name, unit))) for title, (name, unit) in kinds.items()]
    answers = [
        _bar(f"{m.title}, {e.effort}", Figure((e.good,)), 1.0, number, str(e))
        for number, m in enumerate(models)
        for e in m.efforts
        if e.outcomes
    ]
    return [panel for panel in [*panels, Panel("code that runs, of the questions", answers)] if panel.bars]


def _bars(models: Sequence[ModelFigures], name: str, unit: float) -> Iterator[Bar]:
    for number, model in enumerate(models):
        for row in model.rows:
            if figure := getattr(row, name):
                threads = f"{row.threads} thread{'s' if row.threads > 1 else ''}"
                yield _bar(f"{model.title}, {threads}", figure, unit, number)


def _bar(label: str, figure: Figure, unit: float, colour: int, shown: str = "") -> Bar:
    value = figure.median / unit
    shown = shown or (f"{value:.0f}" if value >= 100 else f"{value:.3g}")
    return Bar(make_visible(label), value, min(figure.values) / unit, max(figure.values) / unit, shown, colour)


def _draw_bar(bar: Bar, top: float, scale: float) -> Iterator[str]:
    middle, end = top + _BAR / 2, _LEFT + bar.value * scale
    yield f'<text x="{_LEFT - 8}" y="{middle + 4}" text-anchor="end">{escape(bar.label)}</text>'
    colour = _COLOURS[bar.colour % len(_COLOURS)]
    yield f'<rect x="{_LEFT}" y="{top}" width="{end - _LEFT:.1f}" height="{_BAR}" fill="{colour}"/>'
    if bar.highest > bar.lowest:
        left, right = _LEFT + bar.lowest * scale, _LEFT + bar.highest * scale
        yield f'<line class="whisker" x1="{left:.1f}" x2="{right:.1f}" y1="{middle}" y2="{middle}"/>'
    beside = max(end, _LEFT + bar.highest * scale) + 6
    yield f'<text x="{beside:.1f}" y="{middle + 4}">{escape(bar.shown)}</text>'


def _fold(text: str) -> Iterator[str]:
    from textwrap import wrap

    yield from wrap(text, _LONGEST)

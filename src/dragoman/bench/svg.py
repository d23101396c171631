"""Small plots as SVG, drawn here: bars with their spread, and curves. They follow the reader's light or dark theme."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from dragoman.bench.base import Point
from dragoman.bench.wording import number

_WIDTH = 720
_LEFT, _RIGHT = 190, 210
_BAR, _GAP, _HEAD = 18, 6, 30
_CURVE_HEIGHT = 300
_MARGIN = 60
_COLOURS = 6
# Okabe & Ito (2008), which people of every kind of colour vision can tell apart, without black and yellow.
_STYLE = """<style>
text{font:13px system-ui,sans-serif;fill:#222}.h{font-weight:600}.v{font-variant-numeric:tabular-nums}
.a{stroke:#999;fill:none}.w{stroke:#222;stroke-width:1.5}.l{fill:none;stroke-width:2}
.f0{fill:#0072b2}.f1{fill:#e69f00}.f2{fill:#009e73}.f3{fill:#cc79a7}.f4{fill:#56b4e9}.f5{fill:#d55e00}
.s0{stroke:#0072b2}.s1{stroke:#e69f00}.s2{stroke:#009e73}.s3{stroke:#cc79a7}.s4{stroke:#56b4e9}.s5{stroke:#d55e00}
@media(prefers-color-scheme:dark){text{fill:#ddd}.w{stroke:#ddd}.a{stroke:#666}}
</style>"""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: a side of a case. `label` stands beside it, `words` behind it; the whisker goes from `low` to `high`."""

    label: str
    value: float
    low: float
    high: float
    words: str


@dataclass(frozen=True, slots=True)
class Line:
    """One curve, `colour` being the number of its side. Only a line with a label stands in the legend."""

    label: str
    colour: int
    points: Sequence[Point]


def bars(title: str, groups: Sequence[tuple[str, Sequence[Bar]]]) -> str:
    """Return horizontal bars on one scale from zero, in groups, each under its heading."""
    most = max((bar.high for _, group in groups for bar in group), default=0) or 1.0
    parts: list[str] = []
    y = _HEAD
    for heading, group in groups:
        parts.append(_text(8, y + 15, heading, "h"))
        y += _HEAD - 6
        for place, bar in enumerate(group):
            parts.append(_bar(bar, place, y, (_WIDTH - _LEFT - _RIGHT) / most))
            y += _BAR + _GAP
        y += _GAP
    return _document(title, y + 4, parts)


def _bar(bar: Bar, place: int, y: float, scale: float) -> str:
    middle = y + _BAR / 2
    low, high = _LEFT + bar.low * scale, _LEFT + bar.high * scale
    whisker = f'<path class="w" d="M{low:.1f} {middle}H{high:.1f}"/>' if bar.high > bar.low else ""
    return (
        _text(_LEFT - 8, y + 14, bar.label, anchor="end")
        + f'<rect class="f{place % _COLOURS}" x="{_LEFT}" y="{y}" width="{bar.value * scale:.1f}" height="{_BAR}"/>'
        + whisker
        + _text(high + 8, y + 14, bar.words, "v")
    )


def curves(title: str, x: str, y: str, lines: Sequence[Line]) -> str:
    """Return curves over axes that begin at zero. `x` and `y` name the axes, with units."""
    points = [point for line in lines for point in line.points]
    right = _top(max((one for one, _ in points), default=0))
    top = _top(max((one for _, one in points), default=0))
    across, up = (_WIDTH - 2 * _MARGIN) / right, (_CURVE_HEIGHT - 40) / top
    floor = _HEAD + _CURVE_HEIGHT - 20
    parts = [*_axes(right, top, across, up, floor), _text(_WIDTH / 2, floor + 38, x, anchor="middle")]
    parts.append(_text(8, _HEAD + 10, y))
    for line in lines:
        path = "L".join(
            f"{_MARGIN + one * across:.1f} {floor - other * up:.1f}" for one, other in line.points
        )
        parts.append(f'<path class="l s{line.colour % _COLOURS}" d="M{path}"/>' if path else "")
    legend = [line for line in lines if line.label]
    for place, line in enumerate(legend):
        at = floor + 60 + 20 * place
        parts.append(
            f'<rect class="f{line.colour % _COLOURS}" x="{_MARGIN}" y="{at - 10}" width="12" height="12"/>'
        )
        parts.append(_text(_MARGIN + 20, at + 1, line.label))
    return _document(title, floor + 56 + 20 * len(legend), parts)


def _axes(right: float, top: float, across: float, up: float, floor: float) -> list[str]:
    parts = [f'<path class="a" d="M{_MARGIN} {floor - top * up:.1f}V{floor}H{_WIDTH - _MARGIN}"/>']
    for step in range(6):
        x, y = right * step / 5, top * step / 5
        parts.append(_text(_MARGIN + x * across, floor + 18, number(x), "v", "middle"))
        parts.append(_text(_MARGIN - 6, floor - y * up + 4, number(y), "v", "end"))
    return parts


def _top(most: float) -> float:
    """Return the end of an axis: the next of 1, 2, 2.5, 5 times a power of ten."""
    if most <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(most))
    return next(step * power for step in (1, 2, 2.5, 5, 10) if step * power >= most)


def _text(x: float, y: float, words: str, kind: str = "", anchor: str = "start") -> str:
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'


def _document(title: str, height: float, parts: Sequence[str]) -> str:
    name = escape(title, {'"': "&quot;"})
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height:.0f}" role="img" aria-label="{name}">'
    return "\n".join([head, _STYLE, _text(8, 18, title, "h"), *parts, "</svg>\n"])

"""Figures in words, as the table in the terminal and the page show them."""

from collections.abc import Mapping
from typing import Any

NONE = "–"
_MEGABYTE = 1_000_000


def figure(found: Mapping[str, Any] | None, unit: str) -> str:
    """Return a figure with its spread: `150 (143–152) tokens/s`."""
    if found is None:
        return NONE
    low, high = found["low"], found["high"]
    scale, shown = _scale(max(abs(high), abs(low)), unit)
    middle = number(found["median"] * scale)
    spread = "" if low == high else f" ({number(low * scale)}–{number(high * scale)})"
    return f"{middle}{spread} {shown}".rstrip()


def rows(case: Mapping[str, Any], measures: Mapping[str, Any]) -> list[tuple[str, list[str]]]:
    """Return the rows of a case's table: what was measured, the figure of each side, and each quotient.

    What went wrong nowhere is left out.
    """
    quotients = {(one["side"], one["against"], one["measure"]): one for one in case["comparisons"]}
    shown: list[tuple[str, list[str]]] = []
    for name, measure in measures.items():
        cells = [side["figures"].get(name) for side in case["sides"].values()]
        if not any(cell is not None and (cell["high"] or measure["better"] != "less") for cell in cells):
            continue
        ratios = [quotient(quotients.get((*pair, name))) for pair in pairs(case)]
        shown.append((measure["title"], [*(figure(cell, measure["unit"]) for cell in cells), *ratios]))
    return shown


def heads(case: Mapping[str, Any]) -> list[str]:
    """Return the heads of those columns."""
    return [*case["sides"], *(f"{side} / {against}" for side, against in pairs(case))]


def pairs(case: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the sides that were divided by each other."""
    return list(dict.fromkeys((one["side"], one["against"]) for one in case["comparisons"]))


def quotient(found: Mapping[str, Any] | None) -> str:
    """Return a quotient with its spread: `2.9× (2.7–3.1)`."""
    if found is None:
        return NONE
    low, high = found["low"], found["high"]
    return f"{found['median']:.2f}×" + ("" if low == high else f" ({low:.2f}–{high:.2f})")


def bound(aim: Mapping[str, Any], unit: str) -> str:
    """Return what an aim asks for: `≥ 3×`, `≤ 30 ms`."""
    sign, value = ("≥", aim["at_least"]) if aim["at_least"] is not None else ("≤", aim["at_most"])
    return f"{sign} {_value(aim, value, unit)}"


def found(aim: Mapping[str, Any], unit: str) -> str:
    """Return what was found of an aim."""
    return NONE if aim["found"] is None else _value(aim, aim["found"], unit)


def number(value: float) -> str:
    """Return a number with three significant digits, and no digits after the point from a hundred on."""
    if value == 0:
        return "0"
    whole = abs(value) >= 99.95
    text = f"{value:,.0f}" if whole else f"{value:.3g}"
    return text.replace(",", " ")


def _value(aim: Mapping[str, Any], value: float, unit: str) -> str:
    if aim["against"] is not None:
        return f"{number(value)}×"
    scale, shown = _scale(abs(value), unit)
    return f"{number(value * scale)} {shown}".rstrip()


def _scale(largest: float, unit: str) -> tuple[float, str]:
    """Return the factor and the unit in which figures up to `largest` read best."""
    if unit == "bytes":
        return 1 / _MEGABYTE, "MB"
    if unit == "s" and largest < 1:
        return 1000.0, "ms"
    return 1.0, unit

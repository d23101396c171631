from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from dragoman.bench import page
from dragoman.bench.base import Aim, Case, Outcome, Turn
from dragoman.bench.measures import SERIES, Curve
from dragoman.bench.plots import plots
from dragoman.bench.report import Run, build, read, write
from dragoman.bench.running import measure
from dragoman.bench.svg import Bar, Line, bars, curves
from dragoman.nouns.errors import OperatorError

from .scripted import Quiet, Scripted, given, ours_and_theirs

DOCS = Path(__file__).parents[3] / "docs"
RUN = Run("1.0", "2026-01-01T00:00:00+00:00", 1.0, 3, quick=False, seed=4)
PLACE = "# Speed\n\nOurs:\n\n<!-- bench: engine -->\nold\n<!-- /bench -->\n\nThe end.\n"
AIM = Aim("stream", "decode", "ours", against="theirs", at_least=4)


async def reported(*figures: float, name: str = "engine") -> Any:
    scenario = Scripted([ours_and_theirs(figures, [10, 10, 10])], name=name, aims=[AIM], title="A <b> & c")
    return build(await measure([scenario], given(), Quiet()), RUN)


def texts(svg: str) -> list[str]:
    """Return the texts of a picture; parsing it fails where it is no XML."""
    root = ET.fromstring(svg)
    return [one.text or "" for one in root.iter("{http://www.w3.org/2000/svg}text")]


async def test_figures_are_put_in_their_place_and_all_else_stays() -> None:
    text, drawn = page.render(PLACE, [await reported(30, 20, 40)], "speed")
    assert text.startswith("# Speed\n\nOurs:\n\n<!-- bench: engine -->\n")
    assert text.endswith("\n<!-- /bench -->\n\nThe end.\n")
    assert "old" not in text
    assert "| decode, one stream | 30 (20–40) tokens/s | 10 tokens/s | 3.00× (2.00–4.00) |" in text
    assert "| one stream: decode, one stream, ours / theirs | ≥ 4× | 3× | not reached |" in text
    assert "![decode, one stream](speed/engine-decode.svg)" in text
    assert list(drawn) == ["engine-decode.svg"]


async def test_a_page_is_rendered_again_from_what_it_was() -> None:
    reports = [await reported(30, 20, 40)]
    once, _ = page.render(PLACE, reports, "speed")
    assert page.render(once, reports, "speed")[0] == once


async def test_the_last_report_counts_and_without_one_a_place_keeps_what_it_has() -> None:
    text, _ = page.render(PLACE, [await reported(1, 1, 1), await reported(2, 2, 2)], "speed")
    assert "| decode, one stream | 2 tokens/s |" in text
    assert page.render(PLACE, [await reported(1, 1, 1, name="peers")], "speed") == (PLACE, {})


def test_a_place_of_no_scenario_is_told() -> None:
    with pytest.raises(OperatorError, match="'speed': there is no such scenario"):
        page.render("<!-- bench: speed -->\n<!-- /bench -->", [], "p")


async def test_page_and_plots_are_written(tmp_path: Path) -> None:
    place, folder = tmp_path / "speed.md", tmp_path / "speed"
    place.write_text(PLACE, encoding="utf-8")
    write(await reported(30, 20, 40), tmp_path / "r.json")
    folder.mkdir()
    for old in ("engine-old.svg", "peers-decode.svg"):
        (folder / old).write_text("old", encoding="utf-8")
    page.main([str(place), str(tmp_path / "r.json")])
    assert {one.name for one in folder.iterdir()} == {"engine-decode.svg", "peers-decode.svg"}
    assert "30 (20–40)" in place.read_text(encoding="utf-8")
    with pytest.raises(OperatorError, match="at least one report"):
        page.main([str(place)])


def test_bars_show_what_they_are_given_and_are_as_long_as_their_figures() -> None:
    one, half = Bar("a <b>", 10, 8, 20, "10 (8–20)"), Bar("other", 5, 5, 5, "5")
    svg = bars("speed & more", [("all", [one, half])])
    assert texts(svg) == ["speed & more", "all", "a <b>", "10 (8–20)", "other", "5"]
    boxes = [float(box.attrib["width"]) for box in ET.fromstring(svg) if box.tag.endswith("rect")]
    assert boxes[0] == pytest.approx(2 * boxes[1], abs=0.1)
    assert svg.count('class="w"') == 1, "a whisker only where there is a spread"


def test_curves_show_axes_and_a_legend() -> None:
    svg = curves("First word", "1/min", "s", [Line("ours", 0, [(10, 0.1), (90, 1.8)]), Line("", 0, [(1, 1)])])
    shown = texts(svg)
    assert shown[0] == "First word"
    assert {"1/min", "s", "ours", "100", "2"} <= set(shown), "axes end at round numbers"
    assert svg.count('class="l s0"') == 2


def test_nothing_makes_an_empty_plot() -> None:
    assert texts(bars("none", [])) == ["none"]
    assert texts(curves("none", "x", "y", []))[0] == "none"


async def test_series_become_curves(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("turns", "report"):
        monkeypatch.setattr(
            f"dragoman.bench.{module}.SERIES", {**SERIES, "flat": Curve("Memory", "minutes", "MB")}
        )

    async def soak(_: Turn) -> Outcome:
        return Outcome({}, {"flat": [(0, 100), (30, 101)]})

    case = Case("soak", "thirty minutes", {"ours": soak})
    made = build(await measure([Scripted([case], name="engine")], given(), Quiet()), RUN)
    ((file, (title, svg)),) = plots(made, "engine").items()
    assert (file, title) == ("engine-soak-flat.svg", "Memory: thirty minutes")
    assert {"minutes", "MB", "ours"} <= set(texts(svg))


def test_the_page_of_the_documentation_is_what_its_reports_give() -> None:
    place, folder = DOCS / "performance.md", DOCS / "performance"
    kept = place.read_text(encoding="utf-8")
    reports = [read(one) for one in sorted(folder.glob("*.json"))]
    text, drawn = page.render(kept, reports, folder.name)
    assert text == kept, "renew it: python -m dragoman.bench.page docs/performance.md docs/performance/*.json"
    assert {one.name: one.read_text(encoding="utf-8") for one in folder.glob("*.svg")} == drawn

"""What can be measured: the names that figures and curves have in the report, in words, with units."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

Better = Literal["more", "less", "neither"]


@dataclass(frozen=True, slots=True)
class Measure:
    """What a figure is.

    Attributes:
        unit: as it is shown behind the figure; empty for a mere number. `s` are shown as milliseconds where small,
            `bytes` as MB.
        better: which way is better; `neither` for what only describes the run.
        plotted: whether the page draws it.
    """

    title: str
    unit: str
    better: Better
    plotted: bool = False


@dataclass(frozen=True, slots=True)
class Curve:
    """What a series is: its title, what its two axes are, with units, and whether the page draws it."""

    title: str
    x: str
    y: str
    plotted: bool = True


MEASURES: Mapping[str, Measure] = MappingProxyType(
    {
        "prefill": Measure("prefill", "tokens/s", "more", plotted=True),
        "decode": Measure("decode, one stream", "tokens/s", "more", plotted=True),
        "generated": Measure("generated, all streams", "tokens/s", "more", plotted=True),
        "requests": Measure("requests", "1/s", "more"),
        "customers_a_minute": Measure("customers answered", "1/min", "more", plotted=True),
        "answers": Measure("answers", "1/s", "more", plotted=True),
        "first_p50": Measure("first word, p50", "s", "less"),
        "first_p95": Measure("first word, p95", "s", "less", plotted=True),
        "first_early_p95": Measure("first word at the beginning, p95", "s", "less"),
        "first_late_p95": Measure("first word at the end, p95", "s", "less"),
        "first_slower": Measure("first word at the end by that at the beginning", "", "less"),
        "between_p50": Measure("between tokens, p50", "s", "less"),
        "between_p95": Measure("between tokens, p95", "s", "less"),
        "whole_p50": Measure("whole reply, p50", "s", "less"),
        "whole_p95": Measure("whole reply, p95", "s", "less"),
        "again": Measure("messages that had been said before", "%", "neither"),
        "rung_curated": Measure("approved answers", "%", "neither"),
        "rung_cache": Measure("remembered answers", "%", "neither"),
        "rung_quoted": Measure("quoted answers", "%", "neither"),
        "rung_generated": Measure("generated answers", "%", "neither"),
        "rung_declined": Measure("declined", "%", "neither"),
        "rung_small_talk": Measure("small talk", "%", "neither"),
        "errors": Measure("requests that failed", "", "less"),
        "meant": Measure("from the rung that was meant", "%", "neither"),
        "odd_replies": Measure("replies that are no text", "", "less"),
        "prompt_tokens": Measure("tokens of a prompt", "", "neither"),
        "reply_tokens": Measure("tokens of a reply", "", "neither"),
        "memory": Measure("memory", "bytes", "less"),
        "memory_growth": Measure("own memory, last third of the time by the second", "", "less"),
        "memory_growth_desk": Measure("own memory of the desk alone, the same", "", "less"),
        "processor": Measure("processor time", "s", "neither"),
        "processor_desk": Measure("processor time an answer, desk", "s", "neither"),
        "processor_database": Measure("processor time an answer, database", "s", "neither"),
        "processor_engine": Measure("processor time an answer, engine", "s", "neither"),
        "processor_load": Measure("processor time an answer, the bench itself", "s", "neither"),
        "step_words": Measure("step of the ladder: the same words", "s", "neither"),
        "step_meaning": Measure("step of the ladder: the vector", "s", "neither"),
        "step_curated": Measure("step of the ladder: approved answers", "s", "neither"),
        "step_cache": Measure("step of the ladder: remembered answers", "s", "neither"),
        "step_search": Measure("step of the ladder: search", "s", "neither"),
        "passages": Measure("passages taken", "1/s", "more", plotted=True),
        "characters": Measure("characters of a passage", "", "neither"),
        "disk": Measure("size on disk", "bytes", "less"),
        "search_p50": Measure("a search, p50", "s", "less"),
        "search_p95": Measure("a search, p95", "s", "less", plotted=True),
        "nearest_found": Measure("of the nearest in meaning, found", "%", "more"),
    }
)
"""By name. Figures that are not measured on a side are left out of its outcome, not set to 0."""

_RATE = "customers a minute"
SERIES: Mapping[str, Curve] = MappingProxyType(
    {
        "first_by_turn": Curve("first word", "messages", "s"),
        "memory_by_minute": Curve("memory", "minutes", "MB"),
        "memory_own_by_minute": Curve("own memory", "minutes", "MB"),
        "memory_desk_by_minute": Curve("own memory of the desk alone", "minutes", "MB"),
        "first_p95_by_rate": Curve("first word, p95", _RATE, "s"),
        "rung_curated_by_rate": Curve("approved answers", _RATE, "%", plotted=False),
        "rung_cache_by_rate": Curve("remembered answers", _RATE, "%", plotted=False),
        "rung_quoted_by_rate": Curve("quoted answers", _RATE, "%", plotted=False),
        "rung_generated_by_rate": Curve("generated answers", _RATE, "%", plotted=False),
        "rung_declined_by_rate": Curve("declined", _RATE, "%", plotted=False),
        "rung_small_talk_by_rate": Curve("small talk", _RATE, "%", plotted=False),
        "passages_by_stored": Curve("passages stored", "passages there", "1/s"),
    }
)
"""Curves by name."""

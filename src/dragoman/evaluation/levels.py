"""From what was measured to what a model may be trusted with: the level of each language, and why."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from dragoman.evaluation.report import Report
from dragoman.evaluation.statistics import Share, share
from dragoman.languages.registry import LANGUAGES
from dragoman.nouns.level import Level

# The thresholds, all in one place. A reply that the model wrote and the guard let through must be worth more than the
# passage itself: whole in the customer's language and right four times of five, and never with a figure of its own.
GENERATED_RIGHT = 0.8
MOST_WRONG = 0
# Where the guard refuses nearly all that the model writes, its time is better saved: at least one answer of four.
GENERATED_PART = 0.25
# Below so many generated replies, luck decides.
FEWEST_GENERATED = 5
# A quotation is in another language at worst, but its frame is fixed text, its figures are the owner's, and a wrong
# one is seen to be about something else. What keeps it from a customer is only that the search does not understand
# the language: where fewer than two of five are right, it mostly wastes the reader's time.
QUOTED_RIGHT = 0.4

_NEVER_WRONG = ("figures_known", "nothing_unwanted")


@dataclass(frozen=True, slots=True)
class Finding:
    """The level of a language and the measurement that decided it.

    Attributes:
        asked: how many answerable questions there were.
        generated: how many the model answered past the guard, of those asked.
        right: how many of these were whole in the language and right.
        wrong: how many replies the model wrote held a figure that the knowledge does not have, or something wrong.
        found: how many of all were answered, by whichever rung, with what was asked for.
    """

    level: Level
    asked: int
    generated: Share
    right: Share
    wrong: int
    found: Share

    @property
    def reason(self) -> str:
        """The finding in a line."""
        return (
            f"{self.generated.count} of {self.asked} generated, {self.right.count} of them whole and right, "
            f"{self.wrong} with something wrong; {self.found.count} of {self.asked} answered rightly"
        )


def findings(report: Report) -> Mapping[str, Finding]:
    """Decide the level of each language in which a report of our own suites has facts asked for.

    The desk must have been run with the level *generate* in all languages, or the model was not measured.
    """
    facts = [record for record in report["records"] if "right_figure" in record.get("marks", ())]
    by_language = {code: [one for one in facts if one["language"] == code] for code in LANGUAGES}
    return {code: _finding(some) for code, some in by_language.items() if some}


def _finding(some: Sequence[Mapping[str, Any]]) -> Finding:
    generated = [one for one in some if one["source"] == "generated"]
    right = share(one["marks"]["whole_and_right"] for one in generated)
    wrong = sum(not all(one["marks"].get(name, True) for name in _NEVER_WRONG) for one in generated)
    found = share(one["marks"]["right_figure"] for one in some)
    part = Share(len(generated), len(some))
    return Finding(_level(part, right, wrong, found), len(some), part, right, wrong, found)


def _level(generated: Share, right: Share, wrong: int, found: Share) -> Level:
    if (
        generated.count >= FEWEST_GENERATED
        and (generated.value or 0) >= GENERATED_PART
        and (right.value or 0) >= GENERATED_RIGHT
        and wrong <= MOST_WRONG
    ):
        return Level.GENERATE
    return Level.QUOTE if (found.value or 0) >= QUOTED_RIGHT else Level.CURATED_ONLY


def as_toml(model: str, levels: Mapping[str, Level], reasons: Mapping[str, str] | None = None) -> str:
    """Return the file of levels that `answers/levels.py` reads."""
    measured = datetime.now(UTC).date().isoformat()
    lines = [
        "# How far this model is trusted in each language. Written by `dragoman eval --save-levels`.",
        f"model = {_quoted(model)}",
        f"measured = {measured}",
        "",
        "[levels]",
    ]
    for code, level in levels.items():
        why = f"  # {reasons[code]}" if reasons and code in reasons else ""
        lines.append(f"{code} = {_quoted(level.value)}{why}")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    # A JSON string is a TOML basic string but for DEL, which no model's name has.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")

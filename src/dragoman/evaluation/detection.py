"""Measures language detection: `python -m dragoman.evaluation.detection FILE.tsv [--json]`.

The file has the columns language, length, source and text, tab-separated, with a heading and without quoting.
"""

import argparse
import csv
import hashlib
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path

from dragoman.languages.base import LanguageDetector
from dragoman.languages.detect import Detector
from dragoman.languages.registry import LANGUAGES
from dragoman.languages.telling import without_diacritics, words_of
from dragoman.nouns.errors import OperatorError
from dragoman.nouns.language import LanguageDecision

_COLUMNS = frozenset({"language", "length", "text"})
_BINS = (0.0, 0.5, 0.7, 0.9, 0.97, 1.01)
_MOST_CONFUSIONS = 15


@dataclass(frozen=True, slots=True)
class Sample:
    """A message whose language is known. `length` names its class of length."""

    language: str
    length: str
    text: str


@dataclass(frozen=True, slots=True)
class Bin:
    """Decisions whose confidence lies between two bounds, and how many of them were right."""

    low: float
    high: float
    count: int
    right: float
    confidence: float


@dataclass(frozen=True, slots=True)
class Report:
    """What came out. Accuracies are macro averages over the languages, between 0 and 1, by class of length.

    Attributes:
        accuracy: messages as they are, nothing known beside them.
        distinct: as `accuracy`, without the messages whose words, figures aside, stand under several languages.
        plain: typed without diacritics.
        first_half, second_half: as `accuracy`; the weights were fitted on the first half only.
        same_prior: the conversation was in the message's language before.
        switched: the conversation was in another language before, every other one in turn.
        languages: accuracy by language, all lengths.
        confusions: right language, decided language, how often.
        bins: how confidence and accuracy meet.
    """

    count: int
    accuracy: dict[str, float]
    distinct: dict[str, float]
    plain: dict[str, float]
    first_half: dict[str, float]
    second_half: dict[str, float]
    same_prior: dict[str, float]
    switched: dict[str, float]
    languages: dict[str, float]
    confusions: list[tuple[str, str, int]]
    bins: list[Bin]


def in_first_half(text: str) -> bool:
    """Tell whether a message belongs to the half on which things are developed; stable, by its text alone."""
    return hashlib.sha256(text.encode()).digest()[0] % 2 == 0


def read_samples(path: Path) -> list[Sample]:
    """Read a file of messages.

    Raises:
        OperatorError: there is no such file, or a column is missing.
    """
    try:
        with path.open(encoding="utf-8", newline="") as lines:
            rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
            missing = _COLUMNS - set(rows.fieldnames or ())
            if missing:
                raise OperatorError(
                    f"{path} lacks the column {min(missing)}; it needs language, length and text."
                )
            return [Sample(row["language"], row["length"], row["text"]) for row in rows]
    except OSError as error:
        raise OperatorError(
            f"{path} cannot be read ({error.strerror}). Give a tab-separated file."
        ) from error


def measure(detector: LanguageDetector, samples: Sequence[Sample]) -> Report:
    """Run the detector over `samples` in all the ways that the report has."""
    alone = [detector.decide(sample.text) for sample in samples]
    marked = [
        (sample, decision.language == sample.language)
        for sample, decision in zip(samples, alone, strict=True)
    ]
    wrong = Counter(
        (sample.language, decision.language)
        for sample, decision in zip(samples, alone, strict=True)
        if decision.language != sample.language
    )
    return Report(
        count=len(samples),
        accuracy=macro(marked),
        distinct=_distinct(marked),
        plain=macro(_mark(samples, lambda one: detector.decide(without_diacritics(one.text)))),
        first_half=macro((sample, right) for sample, right in marked if in_first_half(sample.text)),
        second_half=macro((sample, right) for sample, right in marked if not in_first_half(sample.text)),
        same_prior=macro(_mark(samples, lambda one: detector.decide(one.text, prior=one.language))),
        switched=macro(_switched(detector, samples)),
        languages=_by_language(marked),
        confusions=[
            (right, decided, count) for (right, decided), count in wrong.most_common(_MOST_CONFUSIONS)
        ],
        bins=_bins(alone, [right for _, right in marked]),
    )


def macro(marked: Iterable[tuple[Sample, bool]]) -> dict[str, float]:
    """Average over the languages, by class of length, in the order in which the classes come."""
    tally: dict[str, dict[str, list[bool]]] = {}
    for sample, right in marked:
        tally.setdefault(sample.length, {}).setdefault(sample.language, []).append(right)
    return {
        length: sum(sum(one) / len(one) for one in by_language.values()) / len(by_language)
        for length, by_language in sorted(tally.items(), reverse=True)
    }


def _distinct(marked: Sequence[tuple[Sample, bool]]) -> dict[str, float]:
    languages: dict[str, set[str]] = {}
    for sample, _ in marked:
        languages.setdefault(_wording(sample.text), set()).add(sample.language)
    return macro((sample, right) for sample, right in marked if len(languages[_wording(sample.text)]) == 1)


def _wording(text: str) -> str:
    return " ".join(words_of(text)) or text


def _mark(
    samples: Sequence[Sample], decide: Callable[[Sample], LanguageDecision]
) -> list[tuple[Sample, bool]]:
    return [(sample, decide(sample).language == sample.language) for sample in samples]


def _switched(detector: LanguageDetector, samples: Sequence[Sample]) -> list[tuple[Sample, bool]]:
    codes = list(LANGUAGES)
    marked: list[tuple[Sample, bool]] = []
    for number, sample in enumerate(samples):
        others = [code for code in codes if code != sample.language]
        prior = others[number % len(others)]
        marked.append((sample, detector.decide(sample.text, prior=prior).language == sample.language))
    return marked


def _by_language(marked: Sequence[tuple[Sample, bool]]) -> dict[str, float]:
    tally: dict[str, list[bool]] = {}
    for sample, right in marked:
        tally.setdefault(sample.language, []).append(right)
    return {language: sum(one) / len(one) for language, one in sorted(tally.items())}


def _bins(decisions: Sequence[LanguageDecision], right: Sequence[bool]) -> list[Bin]:
    bins: list[Bin] = []
    for low, high in pairwise(_BINS):
        inside = [
            (one.confidence, ok)
            for one, ok in zip(decisions, right, strict=True)
            if low <= one.confidence < high
        ]
        if inside:
            count = len(inside)
            bins.append(
                Bin(
                    low,
                    min(high, 1.0),
                    count,
                    sum(ok for _, ok in inside) / count,
                    sum(c for c, _ in inside) / count,
                )
            )
    return bins


def as_table(report: Report) -> str:
    """Return the report as lines for a terminal, accuracies in percent."""
    rows = ("accuracy", "distinct", "plain", "first_half", "second_half", "same_prior", "switched")
    named: list[dict[str, float]] = [getattr(report, row) for row in rows]
    lines = [f"{report.count} messages", f"{'':14}" + "".join(f"{length:>10}" for length in report.accuracy)]
    for name, accuracies in zip(rows, named, strict=True):
        lines.append(f"{name:14}" + "".join(f"{100 * value:10.1f}" for value in accuracies.values()))
    lines += ["", "right → decided"]
    lines += [f"{right:>5} → {decided:4}{count:5}" for right, decided, count in report.confusions]
    lines += ["", "confidence      messages  accurate"]
    lines += [
        f"{one.low:.2f}–{one.high:.2f} ({one.confidence:.2f}) {one.count:8}{100 * one.right:10.1f}"
        for one in report.bins
    ]
    return "\n".join(lines)


def main(arguments: Sequence[str]) -> int:
    """Measure the desk's detector on a file. Returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="dragoman.evaluation.detection", description="Measure language detection."
    )
    parser.add_argument("file", type=Path, help="tab-separated, with the columns language, length and text")
    parser.add_argument("--json", action="store_true", help="print the whole report as JSON")
    chosen = parser.parse_args(arguments)
    try:
        report = measure(Detector(fallback="en"), read_samples(chosen.file))
    except OperatorError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 2
    print(json.dumps(asdict(report), ensure_ascii=False) if chosen.json else as_table(report))  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Approved questions in memory, compared by meaning.

Two things make these vectors tell questions apart that they otherwise confuse (measured with the demonstration shop's
1,260 wordings in 21 languages, each asked with the others known; right entry first, and share answered when one
answer in a hundred may be wrong):

| nearest wording | 72.5% | 4% |
| nearest wording, language's mean taken off | 91.8% | 54% |
| mean of the ten nearest wordings of an entry | 91.8% | 56% |
| both | 96.2% | 90% |

The mean of a language's vectors says "this is Khmer" and "this is a question"; without it, what is left is what is
asked. And ten wordings, most of them in other languages, are a vote where one is a chance.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from dragoman.answers.curated_concepts import Evidence, evidence_of
from dragoman.answers.same_question.marks import Marks, marks_of
from dragoman.languages.concepts import concepts_of
from dragoman.languages.folding import normalised
from dragoman.languages.places import COUNTRY, places_of
from dragoman.nouns.curated import CuratedText, EntryId

_VOTERS = 10
# With fewer wordings of a language, their mean says what they ask rather than what language they are in.
_ENOUGH = 20

Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Own:
    """An entry in one language.

    Attributes:
        text: question, wordings and answer.
        rows: of their vectors, the question's first.
        marks: of question and wordings.
        by_country: whether the answer names countries, so that it says what holds where.
    """

    text: CuratedText
    rows: range
    marks: tuple[Marks, ...]
    by_country: bool

    def spoken(self) -> frozenset[str]:
        """Return the concepts that question, wordings and answer speak of."""
        said = concepts_of(self.text.answer, self.text.language)
        return said.union(*(marks.spoken for marks in self.marks))


@dataclass(frozen=True, slots=True)
class Index:
    """The approved texts, made ready.

    Attributes:
        version: of what it was made from.
        entries: the entries; scores stand in their order.
        own: the texts by entry and language.
        raw: the vectors of all wordings, (rows, dimensions), those of an entry side by side.
        centred: the same without the mean of their language, of length 1.
        means: the mean by language, of those that have wordings enough.
        bounds: the first row of each entry.
        marks: of each row.
        by_words: the texts by language and normalised question or wording.
        evidence: what the entries speak of.
    """

    version: int
    entries: tuple[EntryId, ...]
    own: Mapping[tuple[EntryId, str], Own]
    raw: Vectors
    centred: Vectors
    means: Mapping[str, Vectors]
    bounds: NDArray[np.int64]
    marks: tuple[Marks, ...]
    by_words: Mapping[tuple[str, str], Own]
    evidence: Evidence

    def scores(self, vector: Vectors, language: str) -> tuple[NDArray[np.float32], bool]:
        """Return how near each entry is, and whether the language's mean could be taken off.

        Without it the score is the cosine of the nearest wording; scores of the two kinds cannot be compared.
        """
        mean = self.means.get(language)
        if mean is None:
            return np.maximum.reduceat(self.raw @ vector, self.bounds), False
        alike = self.centred @ _unit(vector - mean)
        ends = [*self.bounds[1:].tolist(), len(alike)]
        votes = [_vote(alike[start:end]) for start, end in zip(self.bounds.tolist(), ends, strict=True)]
        return np.array(votes, np.float32), True

    def voters(self, best: int, vector: Vectors, language: str) -> list[Marks]:
        """Return the marks of the wordings, in all languages, that lie nearest of entry `best`; none without a mean."""
        mean = self.means.get(language)
        if mean is None:
            return []
        rows = slice(*[*self.bounds.tolist(), len(self.centred)][best : best + 2])
        alike = self.centred[rows] @ _unit(vector - mean)
        nearest: list[int] = np.argsort(-alike)[:_VOTERS].tolist()
        return [self.marks[rows.start + place] for place in nearest]


def build(
    version: int,
    texts: Sequence[tuple[CuratedText, Vectors]],
    usual: Mapping[str, Vectors],
    before: Index | None = None,
) -> Index:
    """Return the index of texts with their vectors (question, wordings), an entry's side by side.

    `usual` has the average question of languages, as far as it is known: it stands in for the mean of a language with
    few wordings. Reading the marks of a thousand wordings takes most of a second: those of texts that are as they were in the index
    `before` are taken from there.
    """
    known = dict[tuple[EntryId, str], Own](before.own) if before else {}
    own: dict[tuple[EntryId, str], Own] = {}
    first: dict[EntryId, int] = {}
    languages: list[str] = []
    for text, _ in texts:
        wordings = (text.question, *text.wordings)
        rows = range(len(languages), len(languages) + len(wordings))
        first.setdefault(text.entry, rows.start)
        languages.extend([text.language] * len(wordings))
        there = known.get((text.entry, text.language))
        if there is not None and (there.text.question, *there.text.wordings) == wordings:
            marks = there.marks
        else:
            marks = tuple(marks_of(wording, text.language) for wording in wordings)
        by_country = any(place.startswith(COUNTRY) for place in places_of(text.answer, text.language))
        own[text.entry, text.language] = Own(text, rows, marks, by_country)
    raw = np.concatenate([vectors for _, vectors in texts]) if texts else np.empty((0, 0), np.float32)
    means = {**{one: usual[one] for one in set(languages) & usual.keys()}, **_means(raw, languages)}
    shifts = (
        np.stack([means.get(one, np.zeros(raw.shape[1], np.float32)) for one in languages]) if texts else raw
    )
    return Index(
        version=version,
        entries=tuple(first),
        own=MappingProxyType(own),
        raw=raw,
        centred=_unit(raw - shifts),
        means=MappingProxyType(means),
        bounds=np.array(list(first.values()), np.int64),
        marks=tuple(marks for text, _ in texts for marks in own[text.entry, text.language].marks),
        by_words=MappingProxyType(_by_words(own)),
        evidence=evidence_of((entry, marks.spoken) for (entry, _), one in own.items() for marks in one.marks),
    )


def _by_words(own: Mapping[tuple[EntryId, str], Own]) -> dict[tuple[str, str], Own]:
    """Return the texts by their words; where two entries share a wording, the first has it."""
    found: dict[tuple[str, str], Own] = {}
    for (_, language), one in own.items():
        for wording in (one.text.question, *one.text.wordings):
            found.setdefault((language, normalised(wording, language)), one)
    return found


def _means(raw: Vectors, languages: Sequence[str]) -> dict[str, Vectors]:
    of_row = np.array(languages)
    counts = {language: int((of_row == language).sum()) for language in dict.fromkeys(languages)}
    return {one: raw[of_row == one].mean(axis=0) for one, count in counts.items() if count >= _ENOUGH}


def _vote(alike: NDArray[np.float32]) -> float:
    voters = min(_VOTERS, len(alike))
    return float(np.partition(alike, -voters)[-voters:].mean())


def _unit(vectors: Vectors) -> Vectors:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9)

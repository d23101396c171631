"""A passage's figures in the customer's language, each with what it is of: `Versandkosten – Deutschland: 4,90 €`.

Nothing here is translated as a sentence. What a figure is of is read by the tables of concepts and by CLDR's names of
countries and weekdays, and said in their words for it in the customer's language; the figure is written by CLDR.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise

import regex

from dragoman.languages.concepts import concepts_of, names, spoken_of
from dragoman.languages.places import named_in, place_name
from dragoman.languages.quantities import Identifier, IdentifierKind, Kind, Quantity, find, identifiers, write
from dragoman.nouns.knowledge import Passage

Asked = frozenset[Kind | IdentifierKind]
"""Kinds of figures that a question asks for."""

_TIME: Asked = frozenset({Kind.DURATION, Kind.DATE, Kind.TIME})
_MEASURES: Asked = frozenset(Kind) - _TIME
_ADDRESSES: Asked = frozenset(IdentifierKind)
# What a question that speaks of a concept asks for. "How much" is said of more than money.
_ASKED: dict[str, Asked] = {
    **dict.fromkeys(("how_long", "when", "opening_hours", "deadline", "expire", "time_of_day"), _TIME),
    **dict.fromkeys(("minute", "hour", "day", "working_day", "week", "month", "year"), _TIME),
    **dict.fromkeys(("how_much", "how_many", "quantity", "maximum_number", "maximum", "minimum"), _MEASURES),
    **dict.fromkeys(("price", "postage", "discount", "tax"), frozenset({Kind.MONEY, Kind.PERCENT})),
    **dict.fromkeys(("currency", "money"), frozenset({Kind.MONEY})),
    "often": frozenset({Kind.NUMBER, Kind.DURATION}),
    "age": frozenset({Kind.NUMBER, Kind.DURATION}),
    "weight": frozenset({Kind.MASS}),
    "length": frozenset({Kind.LENGTH}),
    "size": frozenset({Kind.LENGTH, Kind.VOLUME, Kind.AREA}),
    "volume": frozenset({Kind.VOLUME}),
    "temperature": frozenset({Kind.TEMPERATURE}),
    "phone": frozenset({IdentifierKind.PHONE}),
    "contact": frozenset({IdentifierKind.PHONE, IdentifierKind.EMAIL}),
    "email": frozenset({IdentifierKind.EMAIL}),
    "email_address": frozenset({IdentifierKind.EMAIL}),
    "link": frozenset({IdentifierKind.LINK}),
    "website": frozenset({IdentifierKind.LINK}),
    "where": _ADDRESSES,
}
# Where a part of a sentence ends that has a figure of its own, in all scripts. What is said of a figure before it may
# be an enumeration; what is said behind it ends with the first comma.
_PART_END = regex.compile(r"[;:()。！？!?；：؛।။]|\.(?:\s|$)| [–—] ")
_TAIL_END = regex.compile(rf"{_PART_END.pattern}|[,、，،၊]")
# A name of the owner's own, which is the same in every language: "Bodensee".
_OWN_NAME = regex.compile(r"[“„«「\"]([^“”„«»「」\"]{2,40})[”“»」\"]")
# Two times of day or days of the week with so little between them are from one to the other.
_BETWEEN = 8
# What a price, or whatever is counted, says by itself.
_SAID_BY_KIND: dict[Kind | IdentifierKind, frozenset[str]] = {
    Kind.MONEY: frozenset({"price", "pay"}),
    Kind.VOLUME: frozenset({"volume"}),
    Kind.MASS: frozenset({"weight"}),
    Kind.LENGTH: frozenset({"length"}),
    Kind.TEMPERATURE: frozenset({"temperature"}),
}
# How a list and what follows a colon are written where it is not ", ", ": " and "; ".
_COMMAS = {"zh": "、", "ja": "、", "ar": "، ", "fa": "، ", "ur": "، "}
_COLONS = {"fr": "\N{NO-BREAK SPACE}: ", "zh": "：", "ja": "：", "km": "៖ "}
_SEMICOLONS = {"fr": "\N{NO-BREAK SPACE}; ", "zh": "；", "ja": "；", "ar": "؛ ", "fa": "؛ ", "ur": "؛ "}
_MOST_LABELS = 4
_MOST_BEHIND = 2
_MOST_FIGURES = 6


def asked_for(text: str, language: str) -> Asked:
    """Return which kinds of figures a question asks for; none where it asks for something else.

    A question that brings a figure ("isn't it 30 days?") asks for its kind.
    """
    spoken = concepts_of(text, language)
    kinds: set[Kind | IdentifierKind] = {one.kind for one in find(text, language) if not one.weak}
    kinds.discard(Kind.NUMBER)  # of an order, of a room
    return frozenset(kinds.union(*(kinds for concept, kinds in _ASKED.items() if concept in spoken)))


def in_short(
    passage: Passage, sentences: Sequence[str], language: str, asked: Asked | None = None
) -> str | None:
    """Return the figures of some sentences of a passage in a language, as one line; None where there is nothing to tell.

    Args:
        sentences: of the passage, in order.
        language: the code of the language to say them in.
        asked: the kinds to tell; None: all. A figure of which nothing tells what it is of is left out.
    """
    titled = next(
        (one for one in (*passage.headings[-1:], passage.title) if _labels(one, passage.language)), ""
    )
    heading = _labels(titled, passage.language)
    about = _listed(heading, language)
    # "Delivery costs" says that it is about deliveries, in any language's word for their costs.
    said = concepts_of(titled, passage.language).union(heading)
    told: dict[tuple[str, str], str] = {}
    before = ""
    for sentence in sentences:
        for figure in _figures(sentence, passage.language):
            if asked is not None and figure.kind not in asked:
                continue
            counted = figure.kind is Kind.NUMBER
            labels = _listed([one for one in figure.labels if counted or one not in said], language)
            if not labels and before:  # else it would seem to be of what the one before it is of
                labels = _listed(figure.labels, language)
            # A bare number says nothing unless it was asked for.
            if labels or (about and (not counted or asked is not None)):
                label = "" if labels == before else labels
                told.setdefault((labels or before, figure.written(language)), label)
                before = labels or before
    if not told:
        return None
    first = islice(told.items(), _MOST_FIGURES)
    items = _semicolons([_colon(label, one, language) for (_, one), label in first], language)
    if about and any(told.values()):
        return f"{about} – {items}"
    return _colon(about, items, language)


def _semicolons(items: Sequence[str], language: str) -> str:
    sign = _SEMICOLONS.get(language, "; ")
    # "；" would be taken for a part of the address before it.
    *parted, last = [
        item if item.endswith("**") or sign[0] in "; \N{NO-BREAK SPACE}" else f"{item} " for item in items
    ]
    return sign.join((*parted, last.rstrip()))


def _colon(label: str, said: str, language: str) -> str:
    return f"{label}{_COLONS.get(language, ': ')}{said}" if label else said


@dataclass(frozen=True, slots=True)
class _Figure:
    """A figure of a sentence, or two with all between them.

    Attributes:
        labels: what it is of: ids of concepts, keys of places, own names in quotation marks.
    """

    parts: tuple[Quantity | Identifier, ...]
    labels: tuple[str, ...]

    @property
    def kind(self) -> Kind | IdentifierKind:
        return self.parts[0].kind

    def written(self, language: str) -> str:
        """Return it in Markdown: a figure stands out; an address does not, lest its marks be taken for its end."""
        written = [write(one, language) for one in self.parts if isinstance(one, Quantity)]
        return f"**{'–'.join(written)}**" if written else self.parts[0].text


def _figures(sentence: str, language: str) -> Iterator[_Figure]:
    """Yield the figures of a sentence with what they are of: what is said before them, or else after them."""
    groups = _grouped(sentence, language)
    ends = [found.start() for found in _PART_END.finditer(sentence)]
    tail_ends = [found.start() for found in _TAIL_END.finditer(sentence)]
    said = 0
    last: tuple[str, ...] = ()
    starts = [*(group[0].start for group in groups), len(sentence)]
    for group, following in zip(groups, starts[1:], strict=True):
        start, end = group[0].start, group[-1].end
        before = sentence[max([said, *(one + 1 for one in ends if one < start)]) : start]
        tail = min([following, *(one for one in tail_ends if one >= end)])
        labels, said = _before(group[0], before, language), end
        if not labels:  # "7 percent on tea": what is said behind the one is not said of the next
            labels, said = _behind(group[0], sentence[end:tail], language), tail
        # "It takes 3 days and costs €5": what is said of neither is said of both.
        last = labels or last
        yield _Figure(group, last)


def _before(figure: Quantity | Identifier, text: str, language: str) -> tuple[str, ...]:
    if figure.kind is Kind.NUMBER:  # what is counted stands behind it
        return ()
    own = _SAID_BY_KIND.get(figure.kind, frozenset[str]())
    return tuple(one for one in _labels(text, language) if one not in own)[-_MOST_LABELS:]


def _behind(figure: Quantity | Identifier, text: str, language: str) -> tuple[str, ...]:
    own = _SAID_BY_KIND.get(figure.kind, frozenset[str]())
    return tuple(one for one in _labels(text, language) if one not in own)[:_MOST_BEHIND]


def _grouped(sentence: str, language: str) -> list[tuple[Quantity | Identifier, ...]]:
    """Return the figures in their order; two times of day close to each other are one."""
    found = sorted(
        (*(one for one in find(sentence, language) if _tells(one, sentence)), *identifiers(sentence)),
        key=lambda one: one.start,
    )
    groups: list[tuple[Quantity | Identifier, ...]] = []
    for one in found:
        last = groups[-1] if groups else None
        if last is not None and len(last) == 1 and _is_span(last[0], one, sentence):
            groups[-1] = (last[0], one)
        else:
            groups.append((one,))
    return groups


def _tells(one: Quantity, sentence: str) -> bool:
    """Leave out what counts nothing: an article that may be a number, the two of "two-step"."""
    joined = sentence[one.end : one.end + 1] == "-" and sentence[one.end + 1 : one.end + 2].isalpha()
    return not one.weak and not (one.kind is Kind.NUMBER and joined)


def _is_span(first: Quantity | Identifier, second: Quantity | Identifier, sentence: str) -> bool:
    between = sentence[first.end : second.start]
    both_times = first.kind is Kind.TIME and second.kind is Kind.TIME
    return both_times and len(between) <= _BETWEEN and not _TAIL_END.search(between)


def _labels(text: str, language: str) -> list[str]:
    """Return what a text speaks of: concepts, then countries and weekdays, then names of the owner's own."""
    places = named_in(text, language)
    concepts = [one for one in spoken_of(text, language) if one != "weekend" or not places]
    # "My orders" is a menu; a name of the owner's own speaks of nothing that has a name in every language.
    own = [found[0] for found in _OWN_NAME.finditer(text) if not spoken_of(found[1], language)]
    return [*concepts, *places, *own]


def _listed(labels: Sequence[str], language: str) -> str:
    """Return the labels in a language, each once; two weekdays in a row are from one to the other."""
    called = names(language)
    said: list[str] = []
    for before, label in pairwise(["", *labels]):
        name = called.get(label) or place_name(label, language) or label
        if before.startswith("day:") and label.startswith("day:"):
            said[-1] = f"{said[-1]}–{name}"
        elif name not in said:
            said.append(name)
    return _COMMAS.get(language, ", ").join(said)

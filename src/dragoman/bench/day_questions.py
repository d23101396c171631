"""What customers say in the course of a day: six messages in ten have been said before, as they were or in other words.

A message is new with a fixed probability, and otherwise one drawn evenly from all that have been said: what is asked
much is asked more. Simon showed that this makes a Zipf distribution (H. A. Simon, "On a class of skew distribution
functions", Biometrika 42, 1955), here with about 1/rank^0.6, without a list of ranks that somebody has made up.
"""

import random
import tomllib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from types import MappingProxyType

from dragoman.bench.shop import Wording
from dragoman.evaluation.suites import questions

AGAIN = 0.6
"""The share of messages that have been said before, in these words or in others."""
_IN_OTHER_WORDS = 0.5
_SECOND = 0.3
_PAUSE_SECONDS = (1.0, 4.0)

FACTS, APPROVED, OFF_TOPIC, SMALL_TALK = "facts", "approved", "off topic", "small talk"
_KINDS: Mapping[str, float] = MappingProxyType({FACTS: 0.4, APPROVED: 0.4, OFF_TOPIC: 0.1, SMALL_TALK: 0.1})
"""How often what is new is of a kind."""


@dataclass(frozen=True, slots=True)
class Intent:
    """Something that customers want.

    Attributes:
        kind: one of the four.
        wordings: what they say then, at least one.
    """

    kind: str
    language: str
    wordings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Message:
    """What one customer says once.

    Attributes:
        again: whether somebody has said the same before, in these words or in others.
    """

    text: str
    intent: Intent
    again: bool


@dataclass(frozen=True, slots=True)
class Customer:
    """What one customer says, in one language; so many seconds after each reply the next."""

    messages: Sequence[Message]
    pause: float


def intents(withheld: Sequence[Wording]) -> Sequence[Intent]:
    """Return all that customers want.

    Args:
        withheld: wordings of approved answers that the desk does not have.
    """
    approved: dict[tuple[str, str], list[str]] = defaultdict(list)
    for one in withheld:
        approved[one.entry, one.language].append(one.text)
    return [
        *(Intent(FACTS, one.language, (one.question,)) for one in questions(["facts"])),
        *(Intent(APPROVED, language, tuple(texts)) for (_, language), texts in approved.items()),
        *(Intent(OFF_TOPIC, one.language, (one.question,)) for one in questions(["declining"])),
        *_small_talk(),
    ]


def _small_talk() -> list[Intent]:
    known = tomllib.loads(
        (resources.files("dragoman.languages") / "small_talk.toml").read_text(encoding="utf-8")
    )
    return [
        Intent(SMALL_TALK, language, tuple(texts))
        for language, kinds in known.items()
        for texts in kinds.values()
    ]


class Day:
    """Draws what is said, one message after the other.

    Args:
        wanted: all that customers want; once everything has been said, what comes has been said before.
    """

    def __init__(self, wanted: Sequence[Intent], draw: random.Random) -> None:
        self._draw = draw
        self._unsaid: dict[str, list[Intent]] = {kind: [] for kind in _KINDS}
        for one in draw.sample(wanted, len(wanted)):
            self._unsaid[one.kind].append(one)
        self._said: dict[str | None, list[Message]] = defaultdict(list)

    def customer(self) -> Customer:
        """Return the next customer; three in ten have a second question."""
        first = self.message()
        messages = [first]
        if self._draw.random() < _SECOND:
            messages.append(self.message(first.intent.language))
        return Customer(messages, self._draw.uniform(*_PAUSE_SECONDS))

    def message(self, language: str | None = None) -> Message:
        """Return what is said next, in a language if one is given.

        Raises:
            ValueError: nobody says anything in that language.
        """
        message = self._next(language)
        self._said[None].append(message)
        self._said[message.intent.language].append(message)
        return message

    def _next(self, language: str | None) -> Message:
        said = self._said[language]
        if said and self._draw.random() < AGAIN:
            return self._again(said)
        fresh = self._fresh(language)
        if fresh is not None:
            return Message(self._draw.choice(fresh.wordings), fresh, again=False)
        if not said:
            raise ValueError(f"no customer speaks {language}")
        return self._again(said)

    def _again(self, said: Sequence[Message]) -> Message:
        earlier = self._draw.choice(said)
        in_other_words = self._draw.random() < _IN_OTHER_WORDS
        text = self._draw.choice(earlier.intent.wordings) if in_other_words else earlier.text
        return Message(text, earlier.intent, again=True)

    def _fresh(self, language: str | None) -> Intent | None:
        drawn = self._draw.choices(list(_KINDS), list(_KINDS.values()))[0]
        for kind in (drawn, *_KINDS):
            unsaid = self._unsaid[kind]
            for place in reversed(range(len(unsaid))):
                if language in (None, unsaid[place].language):
                    return unsaid.pop(place)
        return None


def customers(wanted: Sequence[Intent], count: int, draw: random.Random) -> Sequence[Customer]:
    """Return the customers of a day, in the order in which they come."""
    day = Day(wanted, draw)
    return [day.customer() for _ in range(count)]

"""Greetings, thanks and the like: answered from phrases, in all languages, and no question to the knowledge."""

import tomllib
from collections.abc import Mapping
from importlib import resources
from typing import Self

import regex

from dragoman.answers.base import Answer
from dragoman.languages.phrases import Phrases
from dragoman.nouns.message import Source

PERSON = "person"
"""The kind of message that asks for a human being."""

# What stands between words and around them; letters, their marks and digits are what is compared.
_BETWEEN = regex.compile(r"[^\p{L}\p{M}\p{N}]+")
# Small talk is short. A longer message says more than hello.
_MOST_CHARS = 80


class SmallTalk:
    """Knows small talk by whole short messages.

    Args:
        known: language code → kind → messages, as `languages/small_talk.toml` has them.
        phrases: the replies, in the section `small_talk`.
        contact: where a person can be reached, or None.
    """

    def __init__(
        self, known: Mapping[str, Mapping[str, list[str]]], phrases: Phrases, *, contact: str | None = None
    ) -> None:
        self._phrases = phrases
        self._contact = contact
        self._kinds = {
            language: {_key(text): kind for kind, texts in kinds.items() for text in texts}
            for language, kinds in known.items()
        }

    @classmethod
    def load(cls, phrases: Phrases, *, contact: str | None = None) -> Self:
        """Read what comes with the package."""
        source = resources.files("dragoman.languages") / "small_talk.toml"
        return cls(tomllib.loads(source.read_text(encoding="utf-8")), phrases, contact=contact)

    def answer(self, text: str, language: str) -> Answer | None:
        """Return the answer to a message that is nothing but small talk, in `language`, else None."""
        kind = self._kind(text, language)
        if kind is None:
            return None
        return Answer(self._reply(kind, language), Source.CURATED, reason=f"small_talk_{kind}")

    def _kind(self, text: str, language: str) -> str | None:
        if len(text) > _MOST_CHARS:
            return None
        key = _key(text)
        own = self._kinds[language].get(key)
        # "ok" and "hello" are said in every language, and need not decide one.
        return own or next((kinds[key] for kinds in self._kinds.values() if key in kinds), None)

    def _reply(self, kind: str, language: str) -> str:
        if kind == PERSON:
            return offer_of_a_person(self._phrases, language, self._contact)
        return self._phrases.text(f"small_talk.{kind}", language)


def offer_of_a_person(phrases: Phrases, language: str, contact: str | None) -> str:
    """Return the words that offer a person: where to reach one, where the owner has said so."""
    if contact:
        return phrases.text("answer.contact", language, contact=contact)
    return phrases.text("answer.person", language)


def _key(text: str) -> str:
    # Turkish has two letters i, of which casefold makes three; small talk needs no more than one.
    folded = text.casefold().replace("i\u0307", "i").replace("ı", "i")
    return _BETWEEN.sub(" ", folded).strip()

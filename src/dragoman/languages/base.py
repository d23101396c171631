"""What a language detector is to the desk: the one who says, once a turn, which language to answer in."""

from collections.abc import Sequence
from typing import Protocol

from dragoman.nouns.language import LanguageDecision


class LanguageDetector(Protocol):
    """Decides the language of a message. Every implementation is quick enough to be called in the event loop."""

    def decide(
        self, text: str, *, prior: str | None = None, chosen: str | None = None, hints: Sequence[str] = ()
    ) -> LanguageDecision:
        """Decide in which language to answer `text`. Never raises, whatever the text holds.

        Args:
            text: the customer's message, at most as long as the desk takes.
            prior: the conversation's language so far, or None on its first message.
            chosen: the language the customer picked; it wins outright.
            hints: codes of the languages the browser prefers, best first.
        """
        ...

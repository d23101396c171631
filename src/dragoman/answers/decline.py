"""The last rung: nothing bears on the question, so say so, say what can be asked, and offer a person."""

from collections.abc import Sequence

from dragoman.answers.base import Answer
from dragoman.answers.small_talk import offer_of_a_person
from dragoman.languages.phrases import Phrases
from dragoman.nouns.message import Source

# More topics than this are no help to somebody who reads on a phone.
MOST_TOPICS = 10


class Decline:
    """Declines honestly.

    Args:
        phrases: the words, in the section `answer`.
        contact: where a person can be reached, or None.
    """

    def __init__(self, phrases: Phrases, *, contact: str | None = None) -> None:
        self._phrases = phrases
        self._contact = contact

    def answer(self, language: str, topics: Sequence[str], reason: str) -> Answer:
        """Return the words of a decline.

        Args:
            language: the customer's.
            topics: the names of the topic areas that the knowledge covers, in that language where it has them.
            reason: why nothing was said, in snake_case; it is counted and logged.
        """
        parts = [self._phrases.text("answer.declined", language)]
        if topics:
            # Names of topics have commas of their own.
            names = "; ".join(topics[:MOST_TOPICS])
            parts.append(self._phrases.text("answer.topics", language, topics=names))
        parts.append(offer_of_a_person(self._phrases, language, self._contact))
        return Answer("\n\n".join(parts), Source.DECLINED, reason=reason)

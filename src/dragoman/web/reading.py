"""Reading a customer's words off a request: cleaned, bounded, never empty."""

from dragoman.languages.cleaning import clean
from dragoman.nouns.errors import MessageEmptyError, MessageTooLongError


def read_message(text: str, *, max_chars: int) -> str:
    """Return the message as it is stored and answered.

    Raises:
        MessageTooLongError: it has more than `max_chars` characters.
        MessageEmptyError: nothing that can be read is left of it.
    """
    # The raw length is bounded first, so that a huge text costs no cleaning.
    if len(text) > 4 * max_chars:
        raise MessageTooLongError(limit=max_chars)
    cleaned = clean(text)
    if not cleaned:
        raise MessageEmptyError
    if len(cleaned) > max_chars:
        raise MessageTooLongError(limit=max_chars)
    return cleaned

"""What a model may be trusted with in a language."""

from enum import StrEnum


class Level(StrEnum):
    """How far down the ladder of answers a turn goes in a language, as measured for the model in use."""

    GENERATE = "generate"
    """The model writes, the guard checks, and what fails is quoted."""
    QUOTE = "quote"
    """The model does not write: passages are quoted in a frame of the customer's language."""
    CURATED_ONLY = "curated only"
    """Only answers that a person approved, and cached ones; anything else is declined."""

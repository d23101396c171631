"""What a model is told that may say what it likes. The desk tells its own another thing: `dragoman.answers.generate`."""

from collections.abc import Sequence

from dragoman.engines.base import ChatMessage

INSTRUCTIONS = (
    "You are a helpful, friendly customer-service assistant. Answer in one to three short sentences. "
    "Do not invent prices, dates, addresses or links."
)


def build(question: str, *, history: Sequence[ChatMessage], language: str, rule: str) -> list[ChatMessage]:
    """Return the prompt for one answer.

    Args:
        question: what the customer wrote.
        history: the conversation before it, already cut to its budget.
        language: the English name of the language to answer in.
        rule: the rule about the reply's language, in that language. It stands last, after the question, and
            said in English before: so a small model follows it best (docs/decisions/0006-the-prompt.md).
    """
    return [
        ChatMessage("system", INSTRUCTIONS),
        *history,
        ChatMessage("user", f"{question}\n\n(Answer only in {language}. {rule})"),
    ]

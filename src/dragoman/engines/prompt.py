"""What the model is told. What is the same for all customers comes first, so that engines can share it."""

from collections.abc import Sequence

from dragoman.engines.base import ChatMessage

INSTRUCTIONS = (
    "You are the assistant of a customer-service desk. Answer the customer's last message in one to three short, "
    "polite sentences. Do not repeat yourself. Do not invent prices, dates, addresses or links; "
    "when you do not know something, say so."
)


def build(question: str, *, history: Sequence[ChatMessage], rule: str) -> list[ChatMessage]:
    """Return the prompt for one answer.

    Args:
        question: what the customer wrote.
        history: the conversation before it, already cut to its budget.
        rule: the rule about the reply's language, in that language. It stands last, after the question:
            there, and in the language that is wanted, a small model follows it best.
    """
    return [
        ChatMessage("system", INSTRUCTIONS),
        *history,
        ChatMessage("user", f"{question}\n\n({rule})"),
    ]

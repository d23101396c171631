"""Prompts of an exact length that nobody has seen before.

They are sentences of common words, each of which is one token of the Qwen2 family's vocabulary (a test holds it to the
real weights), so that a prompt is as long as asked on every side. Other vocabularies come out a little longer; the
report has the server's own counts. The words are drawn anew from each seed: a prefix cache finds only what is meant to
be shared.
"""

import random
from collections.abc import Mapping, Sequence

Messages = Sequence[Mapping[str, str]]

_ADJECTIVES = (
    "red", "blue", "green", "old", "new", "small", "large", "heavy", "light", "cheap", "fast", "slow", "round", "quiet",
    "bright", "dark", "clean", "simple", "strong", "soft", "cold", "warm", "long", "short", "wide", "thin",
)  # fmt: skip
_NOUNS = (
    "table", "chair", "lamp", "box", "phone", "camera", "watch", "book", "door", "window", "garden", "kitchen", "bottle",
    "bag", "coat", "shoe", "paper", "machine", "engine", "battery", "cable", "screen", "key", "card", "glass", "mirror",
    "clock", "radio", "desk", "bed",
)  # fmt: skip
_VERBS = (
    "needs", "holds", "covers", "follows", "replaces", "supports", "moves", "opens", "matches", "protects", "meets",
    "carries", "shows", "keeps",
)  # fmt: skip
_SENTENCE_TOKENS = 8
TEMPLATE_TOKENS = {"system": 5, "user": 5, "open": 3}
"""What ChatML adds to each message, and before the reply: `<|im_start|>`, the role, `<|im_end|>`, line breaks."""


def text(tokens: int, draw: random.Random) -> str:
    """Return sentences of exactly so many tokens.

    Each is "The red table holds the old chair." and has eight; the last one is cut.
    """
    words: list[str] = []
    while len(words) < tokens:
        words += _sentence(draw)
    return _joined(words[:tokens])


def chat(
    tokens: int,
    seed: int,
    *,
    shared: int = 0,
    number: int = 0,
    task: str = "Write a long story about these things.",
) -> Messages:
    """Return a chat whose prompt has so many tokens, the template's own included.

    Args:
        shared: how many tokens of the beginning are the same in every chat of every seed.
        number: which of the chats of one seed; no two have the same end.
        task: ends the prompt; so many words as it has, and its full stop, are counted as tokens.
    """
    draw = random.Random(f"{seed} {number}")
    asked = len(task.split()) + 1
    rest = tokens - TEMPLATE_TOKENS["user"] - TEMPLATE_TOKENS["open"] - asked
    if not shared:
        # Without a system message of its own, the template puts in one that the model was trained with.
        system = text(1, draw)
        rest -= TEMPLATE_TOKENS["system"] + 1
    else:
        system = text(shared - TEMPLATE_TOKENS["system"], random.Random("the same for all"))
        rest -= shared
    return [
        {"role": "system", "content": system},
        {"role": "user", "content": f"{text(rest, draw)} {task}"},
    ]


def _sentence(draw: random.Random) -> list[str]:
    first, second = draw.choice(_ADJECTIVES), draw.choice(_ADJECTIVES)
    subject, thing = draw.sample(_NOUNS, 2)
    return ["The", first, subject, draw.choice(_VERBS), "the", second, thing, "."]


def _joined(words: Sequence[str]) -> str:
    return " ".join(words).replace(" .", ".")

"""What the replies of a load come to."""

import re
from collections.abc import Mapping
from itertools import pairwise
from statistics import median

from dragoman.bench.load import Load, Reply
from dragoman.bench.statistics import percentile
from dragoman.bench.subject import Subject

# A reply of many words of which fewer than this share differ goes round in circles; one with more replacement
# characters than this share was cut in the middle of its letters.
_LEAST_DIFFERENT = 0.1
_MOST_BROKEN = 0.02
_MANY_WORDS = 20


def prefill(load: Load) -> dict[str, float]:
    """Return how fast prompts were read that ask for a single token each, one after the other."""
    whole = [one for one in load.replies if one.error is None and one.prompt_tokens]
    seconds = sum(one.first or 0.0 for one in whole)
    rate = {"prefill": sum(one.prompt_tokens or 0 for one in whole) / seconds} if seconds else {}
    return {**rate, **first_tokens(load), **_counts(load)}


def decode(load: Load) -> dict[str, float]:
    """Return how fast one stream was written, from its first token to its last."""
    rates = [rate for one in load.replies if (rate := _decode_rate(one))]
    return {**({"decode": median(rates)} if rates else {}), **between_tokens(load), **_counts(load)}


def chats(load: Load) -> dict[str, float]:
    """Return what simultaneous chats come to, from the first request to the last token."""
    whole = [one for one in load.replies if one.error is None]
    written = sum(one.reply_tokens or 0 for one in whole)
    return {
        "generated": written / load.seconds,
        "requests": len(whole) / load.seconds,
        **first_tokens(load),
        **between_tokens(load),
        **_named({"whole_p95": percentile([one.seconds for one in whole], 0.95)}),
        **_counts(load),
    }


def first_tokens(load: Load) -> dict[str, float]:
    """Return the times to the first token."""
    firsts = [one.first for one in load.replies if one.first is not None]
    return _named({"first_p50": percentile(firsts, 0.5), "first_p95": percentile(firsts, 0.95)})


def between_tokens(load: Load) -> dict[str, float]:
    """Return the times between pieces of text of one reply: what a reader feels as stuttering."""
    gaps = [later - earlier for one in load.replies for earlier, later in pairwise(one.times)]
    return _named({"between_p50": percentile(gaps, 0.5), "between_p95": percentile(gaps, 0.95)})


def of_subject(subject: Subject, processor_before: float | None) -> dict[str, float]:
    """Return what it weighs now, and the processor time since `processor_before`."""
    now = subject.processor_seconds()
    used = None if now is None or processor_before is None else now - processor_before
    return _named({"memory": subject.memory_bytes(), "processor": used})


def notes(load: Load, tokens: int) -> list[str]:
    """Return what a reader must know: failures by kind, and replies shorter or longer than asked."""
    kinds: dict[str, int] = {}
    for one in load.replies:
        if one.error is not None:
            kinds[one.error] = kinds.get(one.error, 0) + 1
    other = sum(one.error is None and one.reply_tokens != tokens for one in load.replies)
    said = [f"{count} requests failed: {kind}" for kind, count in kinds.items()]
    return [*said, *([f"{other} replies were not of {tokens} tokens"] if other else [])]


def is_text(reply: Reply) -> bool:
    """Tell whether a reply is words: not empty, not broken characters, not one word over and over."""
    words = re.findall(r"\w+", reply.text)
    if not words or reply.text.count("\ufffd") > _MOST_BROKEN * len(reply.text):
        return False
    return len(words) < _MANY_WORDS or len(set(words)) >= _LEAST_DIFFERENT * len(words)


def _decode_rate(reply: Reply) -> float | None:
    if reply.error is not None or not reply.reply_tokens or len(reply.times) < 2:
        return None
    # The first piece is the end of the prefill; a piece may carry several tokens, so the count is the server's own.
    return (reply.reply_tokens - 1) / (reply.times[-1] - reply.times[0])


def _counts(load: Load) -> dict[str, float]:
    whole = [one for one in load.replies if one.error is None]
    prompts = [one.prompt_tokens for one in whole if one.prompt_tokens is not None]
    replies = [one.reply_tokens for one in whole if one.reply_tokens is not None]
    return {
        "errors": len(load.replies) - len(whole),
        "odd_replies": sum(one.reply_tokens != 1 and not is_text(one) for one in whole),
        **_named(
            {
                "prompt_tokens": median(prompts) if prompts else None,
                "reply_tokens": median(replies) if replies else None,
            }
        ),
    }


def _named(found: Mapping[str, float | None]) -> dict[str, float]:
    return {name: float(value) for name, value in found.items() if value is not None}

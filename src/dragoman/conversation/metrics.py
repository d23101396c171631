"""What is counted of turns."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from dragoman.nouns.language import LanguageDecision
from dragoman.nouns.message import Reply
from dragoman.watching.metrics import SECONDS_BUCKETS, WORD_BUCKETS


class TurnMetrics:
    """Counts turns by language and rung, and how long customers wait.

    Args:
        registry: where the metrics are told.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self._decisions = Counter(
            "dragoman_language_decisions_total",
            "Language decisions.",
            ["language", "decided_by"],
            registry=registry,
        )
        self._replies = Counter(
            "dragoman_replies_total", "Replies given, by rung.", ["language", "source"], registry=registry
        )
        self._failures = Counter(
            "dragoman_turn_failures_total", "Turns without a reply.", ["code"], registry=registry
        )
        self._first_word = Histogram(
            "dragoman_first_word_seconds",
            "From a message's arrival to the first word of its reply.",
            ["source"],
            buckets=SECONDS_BUCKETS,
            registry=registry,
        )
        self._answer = Histogram(
            "dragoman_answer_seconds",
            "From a message's arrival to the end of its reply.",
            ["source"],
            buckets=SECONDS_BUCKETS,
            registry=registry,
        )
        self._reasons = Counter(
            "dragoman_reply_reasons_total",
            "Replies given, by rung and by why this rung and no earlier one.",
            ["source", "reason"],
            registry=registry,
        )
        self._next_piece = Histogram(
            "dragoman_next_piece_seconds",
            "From one piece of a reply (a word, or a sentence that had to be checked) to the next.",
            buckets=(*WORD_BUCKETS, 10.0),
            registry=registry,
        )
        self.live = Gauge("dragoman_turns_live", "Turns being answered now.", registry=registry)

    def decided(self, decision: LanguageDecision) -> None:
        """Count a language decision."""
        self._decisions.labels(decision.language, decision.decided_by).inc()

    def replied(self, reply: Reply) -> None:
        """Count a reply and its times."""
        self._replies.labels(reply.decision.language, reply.source).inc()
        self._reasons.labels(reply.source, reply.reason or "none").inc()
        self._answer.labels(reply.source).observe(reply.seconds)
        if reply.first_word_seconds is not None:
            self._first_word.labels(reply.source).observe(reply.first_word_seconds)

    def waited_for_piece(self, seconds: float) -> None:
        """Count the time between two pieces of a reply."""
        self._next_piece.observe(seconds)

    def failed(self, code: str) -> None:
        """Count a turn that ended without a reply."""
        self._failures.labels(code).inc()

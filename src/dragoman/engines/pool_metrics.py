"""What is counted of a pool of engines."""

from prometheus_client import CollectorRegistry, Counter, Gauge

from dragoman.engines.pool_member import Member


class PoolMetrics:
    """Counts, by the engine's name, what was sent where and what was passed over.

    Args:
        registry: where the metrics are told.
        members: told from the first moment, with zeros.
    """

    def __init__(self, registry: CollectorRegistry, members: tuple[Member, ...]) -> None:
        self._replies = Counter(
            "dragoman_pool_replies_total",
            "Replies begun, by engine, and whether the prompt's beginning was known there.",
            ["engine", "warm"],
            registry=registry,
        )
        self._passed_over = Counter(
            "dragoman_pool_passed_over_total",
            "Requests that an engine did not begin to answer and the next one was asked.",
            ["engine", "code"],
            registry=registry,
        )
        self._interrupted = Counter(
            "dragoman_pool_interrupted_total",
            "Replies that broke off after their first word.",
            ["engine"],
            registry=registry,
        )
        self._probes = Counter(
            "dragoman_pool_probes_total", "Probes by one token.", ["engine", "result"], registry=registry
        )
        up = Gauge(
            "dragoman_pool_engine_up", "1 where the engine is in service.", ["engine"], registry=registry
        )
        outstanding = Gauge(
            "dragoman_pool_outstanding_tokens",
            "Estimated tokens of the requests under way.",
            ["engine"],
            registry=registry,
        )
        for member in members:
            up.labels(member.name).set_function(lambda member=member: float(member.serving))
            outstanding.labels(member.name).set_function(lambda member=member: float(member.outstanding))

    def began(self, member: Member, *, warm: bool) -> None:
        """Count a first word."""
        self._replies.labels(member.name, "yes" if warm else "no").inc()

    def passed_over(self, member: Member, code: str) -> None:
        """Count an engine that did not begin to answer."""
        self._passed_over.labels(member.name, code).inc()

    def interrupted(self, member: Member) -> None:
        """Count a reply that broke off."""
        self._interrupted.labels(member.name).inc()

    def probed(self, member: Member, result: str) -> None:
        """Count a probe: `well`, `full`, `away` or `hung`."""
        self._probes.labels(member.name, result).inc()

"""Which engine of a pool a request goes to: where its beginning is known, unless that one is loaded, else the emptiest."""

from collections.abc import Collection, Sequence

from dragoman.engines.pool_member import Condition, Member
from dragoman.engines.pool_warmth import Ask

BOUND = 1.25
"""How much more than its share a warm engine may carry: the bound of consistent hashing with bounded loads (Mirrokni, Thorup, Zadimoghaddam 2016), at which a sticky choice costs little balance."""


def choose(members: Sequence[Member], ask: Ask, tried: Collection[Member]) -> Member | None:
    """Return the engine to try next, or None where no other is worth it.

    First those in service, the ones that were full a moment ago last. Where none is in service, those that are away:
    they refuse at once, or are back. Never one that hangs.
    """
    left = [member for member in members if member not in tried]
    serving = [member for member in left if member.serving]
    if ready := [member for member in serving if not member.full] or serving:
        return _best(ready, ask)
    if any(member.serving for member in members):
        return None
    away = [member for member in left if member.condition is Condition.AWAY]
    return _best(away, ask) if away else None


def _best(members: Sequence[Member], ask: Ask) -> Member:
    """Return the warmest of those with room, or the one with the least outstanding tokens for its weight."""
    total = ask.tokens + sum(member.outstanding for member in members)
    share = total / sum(member.weight for member in members)
    warmth = {
        member: member.warm.of(ask)
        for member in members
        if member.outstanding <= BOUND * share * member.weight
    }
    warmest = max(warmth.values())
    if warmest:
        members = [member for member, blocks in warmth.items() if blocks == warmest]
    # Between equals, the one that has rested longest.
    return min(members, key=lambda member: ((member.outstanding + ask.tokens) / member.weight, member.chosen))

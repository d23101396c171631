"""Long work that goes on after a restart."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NewType

JobId = NewType("JobId", str)
JobKind = Literal["add_file", "crawl"]
JobState = Literal["queued", "running", "done", "failed", "cancelled"]


@dataclass(frozen=True, slots=True)
class Job:
    """A piece of work, as it stands.

    Attributes:
        kind: what is to be done.
        subject: what it is done to, for people: a file's name, a site's address.
        arguments: what whoever does it needs to know.
        state: how far it is.
        done, total, at_hand: how much is done, of how much, and what is at hand.
        reason: why it failed, for the person who asked for it.
        result: what came of it.
        tries: how often it was begun.
        created_at, started_at, ended_at: when.
    """

    id: JobId
    kind: JobKind
    subject: str
    arguments: Mapping[str, Any]
    state: JobState
    done: int
    total: int
    at_hand: str
    reason: str | None
    result: Mapping[str, Any] | None
    tries: int
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None

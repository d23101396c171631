"""What the ways in are given: the opened rooms of the desk, and the few values that shape its answers."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Request
from prometheus_client import CollectorRegistry

from dragoman.conversation.runner import Runner
from dragoman.engines.base import Engine
from dragoman.languages.phrases import Phrases
from dragoman.storage.base import Conversations

if TYPE_CHECKING:
    from dragoman.web.knowledge import KnowledgeDesk

Measure = Callable[[], Awaitable[None]]
"""Brings gauges up to date before they are told, without raising."""


@dataclass(slots=True)
class Desk:
    """One desk process, opened.

    Attributes:
        locale: the operator's language, `en` or `zh`.
        fallback: the language of a customer who gives no clue.
        name: what customers see at the top of the page.
        max_message_chars: the longest message taken.
        knowledge: what `/api/v1/knowledge` works with; None closes it.
        measures: what has to be asked for before the metrics are told.
        stopping: set once the desk was told to stop; it is then not ready for more, and live streams end.
    """

    runner: Runner
    conversations: Conversations
    engine: Engine
    phrases: Phrases
    registry: CollectorRegistry
    locale: str
    fallback: str
    name: str
    max_message_chars: int
    knowledge: "KnowledgeDesk | None" = None
    measures: Sequence[Measure] = ()
    stopping: asyncio.Event = field(default_factory=asyncio.Event)


def _desk(request: Request) -> Desk:
    return request.app.state.desk


HereDesk = Annotated[Desk, Depends(_desk)]
"""What an endpoint asks for to be given the desk that it belongs to."""

"""`/api/v1/conversations`: conversations with streaming, their log, their end."""

import secrets
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Request
from pydantic import AfterValidator, BaseModel, Field
from starlette.responses import JSONResponse, Response

from dragoman.languages.registry import LANGUAGES
from dragoman.nouns.errors import ConversationUnknownError
from dragoman.nouns.event import Conversation, EventKind, Status
from dragoman.nouns.ids import ConversationId, new_message_id, new_turn_id
from dragoman.nouns.message import CustomerMessage
from dragoman.nouns.progress import Done, Failed
from dragoman.web.desk import HereDesk
from dragoman.web.errors import problem, status_of
from dragoman.web.live_log import live_log
from dragoman.web.reading import read_message
from dragoman.web.records import conversation_record, done_record, event_record
from dragoman.web.stream import EventStream, ending, stream
from dragoman.web.visitor import bearer, hints

CHANNEL = "api"


def _one_of_ours(code: str | None) -> str | None:
    if code is not None and code not in LANGUAGES:
        raise ValueError("one of the 29 language codes, or null")
    return code


LanguageChoice = Annotated[
    str | None,
    AfterValidator(_one_of_ours),
    Field(description="A language code the customer picked; null: automatic."),
]


class MessageBody(BaseModel):
    """A customer's message."""

    message: Annotated[str, Field(strict=True)]
    client_id: Annotated[
        str | None, Field(min_length=1, max_length=64, description="Sent again, it is the same message.")
    ] = None
    language: LanguageChoice = None


class LanguageBody(BaseModel):
    """The language a customer picked."""

    language: LanguageChoice


class FeedbackBody(BaseModel):
    """Whether a reply helped."""

    message_id: Annotated[str, Field(max_length=64)]
    helpful: bool


class Begun(BaseModel):
    """A conversation and the token that opens it."""

    conversation_id: str
    token: str


async def _owned(conversation_id: str, request: Request, desk: HereDesk) -> Conversation:
    """Return the conversation if the request has its token; to all others it does not exist."""
    named = ConversationId(conversation_id)
    if not await desk.conversations.owns(named, bearer(request)):
        raise ConversationUnknownError
    return await desk.conversations.get(named)


Owned = Annotated[Conversation, Depends(_owned)]

router = APIRouter(prefix="/api/v1/conversations", tags=["conversations"])


@router.post("", status_code=201, summary="Begin a conversation")
async def begin(desk: HereDesk) -> Begun:
    """Return a new conversation and the token that opens it."""
    token = secrets.token_urlsafe(32)
    conversation = await desk.conversations.begin(channel=CHANNEL, token=token)
    return Begun(conversation_id=conversation.id, token=token)


@router.post("/{conversation_id}/messages", summary="Ask: server-sent events, or JSON by `Accept`")
async def ask(conversation: Owned, body: MessageBody, request: Request, desk: HereDesk) -> Response:
    """Store a message and answer it. The answer begins when the message is stored."""
    message = CustomerMessage(
        id=new_message_id(),
        conversation_id=conversation.id,
        turn_id=new_turn_id(),
        text=read_message(body.message, max_chars=desk.max_message_chars),
        client_id=body.client_id,
        chosen=body.language,
        hints=hints(request),
    )
    progress = await desk.runner.accept(message)
    if _wants_json(request):
        return _whole(await ending(progress, request), desk.locale)
    return EventStream(stream(progress, desk.locale))


@router.get("/{conversation_id}", summary="The log")
async def log(conversation: Owned, desk: HereDesk, after: int = 0, limit: int = 1000) -> dict[str, Any]:
    """Return the conversation and its events above `after`."""
    events = await desk.conversations.events(
        conversation.id, after=max(0, after), limit=min(max(1, limit), 1000)
    )
    return {
        **conversation_record(conversation),
        "events": [event_record(event, desk.locale) for event in events],
    }


@router.get("/{conversation_id}/events", summary="The log, live; `Last-Event-ID` resumes")
async def follow(
    conversation: Owned, desk: HereDesk, last_event_id: Annotated[int, Header(ge=0)] = 0
) -> Response:
    """Return events as they are appended, by whichever desk."""
    return EventStream(live_log(desk, conversation.id, after=last_event_id))


@router.post("/{conversation_id}/stop", status_code=204, summary="Stop the reply being written")
async def stop(conversation: Owned, desk: HereDesk) -> None:
    """Stop it; with nothing being written, nothing happens."""
    desk.runner.stop(conversation.id)


@router.put("/{conversation_id}/language", status_code=204, summary="Pick the language of answers")
async def pick_language(conversation: Owned, body: LanguageBody, desk: HereDesk) -> None:
    """Answer in this language from now on; null lets the desk decide again."""
    await desk.conversations.append(conversation.id, EventKind.LANGUAGE_CHOSEN, {"language": body.language})


@router.post("/{conversation_id}/feedback", status_code=204, summary="Say whether a reply helped")
async def feedback(conversation: Owned, body: FeedbackBody, desk: HereDesk) -> None:
    """Note the vote in the log."""
    data = {"message_id": body.message_id, "helpful": body.helpful}
    await desk.conversations.append(conversation.id, EventKind.FEEDBACK, data)


@router.post("/{conversation_id}/end", status_code=204, summary="End the conversation")
async def end(conversation: Owned, desk: HereDesk) -> None:
    """Take no more messages; the log stays until it is erased."""
    desk.runner.stop(conversation.id)
    await desk.conversations.append(
        conversation.id, EventKind.STATUS_CHANGED, {"status": Status.RESOLVED.value}
    )


@router.delete("/{conversation_id}", status_code=204, summary="Erase the conversation and its log")
async def erase(conversation: Owned, desk: HereDesk) -> None:
    """Remove every word of it."""
    desk.runner.stop(conversation.id)
    await desk.conversations.erase(conversation.id)


def _wants_json(request: Request) -> bool:
    accept = ",".join(request.headers.getlist("accept")).lower()
    return "application/json" in accept and "text/event-stream" not in accept


def _whole(step: Done | Failed, locale: str) -> Response:
    if isinstance(step, Done):
        return JSONResponse(done_record(step.reply, locale))
    status = status_of(step.code)
    return problem(status, step.code, step.text, step.language, retry_after=step.retry_after)

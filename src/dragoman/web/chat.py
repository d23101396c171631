"""`POST /chat`: one message in, one reply out, for programs that know nothing else."""

from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse, Response

from dragoman.nouns.errors import ConversationUnknownError
from dragoman.nouns.ids import ConversationId, new_message_id, new_turn_id
from dragoman.nouns.message import CustomerMessage
from dragoman.nouns.progress import Done, Failed
from dragoman.web.desk import Desk, HereDesk
from dragoman.web.errors import retry_headers, status_of
from dragoman.web.reading import read_message
from dragoman.web.records import chat_record
from dragoman.web.stream import ending
from dragoman.web.visitor import hints

CHANNEL = "chat"


class ChatBody(BaseModel):
    """A customer's message, and the conversation it belongs to if it is not the first."""

    message: Annotated[str, Field(strict=True, description="What the customer wrote.")]
    conversation_id: Annotated[str | None, Field(max_length=64, description="From an earlier answer.")] = None


class ChatAnswer(BaseModel):
    """The reply, and what stands behind it."""

    reply: str
    language: str
    language_code: str
    model: str | None
    conversation_id: str
    message_id: str
    source: str
    citations: list[dict[str, Any]]


router = APIRouter(tags=["chat"])


@router.post("/chat", response_model=ChatAnswer, summary="Ask, and get the whole reply")
async def chat(body: ChatBody, request: Request, desk: HereDesk) -> Response:
    """Answer one message, in a new conversation unless one is named."""
    text = read_message(body.message, max_chars=desk.max_message_chars)
    message = CustomerMessage(
        id=new_message_id(),
        conversation_id=await _conversation(desk, body.conversation_id),
        turn_id=new_turn_id(),
        text=text,
        hints=hints(request),
    )
    match await ending(await desk.runner.accept(message), request):
        case Done(reply):
            return JSONResponse(chat_record(reply, desk.locale))
        case Failed(code, words, _, retry_after):
            status = status_of(code)
            return JSONResponse({"error": words, "code": code}, status, retry_headers(status, retry_after))


async def _conversation(desk: Desk, named: str | None) -> ConversationId:
    if not named:
        return (await desk.conversations.begin(channel=CHANNEL)).id
    conversation = await desk.conversations.get(ConversationId(named))
    # Conversations begun elsewhere have a token, which this way in does not ask for.
    if conversation.channel != CHANNEL:
        raise ConversationUnknownError
    return conversation.id

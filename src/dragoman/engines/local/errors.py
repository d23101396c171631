"""What goes wrong, as OpenAI's clients expect to be told: `{"error": {"message", "type", "param", "code"}}`."""

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from dragoman.engines.local.base import BackendFailedError, RequestRefusedError
from dragoman.nouns.errors import EngineBusyError, PromptTooLongError
from dragoman.watching.logs import logger

CLIENT_GONE = 499
"""The status under which a request is counted whose client went away (nginx's number for it)."""

_CODES = {404: "not_found", 405: "method_not_allowed", 408: "request_timeout", 413: "body_too_large"}


class ApiError(Exception):
    """A refusal. `param` names the field that it is about; `message` is for the client's developer."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        code: str,
        param: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code
        self.param = param
        self.headers = dict(headers or {})

    def body(self) -> dict[str, Any]:
        """Return it in OpenAI's shape."""
        return {
            "error": {"message": self.message, "type": self._type(), "param": self.param, "code": self.code}
        }

    def response(self) -> Response:
        """Return it as a response."""
        return Response(
            json.dumps(self.body(), ensure_ascii=False),
            self.status,
            {"content-type": "application/json", **self.headers},
        )

    def _type(self) -> str:
        if self.status == 401:
            return "authentication_error"
        if self.status == 429:
            return "rate_limit_error"
        return "invalid_request_error" if self.status < 500 else "server_error"


def invalid(message: str, param: str | None = None, code: str = "invalid_value") -> ApiError:
    """Return a refusal of something in the request's body."""
    return ApiError(400, message, code=code, param=param)


def api_error(error: BaseException) -> ApiError:
    """Return how `error` is told. What is not foreseen is logged, and told without its words."""
    if isinstance(error, ApiError):
        return error
    if isinstance(error, PromptTooLongError):
        # The two numbers, and no other, stand in the message: clients read them out of it.
        message = (
            f"The prompt has {error.prompt_tokens} tokens, and the model's context length is "
            f"{error.context_tokens} tokens with at least one left for the answer. Shorten the prompt."
        )
        return ApiError(400, message, code="context_length_exceeded", param="prompt")
    if isinstance(error, EngineBusyError):
        wait = {"retry-after": str(max(1, math.ceil(error.retry_after)))}
        return ApiError(429, "The waiting line is full. Try again later.", code="engine_busy", headers=wait)
    if isinstance(error, RequestRefusedError):
        return invalid(f"The model cannot do this: {error}")
    if isinstance(error, BackendFailedError):
        return ApiError(503, "The model has stopped and is being started anew.", code=error.code)
    logger.exception("engine_request_failed", exc_info=error)
    return ApiError(500, "Something went wrong in the engine; its log says what.", code="internal_error")


def from_validation(error: ValidationError) -> ApiError:
    """Tell the first thing that is wrong with a body."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    param = _path(first["loc"])
    why = first["msg"].removeprefix("Value error, ")
    return invalid(f"{param}: {why}" if param else why, param or None)


def _path(loc: Sequence[int | str]) -> str:
    """Write `("messages", 0, "content")` as `messages[0].content`; names of alternatives are left out."""
    path = ""
    for part in loc:
        if isinstance(part, int):
            path += f"[{part}]"
        elif part.isidentifier() and not part.startswith(("list", "str", "int", "_")):
            path += f".{part}" if path else part
    return path


async def not_served(_request: Request, error: Exception) -> Response:
    """Answer what the router refuses: an unknown path, a method that it does not have."""
    assert isinstance(error, HTTPException)
    code = _CODES.get(error.status_code, "request_invalid")
    return ApiError(error.status_code, error.detail, code=code, headers=error.headers).response()


async def refuse(status: int, code: str, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a breach of the limits of `dragoman.serving.limits`."""
    message = {"body_too_large": "The body is too large.", "request_timeout": "The body came too slowly."}
    error = ApiError(status, message.get(code, code), code=code, headers={"connection": "close"})
    await error.response()(scope, receive, send)

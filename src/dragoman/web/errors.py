"""Errors at the edge: HTTP status, RFC 9457 problem documents, words in the reader's language."""

import json
import math
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from dragoman.languages.phrases import Phrases
from dragoman.nouns.errors import (
    ApiKeyError,
    ConversationEndedError,
    ConversationUnknownError,
    DocumentUnknownError,
    DragomanError,
    EngineBusyError,
    EngineError,
    JobUnknownError,
    KnowledgeRefusedError,
    MessageEmptyError,
    MessageTooLongError,
    OperatorError,
    PromptTooLongError,
    RequestInvalidError,
    StorageUnavailableError,
    TurnStoppedError,
    TurnSupersededError,
)
from dragoman.watching.logs import logger
from dragoman.web.visitor import visitor_language

# The first class that fits gives the status; what is not listed is ours to mend, so 500.
_STATUS: Mapping[type[DragomanError], int] = {
    MessageEmptyError: 400,
    MessageTooLongError: 400,
    PromptTooLongError: 400,
    RequestInvalidError: 400,
    ApiKeyError: 401,
    ConversationUnknownError: 404,
    DocumentUnknownError: 404,
    JobUnknownError: 404,
    ConversationEndedError: 409,
    TurnSupersededError: 409,
    TurnStoppedError: 409,
    KnowledgeRefusedError: 422,
    EngineBusyError: 429,
    EngineError: 503,
    StorageUnavailableError: 503,
}
_STATUS_OF_CODE = {cls.code: status for cls, status in reversed(_STATUS.items())}
# What is refused at the edge, before or beside our own errors: status and meaning by code.
EDGE_ERRORS: Mapping[str, tuple[int, str]] = {
    "not_found": (404, "There is no such address."),
    "method_not_allowed": (405, "The address does not take this method."),
    "request_timeout": (408, "The body did not arrive whole in time."),
    "body_too_large": (413, "The body is larger than the server takes (1 MB; 50 MB for knowledge)."),
}
_CODE_OF_STATUS = {status: code for code, (status, _) in EDGE_ERRORS.items()}
RETRY_SECONDS = 2.0
"""What `Retry-After` says where nobody knows better: the engine is back within seconds when it was restarted."""


def status_of(code: str) -> int:
    """Return the HTTP status of an error's stable code."""
    return _STATUS_OF_CODE.get(code, 503 if code.startswith("engine_") else 500)


def retry_headers(status: int, retry_after: float | None) -> dict[str, str]:
    """Return `Retry-After` for the statuses that invite another try."""
    if status not in (429, 503):
        return {}
    return {"Retry-After": str(math.ceil(retry_after or RETRY_SECONDS))}


def problem(
    status: int,
    code: str,
    detail: str,
    language: str,
    *,
    retry_after: float | None = None,
    extra: Mapping[str, Any] = {},
) -> Response:
    """Return a problem document (RFC 9457); `detail` is for the reader, `code` for programs."""
    body = {"type": f"/docs#{code}", "title": code.replace("_", " "), "status": status, "code": code}
    return Response(
        json.dumps({**body, "detail": detail, "language_code": language, **extra}, ensure_ascii=False),
        status,
        {"Content-Language": language, **retry_headers(status, retry_after)},
        "application/problem+json",
    )


class Problems:
    """Answers what goes wrong, each way in with its own shape.

    Args:
        phrases: the words.
        fallback: the language of a visitor whose browser names none of ours.
        locale: the operator's language, in which `POST /chat` reports.
    """

    def __init__(self, phrases: Phrases, *, fallback: str, locale: str) -> None:
        self._phrases = phrases
        self._fallback = fallback
        self._locale = locale

    def install(self, app: FastAPI) -> None:
        """Answer every error of `app`."""
        app.add_exception_handler(DragomanError, self.of_ours)
        app.add_exception_handler(RequestValidationError, self.of_validation)
        app.add_exception_handler(HTTPException, self.of_http)
        app.add_exception_handler(ClientDisconnect, self.of_leaving)
        app.add_exception_handler(Exception, self.of_bug)

    async def of_ours(self, request: Request, error: Exception) -> Response:
        """Answer an error that has a name."""
        assert isinstance(error, DragomanError)
        if isinstance(error, OperatorError | ApiKeyError):
            return self._for_operators(error)
        status = status_of(error.code)
        if status >= 500:
            logger.warning("request_failed", code=error.code, reason=str(error))
        retry_after = error.retry_after if isinstance(error, EngineBusyError) else None
        return self._answer(request, status, error.code, error.phrase, dict(error.values), retry_after)

    def _for_operators(self, error: DragomanError) -> Response:
        """Answer a program of the operator's with what is to be mended, which is said in English."""
        status = 401 if isinstance(error, ApiKeyError) else 422
        response = problem(status, error.code, str(error), "en")
        if status == 401:
            response.headers["WWW-Authenticate"] = "Bearer"
        return response

    async def of_validation(self, request: Request, error: Exception) -> Response:
        """Answer a body that is not what the endpoint takes; which field it was, never what stood in it."""
        assert isinstance(error, RequestValidationError)
        fields = sorted(
            {".".join(str(part) for part in problem["loc"][1:]) or "body" for problem in error.errors()}
        )
        fields = [name if name.isprintable() and len(name) <= 64 else "body" for name in fields]
        invalid = RequestInvalidError()
        return self._answer(request, 400, invalid.code, invalid.phrase, {}, None, {"fields": fields})

    async def of_http(self, request: Request, error: Exception) -> Response:
        """Answer what the framework refuses: unknown paths, wrong methods, unreadable bodies."""
        assert isinstance(error, HTTPException)
        code = _CODE_OF_STATUS.get(error.status_code, "request_invalid")
        response = self._answer(request, error.status_code, code, "error.request_invalid", {}, None)
        response.headers.update(error.headers or {})
        return response

    async def of_leaving(self, request: Request, error: Exception) -> Response:  # noqa: ARG002 - the frame's
        """Answer a client who has gone: nobody reads it, but it is counted under the status that nginx gives it."""
        return Response(status_code=499)

    async def of_bug(self, request: Request, error: Exception) -> Response:
        """Answer a bug without telling anything of it; the log has the place."""
        route = getattr(request.scope.get("route"), "path", None)
        logger.error("request_broke", route=route, exc_info=error)
        return self._answer(request, 500, DragomanError.code, DragomanError.phrase, {}, None)

    async def refuse(self, status: int, code: str, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse a body that is too large or too slow; a `dragoman.serving.limits.Refuse`."""
        phrase = "error.request_invalid"
        response = self._answer(Request(scope), status, code, phrase, {}, None)
        response.headers["Connection"] = "close"
        await response(scope, receive, send)

    def _answer(
        self,
        request: Request,
        status: int,
        code: str,
        phrase: str,
        values: Mapping[str, str | int],
        retry_after: float | None,
        extra: Mapping[str, Any] = {},
    ) -> Response:
        if request.url.path == "/chat":
            text = self._phrases.text(phrase, self._locale, **values)
            return JSONResponse({"error": text}, status, retry_headers(status, retry_after))
        language = visitor_language(request, self._fallback)
        text = self._phrases.text(phrase, language, **values)
        return problem(status, code, text, language, retry_after=retry_after, extra=extra)

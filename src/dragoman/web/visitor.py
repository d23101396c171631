"""What a request tells of the person behind it, before a word of theirs is read."""

from starlette.requests import Request

from dragoman.languages.registry import parse_accept_language


def hints(request: Request) -> tuple[str, ...]:
    """Return those of our languages that the browser prefers, best first."""
    return parse_accept_language(request.headers.get("accept-language", ""))


def visitor_language(request: Request, fallback: str) -> str:
    """Return the language for words that come before, or without, a decision about a message."""
    return next(iter(hints(request)), fallback)


def bearer(request: Request) -> str:
    """Return the bearer token of the request, or an empty string."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""

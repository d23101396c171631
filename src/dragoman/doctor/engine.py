"""The engine: whether it writes, and how fast."""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass

from dragoman.doctor.base import Case, Finding, fail, ok, skip, warn
from dragoman.engines.base import ChatMessage, Sampling
from dragoman.engines.openai import OpenAIEngine
from dragoman.nouns.errors import EngineBusyError, EngineError, EngineUnavailableError
from dragoman.settings import EngineServer
from dragoman.supervisor.ports import reachable
from dragoman.wiring.engine import names

# Enough for a speed, and over in a moment.
_TOKENS = 12
_SLOW_SECONDS = 5.0
_PROMPT = (ChatMessage("user", "Count from one to twenty."),)


@dataclass(frozen=True, slots=True)
class _Written:
    """A few tokens, timed: `rate` in pieces a second after the first one."""

    model: str
    first: float
    rate: float


def engines(case: Case) -> Iterator[Finding]:
    """Have each engine write a few tokens."""
    servers = [one if isinstance(one, EngineServer) else EngineServer(url=one) for one in _urls(case)]
    for server, name in zip(servers, names([one.url for one in servers]), strict=True):
        yield asyncio.run(_asked(case, server, name, local=case.local_engine))


def _urls(case: Case) -> tuple[str | EngineServer, ...]:
    """Return where engines are: those of the settings, else where the local one listens."""
    live = case.live.engine
    return live.urls or (f"{reachable(live.host, live.port)}/v1",)


async def _asked(case: Case, server: EngineServer, name: str, *, local: bool) -> Finding:
    facts: dict[str, object] = {"engine": name}
    try:
        written = await _write(case, server)
    except EngineBusyError:
        text = f"{name} is busy, its waiting line is full: more engines in engine.urls, or a faster one."
        return warn("engine", text, **facts)
    except EngineUnavailableError:
        if local and case.running is None:
            return skip("engine", "It does not run; dragoman serve starts it.", **facts)
        return fail("engine", f"{name} does not answer: {_advice(local=local)}", **facts)
    except EngineError as error:
        return fail("engine", f"{name} does not write ({error}): {_advice(local=local)}", **facts)
    case.model = case.model or written.model
    facts |= {"model": written.model, "first_word_seconds": written.first, "pieces_per_second": written.rate}
    text = f"{name} writes: {written.model}, first word after {written.first:.2f} s, {written.rate:.0f} words a second"
    if written.first > _SLOW_SECONDS:
        return warn("engine", f"{text}. That is slow: see what else is busy on its machine.", **facts)
    return ok("engine", text, **facts)


async def _write(case: Case, server: EngineServer) -> _Written:
    settings = case.live.engine
    key = server.api_key or settings.api_key
    engine = OpenAIEngine(
        server.url,
        api_key=key.get_secret_value() if key else None,
        model=server.model or settings.model,
        first_token_seconds=settings.first_token_seconds,
        next_token_seconds=settings.next_token_seconds,
    )
    try:
        began = time.monotonic()
        times: list[float] = []
        model = ""
        async with engine.chat(_PROMPT, Sampling(max_tokens=_TOKENS, temperature=0.0)) as pieces:
            async for piece in pieces:
                model = piece.model
                times.append(time.monotonic())
    finally:
        await engine.close()
    if not times:
        raise EngineError("it ended without a word")
    spent = times[-1] - times[0]
    return _Written(model, times[0] - began, (len(times) - 1) / spent if spent > 0 else 0.0)


def _advice(*, local: bool) -> str:
    if local:
        return "the log of serve says why; dragoman model info shows what its weights need."
    return "see that it runs and that engine.urls, engine.api_key and engine.model are right."

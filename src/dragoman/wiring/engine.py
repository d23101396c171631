"""Opens the engine that the settings name: one server or several, always behind a pool that watches them."""

from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

from prometheus_client import CollectorRegistry

from dragoman.engines.base import Engine
from dragoman.engines.openai import OpenAIEngine
from dragoman.engines.pool import Pool
from dragoman.engines.pool_member import Member
from dragoman.engines.pool_watch import Pace
from dragoman.settings import EngineServer, EngineSettings
from dragoman.settings.loading import as_variable, variable


def open_engine(
    settings: EngineSettings,
    urls: Sequence[str | EngineServer],
    *,
    registry: CollectorRegistry | None = None,
) -> Engine:
    """Return the engine behind these addresses; what an address does not say by itself, the settings do.

    Args:
        settings: key, model and time-outs.
        urls: at least one.
        registry: where what the pool counts is told; None: nowhere.
    """
    servers = [EngineServer(url=url) if isinstance(url, str) else url for url in urls]
    members = [
        Member(_opened(settings, server), name, server.weight)
        for name, server in zip(names(addresses(servers)), servers, strict=True)
    ]
    return Pool(members, pace=Pace(word=settings.probe_seconds), registry=registry)


def engine_opener(settings: EngineSettings) -> Callable[[Sequence[str]], Engine]:
    """Return what opens the engine behind some addresses, those of `engine.urls` with what is set for them there."""
    known = {server.url: server for server in settings.urls if isinstance(server, EngineServer)}

    def opened(urls: Sequence[str]) -> Engine:
        return open_engine(settings, [known.get(url, url) for url in urls])

    return opened


def addresses(urls: Sequence[str | EngineServer]) -> list[str]:
    """Return where the servers are."""
    return [url if isinstance(url, str) else url.url for url in urls]


def engine_variables(settings: EngineSettings) -> dict[str, str]:
    """Return the environment variables that point another process at the same servers; none where none are named."""
    if not settings.urls:
        return {}
    model = {variable("engine.model"): settings.model} if settings.model else {}
    return {variable("engine.urls"): as_variable(settings.urls), **model}


def _opened(settings: EngineSettings, server: EngineServer) -> OpenAIEngine:
    key = server.api_key or settings.api_key
    return OpenAIEngine(
        server.url,
        api_key=key.get_secret_value() if key else None,
        model=server.model or settings.model,
        first_token_seconds=settings.first_token_seconds,
        next_token_seconds=settings.next_token_seconds,
    )


def names(urls: Sequence[str]) -> list[str]:
    """Return what operators read of each address: host and port, numbered where that is not enough, never a password."""
    hosts = [_host(url) for url in urls]
    return [
        host if hosts.count(host) == 1 else f"{host}#{hosts[:number].count(host) + 1}"
        for number, host in enumerate(hosts)
    ]


def _host(url: str) -> str:
    return urlsplit(url).netloc.rpartition("@")[2]

"""What the settings say of engines reaches them."""

import pytest
from pydantic import SecretStr
from starlette.types import ASGIApp, Receive, Scope, Send

from dragoman.engines.base import ChatMessage, Sampling
from dragoman.settings import EngineServer, EngineSettings
from dragoman.testing.loopback import loopback
from dragoman.testing.scripted_engine import ScriptedEngine
from dragoman.testing.scripted_server import openai_app
from dragoman.watching.metrics import exposition, new_registry
from dragoman.wiring import open_engine
from dragoman.wiring.engine import names


@pytest.mark.parametrize(
    ("urls", "expected"),
    [
        (["http://gpu-1:8000/v1", "https://gpu-2/v1"], ["gpu-1:8000", "gpu-2"]),
        (["http://a/one/v1", "http://b/v1", "http://a/two/v1"], ["a#1", "b", "a#2"]),
        (["http://me:hunter2@gpu/v1"], ["gpu"]),
        (["http://[::1]:8000/v1"], ["[::1]:8000"]),
    ],
)
def test_an_engine_is_known_by_its_host(urls: list[str], expected: list[str]) -> None:
    assert names(urls) == expected


async def test_each_server_has_its_own_key_and_the_others_the_common_one() -> None:
    keys: dict[str, set[str]] = {"own": set(), "common": set()}

    def noting(name: str, app: ASGIApp) -> ASGIApp:
        async def noted(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == "http":
                keys[name].add(dict(scope["headers"])[b"authorization"].decode())
            await app(scope, receive, send)

        return noted

    engines = {name: ScriptedEngine(model=name) for name in keys}
    async with (
        loopback(noting("own", openai_app(engines["own"]))) as own,
        loopback(noting("common", openai_app(engines["common"]))) as common,
    ):
        registry = new_registry()
        engine = open_engine(
            EngineSettings(api_key=SecretStr("common-key")),
            [EngineServer(url=f"{own}/v1", api_key=SecretStr("own-key")), f"{common}/v1"],
            registry=registry,
        )
        for number in range(2):
            async with engine.chat([ChatMessage("user", f"{number}")], Sampling()) as pieces:
                assert [piece async for piece in pieces]
        assert (await engine.health()).models == ("own", "common")
        await engine.close()
    assert keys == {"own": {"Bearer own-key"}, "common": {"Bearer common-key"}}
    told = exposition(registry).decode()
    assert "own-key" not in told
    for url in (own, common):
        assert f'dragoman_pool_replies_total{{engine="{url.removeprefix("http://")}",warm="no"}} 1.0' in told

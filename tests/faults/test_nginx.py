"""The nginx of `deploy/nginx`, started for real: two desks on one database, two engines, one of each killed under load."""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import ExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx
import pytest

from dragoman.testing.engine_contract import until
from dragoman.testing.processes import Server, serving
from dragoman.testing.pytest_nginx import Nginx, RunNginx, addresses, free_ports
from dragoman.testing.scripted_engine import LINGERS_AFTER
from dragoman.testing.scripted_server import LINGER, WORDS
from dragoman.testing.stream_reading import read_events

CUSTOMERS = 60
PATIENCE = 60.0

pytestmark = pytest.mark.database


@dataclass
class House:
    """All that runs, and the address of the desks and of the engines behind nginx."""

    desks: list[Server]
    engines: list[Server]
    nginx: Nginx
    url: str
    engine_url: str


@pytest.fixture
def house(database_url: str, run_nginx: RunNginx) -> Iterator[House]:
    desk_port, engine_port = free_ports(2)
    url, engine_url = f"http://127.0.0.1:{desk_port}", f"http://127.0.0.1:{engine_port}"
    with ExitStack() as stack:

        def start(module: str, *arguments: str) -> Server:
            return stack.enter_context(serving(f"dragoman.testing.{module}", *arguments))

        engines = [start("scripted_server", name, "0.03") for name in ("first", "second")]
        desks = [start("scripted_desk", database_url, f"{engine_url}/v1") for _ in range(2)]
        files = {
            "desks.conf": {
                "10.0.0.11:5000": f"127.0.0.1:{desks[0].port}",
                "10.0.0.12:5000": f"127.0.0.1:{desks[1].port}",
                "listen 80;": f"listen 127.0.0.1:{desk_port};",
            },
            "engines.conf": {
                "10.0.0.21:8080": f"127.0.0.1:{engines[0].port}",
                "10.0.0.22:8080": f"127.0.0.1:{engines[1].port}",
                "listen 10.0.0.10:8080;": f"listen 127.0.0.1:{engine_port};",
            },
        }
        nginx = stack.enter_context(run_nginx(files, [desk_port, engine_port]))
        yield House(desks, engines, nginx, url, engine_url)


@dataclass
class Customer:
    """Asks once and, as the page does, again with the same `client_id` until there is an answer."""

    client: httpx.AsyncClient
    pieces: int = 0
    repeats: int = 0
    conversation: dict[str, str] = field(default_factory=dict[str, str])

    @property
    def path(self) -> str:
        return f"/api/v1/conversations/{self.conversation['conversation_id']}"

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.conversation['token']}"}

    async def ask(self, text: str) -> dict[str, Any]:
        """Return the record of the answer."""
        body = {"message": text, "client_id": uuid4().hex}
        while not self.conversation:
            begun = await self.client.post("/api/v1/conversations")
            self.conversation = begun.json() if begun.is_success else await self._pause({})
        while (done := await self._answer(body)) is None:
            await self._pause(None)
        return done

    async def _pause(self, then: Any) -> Any:
        self.repeats += 1
        await asyncio.sleep(0.1)
        return then

    async def _answer(self, body: dict[str, str]) -> dict[str, Any] | None:
        headers = {**self.headers, "Accept": "text/event-stream"}
        self.pieces = 0
        try:
            async with self.client.stream("POST", f"{self.path}/messages", json=body, headers=headers) as got:
                assert got.status_code in (200, 429, 502, 503, 504), await got.aread()
                async with aclosing(read_events(got.aiter_lines())) as events:
                    async for name, data in events:
                        self.pieces += name == "delta"
                        if name == "done":
                            return data
        except httpx.TransportError:
            pass
        return None

    async def log(self) -> list[dict[str, Any]]:
        return (await self.client.get(self.path, headers=self.headers)).raise_for_status().json()["events"]


@asynccontextmanager
async def customer_of(house: House, address: str = "127.0.0.1") -> AsyncGenerator[Customer]:
    transport = httpx.AsyncHTTPTransport(local_address=address)
    async with httpx.AsyncClient(base_url=house.url, transport=transport, timeout=30) as client:
        yield Customer(client)


async def test_one_desk_and_one_engine_are_killed_under_load(house: House) -> None:
    sources = addresses() or ["127.0.0.1"]
    customers: list[Customer] = []

    async def come(number: int) -> tuple[Customer, dict[str, Any], list[dict[str, Any]]]:
        async with customer_of(house, sources[number % len(sources)]) as customer:
            customers.append(customer)
            done = await customer.ask(f"Question {number}?")
            return customer, done, await customer.log()

    def answering() -> int:
        return sum(customer.pieces > 0 for customer in customers)

    async with asyncio.timeout(PATIENCE):
        coming = asyncio.gather(*(come(number) for number in range(CUSTOMERS)))
        await until(lambda: answering() > CUSTOMERS // 4)
        house.engines[0].kill()
        house.desks[0].kill()
        answers = await coming
    for customer, done, log in answers:
        assert done["reply"] in {f"{WORDS} first.", f"{WORDS} second."}
        assert customer.pieces > 2
        # What was asked again was the same message, and answered once.
        kinds = [event["kind"] for event in log if event["kind"] != "turn.failed"]
        assert kinds == ["message.customer", "message.reply"]
    assert sum(customer.repeats for customer in customers) > 0, "nothing was broken off: kill earlier"
    assert any(done["reply"].endswith("second.") for _, done, _ in answers)
    # From then on nobody notices.
    async with asyncio.timeout(PATIENCE):
        customers.clear()
        assert len(await asyncio.gather(*(come(number) for number in range(20)))) == 20


async def test_words_go_on_as_they_come(house: House) -> None:
    """The engine stops after some words for good: whatever stands between may hold nothing back.

    More than one, since the first may travel together with the head of the answer.
    """
    async with asyncio.timeout(PATIENCE), customer_of(house) as customer:
        await customer.ask("Hello?")
        headers = {**customer.headers, "Accept": "text/event-stream"}
        body = {"message": f"Now say it {LINGER}."}
        async with (
            customer.client.stream(
                "POST", f"{customer.path}/messages", json=body, headers=headers
            ) as response,
            aclosing(read_events(response.aiter_lines())) as events,
        ):
            text = ""
            while len(text.split()) < LINGERS_AFTER - 1:
                name, data = await anext(events)
                text += data["text"] if name == "delta" else ""
        assert WORDS.startswith(text.strip())


async def test_strangers_have_limits(house: House) -> None:
    async with asyncio.timeout(PATIENCE), customer_of(house) as customer:
        large = await customer.client.post("/chat", content=b"x" * 1_100_000)
        assert large.status_code == 413
        statuses = [
            response.status_code
            for response in await asyncio.gather(
                *(customer.client.post("/api/v1/conversations") for _ in range(60))
            )
        ]
        assert set(statuses) == {201, 429}
        assert statuses.count(201) >= 30
        assert (await customer.client.get("/")).status_code == 200, "reading is not counted"
        assert (await customer.client.get("/health/ready")).status_code == 200
        assert (await customer.client.get("/metrics")).status_code == 200
    for other in addresses()[:1]:
        async with customer_of(house, other) as stranger:
            assert (await stranger.client.post("/api/v1/conversations")).status_code == 201
            assert (await stranger.client.get("/metrics")).status_code == 403
            assert (await stranger.client.get("/health/ready")).status_code == 403

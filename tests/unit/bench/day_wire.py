"""A desk for a day that is scripted at the wire: it answers at once, and notes what was said where."""

import asyncio
import json
import os
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count, cycle
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx

from dragoman.bench.day_desk import DayDesk
from dragoman.bench.day_questions import Intent
from dragoman.bench.desk_watch import Watch
from dragoman.bench.subject import Subject


@dataclass
class Wire:
    """What was said, by conversation, and which pages were taken in."""

    said: dict[str, list[str]] = field(default_factory=dict)
    pages: list[str] = field(default_factory=list)
    broken: bool = False

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/metrics":
            return httpx.Response(200, text="")
        if self.broken:
            return httpx.Response(503, json={"code": "draining"})
        if request.url.path == "/api/v1/conversations":
            name = f"c{len(self.said)}"
            self.said[name] = []
            return httpx.Response(201, json={"conversation_id": name, "token": "t"})
        self.said[request.url.path.split("/")[-2]].append(json.loads(request.content)["message"])
        done = {"reply": "Hi.", "source": "quoted", "citations": []}
        return httpx.Response(200, text=f"event: done\ndata: {json.dumps(done)}\n\n")

    async def add_path(self, page: Path) -> None:
        self.pages.append(await asyncio.to_thread(page.read_text, encoding="utf-8"))


@asynccontextmanager
async def wired(wire: Wire, wanted: Sequence[Intent], home: Path) -> AsyncGenerator[DayDesk]:
    """Yield a desk whose process is this one."""
    library: Any = SimpleNamespace(library=wire)
    running: Any = SimpleNamespace(home=home, knowledge=library, model="scripted")
    own = Subject("desk", "", [os.getpid()])
    async with httpx.AsyncClient(transport=httpx.MockTransport(wire), base_url="http://desk") as client:
        yield DayDesk(running, own, wanted, Watch(client, [own]), own, own, cycle([client]), count())

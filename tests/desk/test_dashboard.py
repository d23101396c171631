"""The Grafana dashboard asks only for what a real desk and a real engine tell."""

import json
import re
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from dragoman.engines.local.responses import ServedModel
from dragoman.engines.local.server import create_app as engine_app
from dragoman.settings import Settings
from dragoman.testing.fake_nvml import FakeNvml
from dragoman.testing.letter_embedder import LetterEmbedder
from dragoman.testing.loopback import loopback
from dragoman.testing.scripted_backend import ScriptedBackend
from dragoman.watching import metrics as watched
from dragoman.watching.gpus import Gpus
from dragoman.web.app import create_app
from dragoman.wiring import open_desk

pytestmark = pytest.mark.database

GRAFANA = Path(__file__).parents[2] / "deploy" / "grafana"
README = GRAFANA / "README.md"
# What each type of metric is called in a scrape.
SUFFIXES = {
    "counter": ("_total",),
    "gauge": ("",),
    "info": ("_info",),
    "histogram": ("_bucket", "_sum", "_count"),
}
# Labels that Prometheus adds, and that of a histogram's buckets.
ADDED = {"instance", "job", "le"}
NAME = re.compile(r"\bdragoman_[a-z0-9_]+")

Scrape = dict[str, set[str]]
"""Names of samples with the labels that were seen on them; of those without a sample yet, none."""


def asked_for(value: Any) -> Iterator[str]:
    """Yield every query of the dashboard: of panels, variables and annotations."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key in ("expr", "definition") and isinstance(inner, str):
                yield inner
            yield from asked_for(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from asked_for(inner)


def dashboard() -> dict[str, Any]:
    return json.loads((GRAFANA / "dashboard.json").read_text(encoding="utf-8"))


def scraped(text: str) -> Scrape:
    found: Scrape = {}
    for family in text_string_to_metric_families(text):
        # The parser strips `_total`, and takes an info in this format for a gauge.
        for suffix in SUFFIXES[family.type]:
            found.setdefault(f"{family.name}{suffix}", set())
        for sample in family.samples:
            found.setdefault(sample.name, set()).update(sample.labels)
    return found


@asynccontextmanager
async def engine() -> AsyncGenerator[str]:
    served = ServedModel("scripted-model", "q8_0", "Apache-2.0")
    app = engine_app(
        ScriptedBackend(context_tokens=4096),
        model=served,
        embedder=LetterEmbedder(),
        running=2,
        waiting=2,
        api_key=None,
    )
    async with loopback(app) as url:
        yield url


@pytest.fixture
async def scrape(
    database_url: str, handbook: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Scrape:
    """What a desk and its engine tell after a few questions, on a machine with a graphics card."""
    monkeypatch.setattr(watched, "Gpus", lambda: Gpus(FakeNvml))
    settings = Settings.model_validate(
        {"knowledge": {"folder": handbook}, "answers": {"levels": ["fr=generate"]}}
    )
    async with (
        engine() as engine_url,
        open_desk(
            settings, database_url=database_url, engine_urls=[f"{engine_url}/v1"], home=tmp_path
        ) as desk,
        loopback(create_app(desk)) as desk_url,
        httpx.AsyncClient(timeout=60) as client,
    ):
        for question in (
            "How do I cancel my order?",
            "How long does delivery to Austria take?",
            "How long does delivery to Austria take?",
            "Combien de temps prend la livraison vers l'Autriche ?",
            "Who won the match last night?",
        ):
            answered = await client.post(f"{desk_url}/chat", json={"message": question})
            assert answered.status_code == 200, answered.text
        await client.post(
            f"{engine_url}/v1/completions", json={"prompt": "x", "max_tokens": 5, "stream": True}
        )
        texts = [(await client.get(f"{url}/metrics")).text for url in (desk_url, engine_url)]
    found: Scrape = {}
    for text in texts:
        for name, labels in scraped(text).items():
            found.setdefault(name, set()).update(labels)
    return found


async def test_every_name_and_label_of_the_dashboard_is_in_a_real_scrape(scrape: Scrape) -> None:
    queries = list(asked_for(dashboard()))
    assert len(queries) > 80
    for query in queries:
        for name in NAME.findall(query):
            assert name in scrape, f"{name} in {query}"
        for name, inside in re.findall(r"(dragoman_[a-z0-9_]+)\{([^}]*)\}", query):
            labels = set(re.findall(r"([a-z_]+)\s*=", inside))
            assert labels <= scrape[name] | ADDED, query


async def test_every_label_that_is_shown_or_summed_by_is_in_a_real_scrape(scrape: Scrape) -> None:
    for query in asked_for(dashboard()):
        known = set[str]().union(ADDED, *(scrape[name] for name in NAME.findall(query)))
        # Counters of what has not happened here have no sample, and so no labels to compare with.
        if all(scrape[name] for name in NAME.findall(query) if not name.startswith("dragoman_machine")):
            for labels in re.findall(r"\bby \(([^)]*)\)", query):
                assert {label.strip() for label in labels.split(",")} <= known, query


async def test_the_rules_of_the_readme_name_real_metrics(scrape: Scrape) -> None:
    names = set(NAME.findall(README.read_text(encoding="utf-8")))
    assert names
    assert names <= scrape.keys()


async def test_rungs_lookups_and_the_model_are_counted(scrape: Scrape) -> None:
    """Not only named: the labels prove that each was counted at least once."""
    for name, label in (
        ("dragoman_reply_reasons_total", "reason"),
        ("dragoman_rung_seconds_count", "step"),
        ("dragoman_model_calls_total", "outcome"),
        ("dragoman_sentences_refused_total", "reason"),
        ("dragoman_pool_replies_total", "engine"),
        ("dragoman_knowledge_passages", "language"),
        ("dragoman_engine_model_info", "model"),
        ("dragoman_gpu_use_ratio", "gpu"),
    ):
        assert label in scrape[name], name


def test_every_metric_that_is_documented_is_on_the_dashboard() -> None:
    documented = set(
        re.findall(
            r"^\| `(dragoman_[a-z_]+)`",
            (GRAFANA.parents[1] / "docs" / "reference" / "metrics.md").read_text(encoding="utf-8"),
            flags=re.MULTILINE,
        )
    )
    shown = {name for query in asked_for(dashboard()) for name in NAME.findall(query)}
    bare = {re.sub(r"_(bucket|sum|count)$", "", name) for name in shown}
    assert documented <= shown | bare


def test_panels_have_titles_places_and_ids_of_their_own() -> None:
    panels = dashboard()["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    assert all(panel["title"] for panel in panels)
    places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in panels]
    assert len(set(places)) == len(places)
    assert all(panel["gridPos"]["x"] + panel["gridPos"]["w"] <= 24 for panel in panels)

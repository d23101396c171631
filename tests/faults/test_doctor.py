"""`dragoman doctor` beside a `serve` at work."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from dragoman.engines.models.base import ModelFile

from .serving import NO_ENGINE, Serving, serving, until


def doctor(home: Path) -> tuple[int, dict[str, dict[str, Any]]]:
    """Run it as an owner would; its exit status, and the findings by check."""
    outside = {name: value for name, value in os.environ.items() if not name.startswith("DRAGOMAN_")}
    command = [sys.executable, "-m", "dragoman", "--home", str(home), "doctor", "--json"]
    ended = subprocess.run(command, env=outside, capture_output=True, text=True, timeout=120, check=False)
    findings = json.loads(ended.stdout)["findings"]
    return ended.returncode, {one["check"]: one for one in findings}


def processes(one: Serving) -> set[int]:
    return {child.pid for verb in ("desk", "database", "postgres") if (child := one.child(verb)) is not None}


@pytest.mark.database
def test_beside_a_running_serve_it_sees_what_runs_and_disturbs_nothing() -> None:
    with serving(**NO_ENGINE) as one:
        before = processes(one)
        status, found = doctor(one.home)
        # The engine that it was told of, which only its own environment names, does not answer.
        assert found["engine"]["state"] == "fail"
        assert "127.0.0.1:9" in found["engine"]["text"]
        assert status == 1
        assert "engine port" not in found
        assert found["desk port"]["state"] == "ok"
        assert str(found["desk port"]["facts"]["port"]) in one.url, "the port that --port 0 took"
        assert found["database"]["state"] == "ok"
        assert found["schema"]["state"] == "ok"
        assert found["pgvector"]["state"] == "ok"
        assert found["embeddings"]["facts"] == {"stale": 0}
        assert found["knowledge"]["state"] == "warn", "nothing was brought"
        assert processes(one) == before
        assert one.status("/health/live") == 200
        assert one.process.poll() is None


@pytest.mark.database
@pytest.mark.model
def test_beside_a_whole_serve_the_engine_writes_and_nothing_fails(model_file: ModelFile) -> None:
    with serving(models=model_file.path.parent) as one:
        until(lambda: one.status("/health/ready") == 200)
        status, found = doctor(one.home)
        assert status == 0, found
        assert found["engine"]["facts"]["model"] == model_file.name
        assert 0 < found["engine"]["facts"]["first_word_seconds"] < 60
        assert found["engine"]["facts"]["pieces_per_second"] > 0
        assert found["engine port"]["state"] == "ok"
        assert found["levels"]["state"] == "ok", "the stand-in came measured"

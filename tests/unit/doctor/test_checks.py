"""Each check alone: what it says of a machine that is well, and of one that is not."""

import hashlib
import json
import os
import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from dragoman.doctor import database, engine, machine, meaning, model, network, program
from dragoman.doctor.base import Case, Finding, State
from dragoman.doctor.running import Running, find_running
from dragoman.engines.models.records import Record, model_path
from dragoman.nouns.errors import OperatorError
from dragoman.settings import Settings, origins
from dragoman.testing.fake_nvml import FakeNvml

# Nothing listens there.
NOWHERE = "http://127.0.0.1:9/v1"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def case_of(home: Path) -> Callable[..., Case]:
    def made(**groups: object) -> Case:
        return Case(home, Settings.model_validate(groups))

    return made


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        yield int(holder.getsockname()[1])


def only(found: Iterator[Finding]) -> Finding:
    (one,) = found
    return one


def states(found: Iterator[Finding]) -> dict[str, State]:
    return {one.check: one.state for one in found}


def test_this_python_and_its_packages_are_well(case_of: Callable[..., Case]) -> None:
    assert only(program.python(case_of())).state is State.OK
    assert only(program.packages(case_of())).state is State.OK


def test_a_package_that_is_missing_or_too_old_is_named(
    case_of: Callable[..., Case], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = ["no-such-package>=1", "psutil>=999", 'also-not-there>=1; sys_platform == "beos"']
    monkeypatch.setattr(program, "requires", lambda _name: asked)
    found = only(program.packages(case_of()))
    assert found.state is State.FAIL
    assert found.facts["wrong"] == [
        "no-such-package is missing",
        f"psutil is {psutil.__version__}, not >=999",
    ]


def test_settings_are_told_by_name_and_place_and_never_by_value(
    home: Path, case_of: Callable[..., Case], monkeypatch: pytest.MonkeyPatch
) -> None:
    home.mkdir()
    (home / "dragoman.toml").write_text('[engine]\napi_key = "hidden-1"\n', encoding="utf-8")
    monkeypatch.setenv("DRAGOMAN_DATABASE__URL", "postgresql://u:hidden-2@h/d")
    found = only(program.settings(case_of()))
    assert found.state is State.OK
    assert f"engine.api_key ({home / 'dragoman.toml'}:2)" in found.text
    assert "environment variable DRAGOMAN_DATABASE__URL" in found.text
    assert "hidden" not in json.dumps([found.text, dict(found.facts)])


def test_wrong_settings_fail_line_by_line(case_of: Callable[..., Case]) -> None:
    case = case_of()
    case.wrong_settings = ("desk.prot: no such setting.", "desk.port: expected a whole number.")
    assert [one.state for one in program.settings(case)] == [State.FAIL, State.FAIL]


def test_a_home_that_is_not_there_yet_is_well(home: Path, case_of: Callable[..., Case]) -> None:
    found = only(machine.home(case_of()))
    assert (found.state, found.facts["exists"]) == (State.OK, False)
    assert not home.exists(), "it was only looked at"


def test_a_home_that_is_a_file_or_closed_fails(
    home: Path, case_of: Callable[..., Case], monkeypatch: pytest.MonkeyPatch
) -> None:
    home.write_text("", encoding="utf-8")
    assert only(machine.home(case_of())).state is State.FAIL
    home.unlink()
    home.mkdir()
    monkeypatch.setattr(os, "access", lambda *_: False)
    found = only(machine.home(case_of()))
    assert found.state is State.FAIL
    assert "--home" in found.text


@pytest.mark.parametrize(("free", "state"), [(100e6, State.FAIL), (1.5e9, State.WARN), (50e9, State.OK)])
def test_a_full_disk_is_told_before_it_stops_the_database(
    case_of: Callable[..., Case], monkeypatch: pytest.MonkeyPatch, free: float, state: State
) -> None:
    monkeypatch.setattr(machine.shutil, "disk_usage", lambda _: SimpleNamespace(free=int(free)))
    assert only(machine.disk(case_of())).state is state


@pytest.mark.parametrize(("available", "state"), [(1e9, State.WARN), (8e9, State.OK)])
def test_too_little_memory_is_told(
    case_of: Callable[..., Case], monkeypatch: pytest.MonkeyPatch, available: float, state: State
) -> None:
    told = SimpleNamespace(total=int(16e9), available=int(available))
    monkeypatch.setattr(machine.psutil, "virtual_memory", lambda: told)
    assert only(machine.memory(case_of())).state is state


def test_one_core_is_few(case_of: Callable[..., Case], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "cores", lambda: 1)
    assert only(machine.processors(case_of())).state is State.WARN


def test_a_clock_before_the_installation_is_wrong(
    case_of: Callable[..., Case], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert only(machine.clock(case_of())).state is State.OK
    monkeypatch.setattr(machine.time, "time", lambda: 86_400.0)
    assert only(machine.clock(case_of())).state is State.FAIL


def test_cards_are_named_where_there_are_some(
    case_of: Callable[..., Case], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "load_nvml", FakeNvml)
    found = only(machine.gpus(case_of()))
    assert (found.state, found.text) == (State.OK, "Fake RTX, 24.0 GB (6.0 GB in use)")
    monkeypatch.setattr(machine, "load_nvml", lambda: None)
    assert only(machine.gpus(case_of())).state is State.SKIP


def test_a_taken_port_fails_and_names_who_has_it(case_of: Callable[..., Case], taken: int) -> None:
    found = list(network.ports(case_of(desk={"port": taken}, engine={"port": 0})))
    assert states(iter(found)) == {"desk port": State.FAIL, "engine port": State.OK}
    assert str(taken) in found[0].text
    assert f"process {os.getpid()}" in found[0].text


class Live(BaseHTTPRequestHandler):
    """Says what a desk says of itself."""

    def do_GET(self) -> None:
        body = b'{"status": "live"}'
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def test_a_port_on_which_a_desk_of_ours_answers_is_known(case_of: Callable[..., Case]) -> None:
    with HTTPServer(("127.0.0.1", 0), Live) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            case = case_of(desk={"port": server.server_port}, engine={"port": 0})
            found = next(iter(network.ports(case)))
            assert (found.state, "--port" in found.text) == (State.WARN, True), "of another home"
            case.running = Running(4711, case.settings, local_engine=True)
            found = next(iter(network.ports(case)))
            assert (found.state, "process 4711" in found.text) == (State.OK, True)
        finally:
            server.shutdown()
            thread.join()


def test_beyond_loopback_without_tls_is_told(case_of: Callable[..., Case]) -> None:
    assert only(network.exposure(case_of())).state is State.OK
    open_to_all = {"host": "0.0.0.0"}
    texts = [one.text for one in network.exposure(case_of(desk=open_to_all, engine=open_to_all))]
    assert "TLS" in texts[0]
    assert "engine.api_key" in texts[1]
    with_key = case_of(engine={**open_to_all, "api_key": "k"})
    assert only(network.exposure(with_key)).state is State.OK


def weights(home: Path, name: str, content: bytes, sha256: str) -> Path:
    (home / "models").mkdir(parents=True, exist_ok=True)
    path = model_path(home / "models", name, "q8_0")
    path.write_bytes(content)
    Record(name, "q8_0", len(content), sha256, "a test").save(home / "models")
    return path


SUM = hashlib.sha256(b"weights").hexdigest()


def test_weights_that_are_not_here_are_fetched_by_the_first_start(case_of: Callable[..., Case]) -> None:
    assert only(model.weights(case_of())).state is State.WARN


def test_weights_are_checked_by_size_and_when_asked_by_sum(home: Path, case_of: Callable[..., Case]) -> None:
    path = weights(home, "qwen2.5-0.5b-instruct", b"weights", SUM)
    case = case_of()
    assert only(model.weights(case)).state is State.OK
    case.full = True
    assert only(model.weights(case)).state is State.OK
    path.write_bytes(b"damaged")
    found = only(model.weights(case))
    assert (found.state, "model fetch" in found.text) == (State.FAIL, True)
    case.full = False
    assert only(model.weights(case)).state is State.OK, "as large as it should be"
    path.write_bytes(b"cut")
    assert only(model.weights(case)).state is State.WARN, "no longer the recorded size, so not here"


def test_a_stand_in_is_told_and_its_levels_are_measured(home: Path, case_of: Callable[..., Case]) -> None:
    weights(home, "qwen2.5-coder-0.5b-instruct", b"weights", SUM)
    found = only(model.weights(case_of()))
    assert (found.state, "stands in" in found.text) == (State.WARN, True)
    assert only(model.levels(case_of())).state is State.OK


def test_a_model_that_nobody_measured_is_told(case_of: Callable[..., Case]) -> None:
    case = case_of()
    case.model = "some-model-of-ones-own"
    found = only(model.levels(case))
    assert found.state is State.WARN
    assert "dragoman eval --save-levels" in found.text


def test_weights_of_ones_own_that_are_none_fail(home: Path, case_of: Callable[..., Case]) -> None:
    home.mkdir()
    (home / "mine.gguf").write_bytes(b"no model")
    assert only(model.weights(case_of(model={"path": home / "mine.gguf"}))).state is State.FAIL


def test_a_local_engine_that_does_not_run_is_skipped_and_one_elsewhere_fails(
    case_of: Callable[..., Case],
) -> None:
    assert only(engine.engines(case_of(engine={"port": 9}))).state is State.SKIP
    found = only(engine.engines(case_of(engine={"urls": [NOWHERE]})))
    assert found.state is State.FAIL
    assert "engine.urls" in found.text


def test_an_embedder_that_cannot_be_reached_fails(case_of: Callable[..., Case]) -> None:
    found = only(meaning.embedder(case_of(knowledge={"embeddings_url": NOWHERE})))
    assert found.state is State.FAIL
    assert "knowledge.embeddings_url" in found.text


def test_the_bundled_embedder_loads_and_is_timed(case_of: Callable[..., Case]) -> None:
    case = case_of()
    found = only(meaning.embedder(case))
    assert (found.state, case.embedder) == (State.OK, "multilingual-e5-small")
    assert found.facts["query_seconds"] > 0


def test_a_database_of_the_home_that_does_not_run_is_skipped_and_not_started(
    home: Path, case_of: Callable[..., Case]
) -> None:
    assert only(database.database(case_of())).state is State.SKIP
    assert not home.exists()


def test_a_database_of_ones_own_that_does_not_answer_fails(case_of: Callable[..., Case]) -> None:
    url = "postgresql://u:hidden@127.0.0.1:9/d"
    found = only(database.database(case_of(database={"url": url})))
    assert found.state is State.FAIL
    assert "hidden" not in found.text


@pytest.mark.database
def test_a_database_that_was_never_used_is_told_what_it_lacks(
    case_of: Callable[..., Case], empty_database_url: str
) -> None:
    found = states(database.database(case_of(database={"url": empty_database_url})))
    assert found == {"database": State.OK, "pgvector": State.OK, "schema": State.WARN}


@pytest.mark.database
def test_a_database_without_knowledge_is_told(case_of: Callable[..., Case], database_url: str) -> None:
    case = case_of(database={"url": database_url})
    case.embedder = "multilingual-e5-small"
    found = states(database.database(case))
    assert found["schema"] is State.OK
    assert found["knowledge"] is State.WARN
    assert (found["embeddings"], found["jobs"]) == (State.OK, State.OK)


def test_a_number_left_in_the_lock_is_not_taken_for_a_serve(home: Path) -> None:
    home.mkdir()
    for number in ("", "0", "no number", str(os.getpid()), "999999999"):
        (home / "serve.lock").write_text(f"{number}\n", encoding="ascii")
        assert find_running(home, Settings()) is None


def test_the_lines_of_settings_come_from_where_they_stand(home: Path) -> None:
    home.mkdir()
    (home / "dragoman.toml").write_text("[desk\n", encoding="utf-8")
    with pytest.raises(OperatorError):
        origins(home, environment={})

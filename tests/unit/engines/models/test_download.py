import hashlib
import json
import os
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest

from dragoman.engines.models import disk
from dragoman.engines.models.catalogue import HubFile, HubSource
from dragoman.engines.models.download import Patience, WrongSumError, download
from dragoman.engines.models.hub import Asked, Hub, RefusedError, hubs_to_ask
from dragoman.nouns.errors import OperatorError
from dragoman.testing.hub import FakeHub

BODY = bytes(range(256)) * 8192  # 2 MB
FILE = HubFile("m-q8_0.gguf", len(BODY), hashlib.sha256(BODY).hexdigest())
SOURCE = HubSource("Some/Model", "0123abcd", {"q8_0": FILE})
NO_PAUSES = Patience(connect=5, silent=5, pauses=(0.0, 0.0, 0.0), sleep=lambda _seconds: None)


@pytest.fixture
def target(tmp_path: Path, hub: FakeHub) -> Path:
    hub.files[FILE.name] = BODY
    return tmp_path / FILE.name


def fetch(hub: FakeHub, target: Path, patience: Patience = NO_PAUSES, **more) -> None:
    asked = Hub(hub.address)
    download(asked, asked.address(SOURCE, FILE), FILE, target, patience=patience, **more)


def left_over(target: Path) -> set[str]:
    return {path.name for path in target.parent.iterdir() if not path.name.endswith(".lock")}


def test_a_file_comes_whole_through_redirects(hub: FakeHub, target: Path) -> None:
    told: list[tuple[str, int, int]] = []
    fetch(hub, target, progress=lambda *step: told.append(step))
    assert target.read_bytes() == BODY
    assert left_over(target) == {FILE.name}
    assert told[-1][1:] == (len(BODY), len(BODY))
    assert [done for _, done, _ in told] == sorted(done for _, done, _ in told)


def test_what_was_cut_is_gone_on_from_where_it_broke(hub: FakeHub, target: Path) -> None:
    hub.faults.cut_after, hub.faults.cuts = 700_000, 2
    fetch(hub, target)
    assert target.read_bytes() == BODY
    assert hub.gets() == [None, "bytes=700000-", "bytes=1400000-"]


def test_a_later_process_goes_on_from_the_part(hub: FakeHub, target: Path) -> None:
    hub.faults.cut_after = 300_000
    with pytest.raises(RefusedError, match="broke off"):
        fetch(hub, target, Patience(pauses=(), sleep=lambda _seconds: None))
    assert not target.exists()
    part = target.with_name(f".{FILE.name}.part")
    assert part.stat().st_size == 300_000
    hub.faults.cut_after = None
    hub.requests.clear()
    fetch(hub, target)
    assert hub.gets() == ["bytes=300000-"]
    assert target.read_bytes() == BODY
    assert left_over(target) == {FILE.name}


def test_a_server_that_cuts_at_the_same_place_for_ever_is_given_up(hub: FakeHub, target: Path) -> None:
    hub.faults.cut_after, hub.faults.ignore_ranges = 1000, True
    with pytest.raises(RefusedError, match="broke off again and again"):
        fetch(hub, target)
    assert len(hub.gets()) == 4


def test_a_part_is_not_joined_to_other_bytes(hub: FakeHub, target: Path) -> None:
    hub.faults.cut_after, hub.faults.cuts = 300_000, 1
    hub.files[FILE.name] = bytes(len(BODY))
    with pytest.raises(RefusedError):
        fetch(hub, target, Patience(pauses=(), sleep=lambda _seconds: None))
    hub.files[FILE.name] = BODY
    fetch(hub, target)
    # The storage's ETag has changed: If-Range makes it send everything.
    assert target.read_bytes() == BODY


def test_a_part_of_another_file_is_not_used(hub: FakeHub, target: Path) -> None:
    target.with_name(f".{FILE.name}.part").write_bytes(b"other")
    target.with_name(f".{FILE.name}.part.json").write_text(
        json.dumps({"sha256": "0" * 64, "hub": "x", "validator": None})
    )
    fetch(hub, target)
    assert hub.gets() == [None]
    assert target.read_bytes() == BODY


def test_another_hub_goes_on_from_the_part_of_the_first(hub: FakeHub, target: Path) -> None:
    target.with_name(f".{FILE.name}.part").write_bytes(BODY[:1000])
    state = {"sha256": FILE.sha256, "hub": "elsewhere", "validator": '"x"'}
    target.with_name(f".{FILE.name}.part.json").write_text(json.dumps(state))
    fetch(hub, target)
    assert hub.gets() == ["bytes=1000-"]
    assert target.read_bytes() == BODY


def test_wrong_bytes_are_refused_and_removed(hub: FakeHub, target: Path) -> None:
    hub.faults.wrong_bytes = True
    with pytest.raises(WrongSumError, match=f"wrong {FILE.name}") as caught:
        fetch(hub, target)
    assert "\n" not in str(caught.value)
    assert left_over(target) == set()


def test_more_bytes_than_there_should_be_are_refused(hub: FakeHub, target: Path) -> None:
    hub.files[FILE.name] = BODY * 2
    with pytest.raises(WrongSumError):
        fetch(hub, target)
    assert left_over(target) == set()


@pytest.mark.parametrize(("status", "tries"), [(404, 1), (403, 1), (500, 4), (503, 4)])
def test_a_refusal_is_final_and_an_error_is_tried_again(
    hub: FakeHub, target: Path, status: int, tries: int
) -> None:
    hub.faults.status = status
    with pytest.raises(RefusedError, match=str(status)):
        fetch(hub, target)
    assert len(hub.requests) == tries
    assert not target.exists()


def test_a_silent_server_is_taken_for_cut(hub: FakeHub, target: Path) -> None:
    hub.faults.slow_seconds = 60
    with pytest.raises(RefusedError, match="broke off"):
        fetch(hub, target, Patience(silent=0.2, pauses=(0.0,), sleep=lambda _seconds: None))


def test_a_redirect_that_leaves_tls_is_not_followed(target: Path) -> None:
    assert not Hub("https://hub.example").may_follow("http://cdn.example/file")
    assert not Hub("https://hub.example").may_follow("ftp://cdn.example/file")
    assert Hub("https://hub.example").may_follow("https://cdn.example/file")
    assert Hub("http://inside.example").may_follow("http://cdn.inside.example/file")


def test_a_redirect_to_nowhere_is_a_refusal(hub: FakeHub, target: Path) -> None:
    hub.faults.redirect_to = "http://[broken"
    with pytest.raises(RefusedError, match="no address"):
        fetch(hub, target)


def test_a_disk_without_room_is_told_before_anything_is_fetched(
    hub: FakeHub, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(disk.shutil, "disk_usage", lambda _path: SimpleNamespace(free=1000))
    with pytest.raises(OperatorError, match=r"is full: .* are needed and 0.0 MB are free"):
        fetch(hub, target)
    assert hub.gets() == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_disk_that_fills_up_leaves_nothing(
    hub: FakeHub, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dragoman.engines.models.part import Part

    def fill_up(part: Part, piece: bytes) -> None:
        Path("/dev/full").write_bytes(piece)

    monkeypatch.setattr(Part, "write", fill_up)
    with pytest.raises(OperatorError, match=r"the disk of .* is full"):
        fetch(hub, target)
    assert left_over(target) == set()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_is_told(hub: FakeHub, target: Path) -> None:
    target.parent.chmod(0o500)
    with pytest.raises(OperatorError, match="cannot be written"):
        fetch(hub, target)


def test_two_at_once_fetch_once(hub: FakeHub, target: Path) -> None:
    both = [threading.Thread(target=fetch, args=(hub, target)) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert hub.gets() == [None]
    assert target.read_bytes() == BODY


def test_work_that_is_stopped_can_be_gone_on_with(hub: FakeHub, target: Path) -> None:
    class StoppedError(Exception):
        pass

    def stop(_label: str, done: int, _total: int) -> None:
        if done > 500_000:
            raise StoppedError

    with pytest.raises(StoppedError):
        fetch(hub, target, progress=stop)
    assert not target.exists()
    fetch(hub, target)
    assert hub.gets()[1] is not None
    assert target.read_bytes() == BODY


def asked(hubs: list[str], seconds: float = 4.0) -> Asked:
    return Asked(SOURCE, FILE, [Hub(address) for address in hubs], seconds)


def test_hubs_are_offered_in_order_and_the_others_named(hub: FakeHub, target: Path, nobody: str) -> None:
    question = asked([nobody, hub.address])
    assert [offer.base for offer in question.offers()] == [hub.address]
    assert len(question.reasons) == 1
    assert nobody.removeprefix("http://") in question.reasons[0]
    assert "did not answer" in question.reasons[0]


def test_a_hub_that_keeps_silent_costs_no_more_than_the_time_for_all(hub: FakeHub, target: Path) -> None:
    hub.faults.slow_seconds = 60
    question = asked([hub.address, hub.address + "/twice"], seconds=0.3)
    assert list(question.offers()) == []
    assert len(question.reasons) == 2


@pytest.mark.parametrize(("status", "words"), [(404, "does not have"), (403, "refuses"), (502, "error 502")])
def test_a_hub_without_the_file_is_named_with_its_reason(
    hub: FakeHub, target: Path, status: int, words: str
) -> None:
    hub.faults.status = status
    question = asked([hub.address])
    assert list(question.offers()) == []
    assert words in question.reasons[0]


def test_another_file_under_the_name_is_seen_before_it_is_fetched(hub: FakeHub, target: Path) -> None:
    hub.faults.announce = "f" * 64
    question = asked([hub.address])
    assert list(question.offers()) == []
    assert "another file" in question.reasons[0]


def test_a_page_in_place_of_the_file_is_seen(hub: FakeHub, target: Path) -> None:
    hub.files[FILE.name] = b"<html>please sign in</html>"
    hub.faults.announce = FILE.sha256
    question = asked([hub.address])
    assert list(question.offers()) == []
    assert "something else" in question.reasons[0]


def test_the_order_of_hubs() -> None:
    hubs = hubs_to_ask(
        ["http://inside/"], {"HF_ENDPOINT": "https://mirror"}, ["https://public", "https://mirror"]
    )
    assert [hub.base for hub in hubs] == ["http://inside", "https://mirror", "https://public"]
    offline = hubs_to_ask(["http://inside/"], {"HF_ENDPOINT": "https://mirror", "HF_HUB_OFFLINE": "1"})
    assert [hub.base for hub in offline] == ["http://inside"]


def test_modelscope_has_addresses_of_its_own() -> None:
    assert Hub("https://modelscope.cn").address(SOURCE, FILE) == (
        "https://modelscope.cn/models/Some/Model/resolve/master/m-q8_0.gguf"
    )
    assert Hub("https://huggingface.co").address(SOURCE, FILE) == (
        "https://huggingface.co/Some/Model/resolve/0123abcd/m-q8_0.gguf"
    )

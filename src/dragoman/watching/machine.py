"""The machine and this process as the system tells of them, on every platform.

In a container these are the host's memory and processors, except for the cores, which are those given to this process.
"""

import os
from collections.abc import Iterator
from importlib.metadata import version

import psutil
from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily
from prometheus_client.registry import Collector


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Process(Collector):
    """This process's memory and processor time, on every platform (the client's own collector knows Linux only)."""

    def __init__(self) -> None:
        self._process = psutil.Process()

    def collect(self) -> Iterator[Metric]:
        """Ask the system."""
        with self._process.oneshot():
            memory = self._process.memory_info().rss
            times = self._process.cpu_times()
            threads = self._process.num_threads()
            started = self._process.create_time()
        yield GaugeMetricFamily("dragoman_process_memory_bytes", "Resident memory of this process.", memory)
        yield CounterMetricFamily(
            "dragoman_process_cpu_seconds", "Processor time used.", times.user + times.system
        )
        yield GaugeMetricFamily("dragoman_process_threads", "Threads of this process.", threads)
        yield GaugeMetricFamily(
            "dragoman_process_start_time_seconds", "When this process began, in Unix time.", started
        )
        yield InfoMetricFamily(
            "dragoman_build", "The version that runs, always 1.", {"version": version("dragoman")}
        )


class Machine(Collector):
    """Memory and processors of the machine, whoever uses them."""

    def collect(self) -> Iterator[Metric]:
        """Ask the system."""
        memory, swap = psutil.virtual_memory(), psutil.swap_memory()
        yield GaugeMetricFamily("dragoman_machine_memory_bytes", "Memory of the machine.", memory.total)
        yield GaugeMetricFamily(
            "dragoman_machine_memory_available_bytes",
            "Memory that a new program could have without swapping.",
            memory.available,
        )
        yield GaugeMetricFamily("dragoman_machine_swap_used_bytes", "Memory swapped out to disk.", swap.used)
        yield GaugeMetricFamily("dragoman_machine_cores", "Cores that this process may use.", cores())
        busy, idle = _processor_seconds()
        family = CounterMetricFamily(
            "dragoman_machine_cpu_seconds", "Processor time of all cores together.", labels=["state"]
        )
        family.add_metric(["busy"], busy)
        family.add_metric(["idle"], idle)
        yield family


def _processor_seconds() -> tuple[float, float]:
    """Return the seconds that all cores together were busy and idle; waiting for a disk is idle."""
    times = psutil.cpu_times()._asdict()
    idle = times.pop("idle", 0.0) + times.pop("iowait", 0.0)
    # A virtual machine's time is in `user` and `nice` already.
    return sum(times.values()) - times.get("guest", 0.0) - times.get("guest_nice", 0.0), idle

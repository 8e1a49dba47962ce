"""A few runs of the fault suite; ``make faults`` makes many."""

from __future__ import annotations

import pytest

from faults.catalogue import FAULTS
from faults.plan import plan
from faults.run import run

SHORT = 0.1  # factor for the durations of faults
OF_PROCESSES = (
    "engine killed at a request",
    "machine restarted",
    "supervisor killed",
    "machine restarted at a stop",
)
OF_CONTAINERS = ("engine killed", "container removed")


@pytest.mark.parametrize("name", OF_PROCESSES)
def test_that_a_fault_costs_a_job_of_processes_nothing(name: str) -> None:
    made = plan(list(FAULTS).index(name), SHORT, (name,), ("process",))
    assert run(made, None).found == ()


@pytest.mark.docker
@pytest.mark.parametrize("name", OF_CONTAINERS)
def test_that_a_fault_costs_a_job_of_containers_nothing(endpoint: str, name: str) -> None:
    seed = next(s for s in range(100) if plan(s, SHORT, (name,)).runner == "docker")
    assert run(plan(seed, SHORT, (name,)), endpoint).found == ()

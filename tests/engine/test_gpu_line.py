"""The order in which jobs get GPUs, for any jobs and any ends of their trials."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from bayescore.engine.gpu_line import GpuLine, Need
from bayescore.trials.gpus import BUSY_BYTES, Gpu, most_linked


def a_gpu(index: int, linked: frozenset[str] = frozenset(), used: int = 0) -> Gpu:
    return Gpu(index, f"GPU-{index}", "A", 24 * 2**30, used, 0, linked)


@dataclass
class Machine:
    """Jobs that always want one more trial."""

    needs: dict[str, Need]
    line: GpuLine = field(default_factory=GpuLine)
    running: list[tuple[str, list[str]]] = field(default_factory=list)
    now: float = 0.0

    @property
    def leased(self) -> Counter[str]:
        return Counter(uuid for _job, uuids in self.running for uuid in uuids)

    def ask(self, job: str) -> list[str] | None:
        self.now += 0.1
        uuids, _others = self.line.ask(job, self.needs[job], self.leased, self.now)
        if uuids is not None:
            self.running.append((job, uuids))
        return uuids


@st.composite
def machines(draw) -> Machine:
    gpus = [a_gpu(i) for i in range(draw(st.integers(1, 6)))]
    needs = {}
    for number in range(draw(st.integers(1, 4))):
        count = draw(st.integers(1, len(gpus)))
        chosen = draw(st.lists(st.sampled_from(gpus), min_size=count, unique=True))
        per_gpu = draw(st.integers(1, 3)) if count == 1 else 1
        needs[f"job {number}"] = Need(tuple(chosen), count, per_gpu)
    return Machine(needs)


@given(machines(), st.lists(st.tuples(st.booleans(), st.integers(0, 100)), max_size=60))
def test_that_gpus_are_leased_whole_and_never_beyond_their_share(machine: Machine, steps) -> None:
    jobs = list(machine.needs)
    for is_end, choice in steps:
        if is_end and machine.running:
            machine.running.pop(choice % len(machine.running))
            continue
        job = jobs[choice % len(jobs)]
        before, need = machine.leased, machine.needs[job]
        uuids = machine.ask(job)
        if uuids is not None:
            assert len(set(uuids)) == len(uuids) == need.count
            assert set(uuids) <= {gpu.uuid for gpu in need.candidates}
            assert all(before[uuid] < need.per_gpu for uuid in uuids)


@settings(max_examples=25)
@given(machines(), st.randoms(use_true_random=False))
def test_that_no_job_waits_forever_while_trials_end(machine: Machine, random) -> None:
    served: Counter[str] = Counter()
    for _ in range(60):
        for job in machine.needs:
            while machine.ask(job) is not None:
                served[job] += 1
        machine.running.pop(random.randrange(len(machine.running)))
    assert set(served) == set(machine.needs)
    assert min(served.values()) >= 2


def test_that_a_job_that_is_gone_keeps_no_gpu() -> None:
    gpus = (a_gpu(0), a_gpu(1))
    machine = Machine({"two": Need(gpus, 2), "one": Need(gpus)})
    assert machine.ask("one") == ["GPU-0"]
    assert machine.ask("two") is None
    assert machine.ask("one") is None  # the other GPU is kept for the job that asked first
    machine.line.leave("two")
    assert machine.ask("one") == ["GPU-1"]


def test_that_a_gpu_of_another_program_is_named_and_not_leased() -> None:
    gpus = (a_gpu(0, used=BUSY_BYTES + 1), a_gpu(1))
    uuids, others = GpuLine().ask("job", Need(gpus, 2), {}, 0.0)
    assert (uuids, others) == (None, [gpus[0]])


@given(st.integers(1, 4), st.lists(st.integers(0, 2), min_size=4, max_size=8))
def test_that_linked_gpus_are_preferred(count: int, groups: list[int]) -> None:
    gpus = [
        a_gpu(
            i, frozenset(f"GPU-{k}" for k, other in enumerate(groups) if group and k != i and other == group)
        )
        for i, group in enumerate(groups)
    ]
    chosen = most_linked(gpus, count)
    assert len({gpu.uuid for gpu in chosen}) == count
    if any(groups.count(group) >= count for group in (1, 2)):
        assert count == 1 or len({groups[gpu.index] for gpu in chosen}) == 1


def test_that_a_job_that_waits_for_another_program_keeps_no_gpu_from_the_others() -> None:
    line, gpus = GpuLine(), (a_gpu(0), a_gpu(1, used=2 * BUSY_BYTES))
    assert line.ask("two", Need(gpus, 2), {}, 0.0)[0] is None
    assert line.ask("one", Need(gpus), {}, 1.0)[0] == ["GPU-0"]
    there = (a_gpu(0), a_gpu(1))  # the other program has ended
    assert line.ask("two", Need(there, 2), {"GPU-0": 1}, 2.0)[0] is None
    assert line.ask("one", Need(there), {"GPU-0": 1}, 3.0)[0] is None

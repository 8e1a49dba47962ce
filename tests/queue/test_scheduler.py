"""The scheduler on its own: a machine on which jobs run, are moved, paused and taken up again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bayescore.queue import Entry, Hold, Places, Why, holds, next_job, turns, waits


def starts(queue: Sequence[Entry], places: Places, count: int) -> list[str | None]:
    """The jobs that begin the next trials, each of which ends before the next one begins."""
    found: list[str | None] = []
    entries = list(queue)
    for moment in range(count):
        job = next_job(entries, places)
        found.append(job)
        entries = [replace(e, last_turn=moment + 1) if e.job == job else e for e in entries]
    return found


def test_that_jobs_take_turns() -> None:
    queue = [Entry("a"), Entry("b"), Entry("c")]
    assert starts(queue, Places(1), 6) == ["a", "b", "c", "a", "b", "c"]


def test_that_a_job_that_is_put_first_gets_the_next_place_and_then_takes_turns() -> None:
    queue = [
        Entry("late", running=2, last_turn=5, is_next=True),
        Entry("a", last_turn=1),
        Entry("b", last_turn=2),
    ]
    assert next_job(queue, Places(3)) == "late"
    served = [replace(queue[0], running=3, last_turn=7, is_next=False), *queue[1:]]
    assert next_job(served, Places(4)) == "a"


def test_that_a_job_in_order_waits_for_the_jobs_ahead_but_not_for_paused_ones() -> None:
    queue = [
        Entry("paused", withheld=Why.PAUSED),
        Entry("a", in_order=True, wants=False),
        Entry("b", in_order=True),
        Entry("shared"),
        Entry("c", in_order=True),
    ]
    assert holds(queue) == {
        "paused": Hold(Why.PAUSED),
        "b": Hold(Why.AHEAD, "a"),
        "c": Hold(Why.AHEAD, "shared"),
    }
    assert [e.job for e in turns(queue)] == ["shared"]


def test_that_nobody_overtakes_a_job_whose_trial_needs_several_places() -> None:
    queue = [Entry("small", running=2, taken=2.0), Entry("large", size=3.0)]
    assert next_job(queue, Places(4)) is None
    assert waits(queue, Places(4)) == {"large": Hold(Why.PLACE), "small": Hold(Why.PLACE)}
    assert next_job(queue, Places(4), unready=["large"]) == "small"


def test_that_a_trial_that_is_larger_than_the_machine_runs_when_nothing_else_does() -> None:
    large = Entry("large", size=16.0)
    assert next_job([large], Places(4, is_limit=True)) == "large"
    assert next_job([Entry("small", running=1, taken=1.0, wants=False), large], Places(4)) is None


def test_that_trials_with_a_gpu_take_no_place() -> None:
    queue = [
        Entry("full", running=4, taken=4.0),
        Entry("gpu", size=0.0, running=9, lacks=Why.GPU),
        Entry("ready", size=0.0, running=10),
    ]
    assert next_job(queue, Places(4, is_limit=True)) == "gpu"
    assert waits(queue, Places(4, is_limit=True)) == {
        "full": Hold(Why.PLACE),
        "gpu": Hold(Why.GPU),
    }


@pytest.mark.parametrize(
    ("places", "others", "chosen"),
    [
        (Places(2), [], "a"),
        (Places(2, is_limit=True), [], None),
        (Places(2), [Entry("b", wants=False)], "a"),
        (Places(2), [Entry("b", withheld=Why.PAUSED)], "a"),
        (Places(2), [Entry("b", in_order=True)], "a"),
        (Places(2), [Entry("b", size=0.0, wants=False, running=3)], "a"),
        (Places(2), [Entry("b", wants=False, running=1, taken=1.0)], None),
        (Places(2), [Entry("b")], None),
    ],
)
def test_that_only_a_job_that_has_the_machine_to_itself_exceeds_the_default_number_of_places(
    places: Places, others: list[Entry], chosen: str | None
) -> None:
    queue = [Entry("a", running=2, taken=2.0, last_turn=1), *others]
    assert next_job(queue, places) == chosen


# ---- a machine, and everything that users do


@dataclass
class Job:
    """A job of the machine: what the store would keep of it."""

    name: str
    trials: int
    most: int
    size: float
    in_order: bool
    is_paused: bool = False
    last_turn: int = 0
    is_next: bool = False
    begun: int = 0
    running: int = 0
    overtaken: Counter[str] = field(
        default_factory=Counter
    )  # by others, while it waits with no trial running

    @property
    def has_ended(self) -> bool:
        return self.begun == self.trials and self.running == 0

    def entry(self, places: Places) -> Entry:
        size = 1.0 if places.is_limit and self.size else self.size
        return Entry(
            self.name,
            self.in_order,
            Why.PAUSED if self.is_paused else None,
            self.begun < self.trials and self.running < self.most,
            self.running,
            size,
            size * self.running,
            self.last_turn,
            self.is_next,
        )


class Machine:
    """Runs jobs as the engine does; a restart needs nothing, because nothing is remembered but the jobs."""

    def __init__(self, jobs: list[Job], places: Places) -> None:
        self.queue, self.places = jobs, places
        self.turns = 0

    def next_turn(self) -> int:
        self.turns += 1
        return self.turns

    def fill(self) -> None:
        """Begin trials as long as one may begin, and check each of them."""
        while True:
            self.queue = [job for job in self.queue if not job.has_ended]
            entries = [job.entry(self.places) for job in self.queue]
            chosen = next_job(entries, self.places)
            assert set(waits(entries, self.places)) >= {e.job for e in turns(entries)} or chosen is not None
            if chosen is None:
                return
            self.begin(chosen, entries)

    def begin(self, chosen: str, entries: list[Entry]) -> None:
        place = next(i for i, job in enumerate(self.queue) if job.name == chosen)
        job, entry = self.queue[place], entries[place]
        assert entry.wants
        assert not job.is_paused
        assert not job.in_order or all(other.is_paused for other in self.queue[:place])
        taken = sum(e.taken for e in entries) + min(entry.size, self.places.count)
        if entry.size > 0 and taken > self.places.count:
            assert not self.places.is_limit
            held = holds(entries)
            assert not any(
                e.taken or (e.size and e.wants and e.job not in held) for e in entries if e.job != chosen
            )
        held = holds(entries)
        for other, its in zip(self.queue, entries, strict=True):
            if other.running == 0 and its.wants and other.name not in held and other.name != chosen:
                other.overtaken[chosen] += 0 if entry.size == 0 or entry.is_next else 1
                assert other.overtaken[chosen] <= 1, f"{chosen} begins twice while {other.name} waits"
        job.begun, job.running, job.last_turn = job.begun + 1, job.running + 1, self.next_turn()
        job.is_next = False
        job.overtaken.clear()

    def end_trial(self, number: int) -> None:
        running = [job for job in self.queue for _ in range(job.running)]
        if running:
            running[number % len(running)].running -= 1

    def move(self, job: Job, place: int) -> None:
        self.queue.remove(job)
        self.queue.insert(place % (len(self.queue) + 1), job)
        if self.queue[0] is job:
            job.is_next = True


JOBS = st.builds(
    Job,
    st.just(""),
    trials=st.integers(1, 6),
    most=st.integers(1, 4),
    size=st.sampled_from([0.0, 1.0, 1.0, 2.0, 3.5, 9.0]),
    in_order=st.booleans(),
)
PLACES = st.builds(Places, st.integers(1, 5), st.booleans())
ACTIONS = st.tuples(
    st.sampled_from(["end", "end", "end", "pause", "move", "turns", "submit"]),
    st.integers(0, 50),
    st.integers(0, 50),
)


@given(
    st.lists(JOBS, min_size=1, max_size=6), PLACES, st.lists(ACTIONS, max_size=40), st.lists(JOBS, max_size=3)
)
def test_that_places_and_order_hold_and_no_job_starves_whatever_users_do(
    jobs: list[Job], places: Places, actions: list[tuple[str, int, int]], later: list[Job]
) -> None:
    every = [replace(job, name=f"j{i}", overtaken=Counter()) for i, job in enumerate([*jobs, *later])]
    machine = Machine(every[: len(jobs)], places)
    later = every[len(jobs) :]
    machine.fill()
    for kind, which, number in actions:
        if kind == "submit" and later:
            machine.queue.append(later.pop())
        if machine.queue:
            job = machine.queue[which % len(machine.queue)]
            if kind == "end":
                machine.end_trial(number)
            elif kind == "pause":
                job.is_paused = not job.is_paused
            elif kind == "move":
                machine.move(job, number)
            elif kind == "turns":
                job.in_order = not job.in_order
        machine.fill()
    for job in machine.queue:
        job.is_paused = False
    machine.queue += later
    for step in range(200):  # trials end one by one, and every job comes to its end
        machine.fill()
        machine.end_trial(step)
    machine.fill()
    assert not machine.queue
    assert all(job.begun == job.trials for job in every)

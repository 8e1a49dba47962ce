"""The trials of an ended job on a simulated clock, where a trial that is stopped frees its slot early."""

from __future__ import annotations

import heapq
import math
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence

from bayescore.results.curve_reader import is_due
from bayescore.results.objective_series import TimedCurve
from bayescore.search.curves import Curve, CurveState
from bayescore.store import Trial, TrialState
from bayescore.times import parsed

_SAME = 1e-6  # seconds between times that are equal but for rounding
_NO_REPORTS = TimedCurve((), (), ())


class SimulatedTrial:
    """A trial that ran, and when it begins and ends on the simulated clock.

    Attributes
    ----------
    seconds
        Its real duration.
    real_start
        Its real start, in seconds after that of the first trial. The time in which no trial ran is left out.
    start, end
        On the simulated clock; its end is that of its stop if it is stopped.
    judged_at
        Report after which it was last judged; 0 before.
    """

    def __init__(self, trial: Trial, reports: TimedCurve, real_start: float) -> None:
        self.trial = trial
        self.real_start = self.start = real_start
        begun = parsed(str(trial.started_at))
        self.seconds = max(0.0, (parsed(str(trial.ended_at)) - begun).total_seconds())
        self.end = real_start + self.seconds
        self.is_stopped = False
        self.judged_at = 0
        self._reports = reports
        # a report may be stored later than the end of its program
        self._after = [min(max(0.0, at - begun.timestamp()), self.seconds) for at in reports.at]
        self._shown: tuple[int, CurveState, Curve] | None = None

    def begin(self, moment: float) -> None:
        """Set the start on the simulated clock."""
        self.start, self.end = moment, moment + self.seconds

    def stop(self, moment: float) -> None:
        """Stop it before its end."""
        self.end, self.is_stopped = moment, True

    def due_reports(self) -> list[int]:
        """Indices of the reports after which the trial is judged; with its last ones it has ended."""
        found, judged = [], 0
        for index, (step, after) in enumerate(zip(self._reports.steps, self._after, strict=True)):
            if after < self.seconds and is_due(step, judged):
                found.append(index)
                judged = step
        return found

    def moment_of(self, index: int) -> float:
        """When a report arrives on the simulated clock."""
        return self.start + self._after[index]

    def curve_at(self, moment: float) -> Curve | None:
        """What is known of the trial; ``None`` before its first report."""
        count = bisect_right(self._after, min(moment, self.end) - self.start + _SAME)
        if count == 0:
            return None
        state = self._state_at(moment)
        if self._shown is None or self._shown[:2] != (count, state):
            reports = self._reports
            seconds = self._after[count - 1] - self._after[0]
            steps, values = reports.steps[:count], reports.values[:count]
            self._shown = (count, state, Curve(self.trial.parameters, steps, values, state, seconds))
        return self._shown[2]

    def _state_at(self, moment: float) -> CurveState:
        if self.is_stopped or (moment >= self.end and self.trial.state is not TrialState.SUCCEEDED):
            return CurveState.CUT
        return CurveState.WHOLE if moment >= self.end else CurveState.RUNNING


class SimulatedJob:
    """Trials in the order of their real starts, on as many slots as were used at a time.

    A trial takes the slot that is free for the longest time, and waits for it as long as it did: for a
    suggestion, or for a GPU that other programs used. Without a stop each trial begins when it really did.

    Parameters
    ----------
    found
        All trials of the job.
    reports
        Reports of the objective by row id of the trial.
    most
        Number of reports that are replayed.
    """

    def __init__(self, found: Sequence[Trial], reports: Mapping[int, TimedCurve], most: int) -> None:
        self.trials = _in_order(found, reports)
        self._waits = _waits(self.trials)
        due = [trial.due_reports() for trial in self.trials]
        every = max(1, math.ceil(sum(map(len, due)) / most))
        self._due = [indices[every - 1 :: every] for indices in due]
        self._next = [0] * len(due)
        self._begun = 0
        self.report_count = sum(map(len, self._due))

    @property
    def begun(self) -> Sequence[SimulatedTrial]:
        """Trials that have begun."""
        return self.trials[: self._begun]

    @property
    def reports_done(self) -> int:
        """Number of reports that are replayed, or that are not made because their trial is stopped."""
        return sum(
            len(due) if trial.is_stopped else done
            for trial, due, done in zip(self.trials, self._due, self._next, strict=True)
        )

    def reports(self) -> Iterator[tuple[SimulatedTrial, float]]:
        """Trials that report, and the moments, in their order. A trial may be stopped before the next one."""
        events: list[tuple[float, int]] = []  # next report or end of each trial that runs, by its position
        free: list[float] = []  # since when slots are free
        self._begin(events, free)
        while events:
            moment, position = heapq.heappop(events)
            trial = self.trials[position]
            has_ended = self._next[position] == len(self._due[position])
            if not has_ended:
                self._next[position] += 1
                yield trial, moment
            if has_ended or trial.is_stopped:
                heapq.heappush(free, moment)
                self._begin(events, free)
            else:
                heapq.heappush(events, (self._next_event(position), position))

    def _begin(self, events: list[tuple[float, int]], free: list[float]) -> None:
        """Begin the trials that have a slot."""
        while self._begun < len(self.trials):
            position, trial = self._begun, self.trials[self._begun]
            before = self.trials[position - 1] if position else trial
            wait = self._waits[position]
            if wait is None:  # the job used one more slot from here on
                trial.begin(before.start + trial.real_start - before.real_start)
            elif free:
                trial.begin(max(heapq.heappop(free) + wait, before.start))
            else:
                return
            self._begun += 1
            heapq.heappush(events, (self._next_event(position), position))

    def _next_event(self, position: int) -> float:
        trial, due, done = self.trials[position], self._due[position], self._next[position]
        return trial.moment_of(due[done]) if done < len(due) else trial.end


def _in_order(found: Sequence[Trial], reports: Mapping[int, TimedCurve]) -> list[SimulatedTrial]:
    """Trials that ran, by their starts."""
    ran = sorted(
        (trial for trial in found if trial.started_at and trial.ended_at),
        key=lambda t: (str(t.started_at), t.number),
    )
    simulated: list[SimulatedTrial] = []
    idle = reach = 0.0
    for trial in ran:
        start = (parsed(str(trial.started_at)) - parsed(str(ran[0].started_at))).total_seconds()
        idle += max(0.0, start - reach)
        simulated.append(SimulatedTrial(trial, reports.get(trial.id, _NO_REPORTS), start - idle))
        reach = max(reach, start + simulated[-1].seconds)
    return simulated


def _waits(ran: Sequence[SimulatedTrial]) -> list[float | None]:
    """Seconds for which each trial's slot was free before it; ``None`` for one that had a new slot."""
    waits: list[float | None] = []
    ends: list[float] = []
    for trial in ran:
        is_free = bool(ends) and ends[0] <= trial.real_start + _SAME
        waits.append(max(0.0, trial.real_start - heapq.heappop(ends)) if is_free else None)
        heapq.heappush(ends, trial.real_start + trial.seconds)
    return waits

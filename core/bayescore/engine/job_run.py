"""One running job: advances its trials, starts new ones, and ends the job."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Collection, Sequence
from concurrent.futures import Future
from functools import partial
from typing import Any

import sqlalchemy as sa

from bayescore.config import Algorithm
from bayescore.engine import job_budget, job_hours
from bayescore.engine.cleanup import clean_up
from bayescore.engine.early_stopping import EarlyStopper
from bayescore.engine.in_place_watch import InPlaceWatch
from bayescore.engine.job_setup import set_up
from bayescore.engine.leasing import Leaser
from bayescore.engine.outcome import JobEnd, judge_job
from bayescore.engine.reported import reported_objective
from bayescore.engine.services import Services
from bayescore.engine.suggester import Suggester, forecast_of
from bayescore.engine.threads import JobThreads
from bayescore.engine.trial_run import TrialRun
from bayescore.errors import BayesdeskError, RunnerSilentError, StoreError
from bayescore.i18n import Text, text
from bayescore.results.observations import outside_ranges, outside_words
from bayescore.search import Suggestion
from bayescore.search.curves import Curve
from bayescore.store import (
    STATE_NAMES,
    Job,
    JobState,
    Trial,
    TrialState,
    events,
    job_secrets,
    jobs,
    points,
    queue,
    trials,
)
from bayescore.trials.runners import Runner

_log = logging.getLogger(__name__)
_PREFETCH_POINTS = 10_000  # newest points of a running trial; they are read several times a second
_SETUP_PAUSE_S = 1.0  # before a silent runner is asked again
UNREACHABLE_S = 300.0  # for which a runner may stay silent before the job fails


class JobRun:
    """One job while it runs.

    Everything that must survive a crash is in the store; the rest can be found again. No method waits.

    Parameters
    ----------
    predecessor
        What an earlier run of the same job has under way; see :meth:`close`.
    """

    def __init__(
        self,
        services: Services,
        job: Job,
        runner: Runner,
        leaser: Leaser,
        suggester: Suggester,
        stopper: EarlyStopper,
        predecessor: Collection[Future[Any]] = (),
    ) -> None:
        self._s = services
        self._threads = JobThreads(job.id, services.unfinished)
        self._predecessor = predecessor
        self._runner = runner
        self._leaser = leaser
        self._suggester = suggester
        self._stopper = stopper
        self._cancel_setup = threading.Event()
        self._setup: Future[None] | None = None
        self._set_up_at = 0.0  # on the monotonic clock: not before
        self._release: Future[None] | None = None
        self._trial_runs: dict[int, TrialRun] = {}
        self._in_place = InPlaceWatch(services.database, job)
        self._look: Future[None] | None = None
        self._silent_since: float | None = None
        self._is_ending = False
        self._prefetched_to = 0
        self._judged: tuple[object, ...] = ()
        self.job = job
        self._holds_nothing = False
        self.is_at_rest = False  # paused, and no program runs
        self.cancelled = False
        self.cancelled_trials: set[int] = set()  # their numbers

    # ---- steps

    def advance(self, job: Job, *, may_begin: bool = True) -> None:
        """Take one step. Does not wait.

        Parameters
        ----------
        may_begin
            Whether a queued job begins. Otherwise its project is copied, so that later changes of the
            project do not matter, and it waits.
        """
        if job.local.known != self.job.local.known:
            self._suggester.exhausted = None  # a trial was added by hand
        self.job = job
        if job.state is JobState.QUEUED and (may_begin or self.cancelled):
            self._begin()
        if self._rest() or not self._is_set_up() or self.job.state is JobState.QUEUED:
            return
        job_hours.give_back(self._s.database, self.job, self._s.clock())
        self._advance_trials()
        if self.job.state is JobState.PAUSED and not self.cancelled:
            return
        if not self.job.state.ended:
            job_budget.stop_if_used_up(self._s.database, self.job)
            self._judge_curves()
            self._look_in_place()
            self._conclude()

    def _rest(self) -> bool:
        """Hold nothing while no trial may begin and none runs; whether the job is paused then."""
        before = self._holds_nothing
        is_paused = self.job.state is JobState.PAUSED
        may_begin = self.cancelled or (not is_paused and self._is_open())
        self._holds_nothing = not may_begin and not self.running_count()
        if self._holds_nothing and not before:
            self._release = self._threads.starts.run(self._leaser.release, self.job.id)
        self.is_at_rest = self._holds_nothing and is_paused
        return self.is_at_rest

    def _is_open(self) -> bool:
        return job_hours.are_open(self.job, self._s.clock())

    def can_start_trial(self) -> bool:
        """Whether another trial could start now, given a place, a GPU or a slot."""
        return self.is_ready and self.wants_trial()

    @property
    def is_ready(self) -> bool:
        """Whether the job has begun and is set up."""
        return self.job.state is JobState.RUNNING and self._set_up_done()

    def wants_trial(self) -> bool:
        """Whether the job has another trial to run, now or once it is ready."""
        if self.job.state not in (JobState.QUEUED, JobState.RUNNING) or self._is_ending or self.cancelled:
            return False
        if not self._is_open():
            return False
        tally = self._tally()
        if tally[TrialState.PENDING] > sum(run.is_delayed for run in self._trial_runs.values()):
            return True
        unended = sum(count for state, count in tally.items() if not state.ended)
        room = unended < self.job.config.hyper_tuning.parallel_count
        is_wanted = tally.total() < self.job.max_trials and self._suggester.exhausted is None
        return room and is_wanted and job_budget.has_time(self._s.database, self.job)

    def read_metrics(self) -> None:
        """Begin to read metrics of programs that do not report them, where it is time for that."""
        for run in self._trial_runs.values():
            run.read_metrics()

    def takes_place(self) -> bool | None:
        """Whether a trial takes a place of this machine, as one without GPU does; ``None``: not known yet."""
        return self._leaser.takes_place(self.job)

    def places_left(self) -> int:
        """Number of trials that are stored as running and whose places others may use."""
        left = {identifier for identifier, run in self._trial_runs.items() if run.leaves_its_place}
        return sum(trial.id in left for trial in self._unended()) if left else 0

    def running_count(self) -> int:
        """Number of trials that hold a lease."""
        tally = self._tally()
        return tally[TrialState.STARTING] + tally[TrialState.RUNNING]

    def start_trial(self) -> bool:
        """Start one more trial if there is a suggestion and a lease for it; returns whether it did."""
        existing = self._trials()
        pending = (t for t in existing if t.state is TrialState.PENDING)
        waiting = next((t for t in pending if not self._is_delayed(t)), None)
        suggestion = None if waiting else self._suggester.take(self.job, existing, self._curves(existing))
        if waiting is None and (suggestion is None or suggestion.parameters is None):
            return False
        with self._s.database.write() as connection:
            gpus = self._leaser.find(connection, self.job)
            if gpus is None:
                return False
            trial = waiting or self._add(connection, len(existing) + 1, suggestion)
            trial = trials.move(connection, trial, TrialState.STARTING)
            trials.lease(connection, trial.id, gpus)
            queue.take_turn(connection, self.job.id)
            trial = trials.get(connection, trial.id)
        self._prefetched_to = 0
        self._advance_trial(trial)
        return True

    def _is_delayed(self, trial: Trial) -> bool:
        run = self._trial_runs.get(trial.id)
        return run is not None and run.is_delayed

    def prefetch(self) -> None:
        """Compute the next suggestion before the running trial ends."""
        if self.job.config.hyper_tuning.algorithm is not Algorithm.BAYESIAN or not self._set_up_done():
            return
        with self._s.database.read() as connection:
            newest = points.newest(connection, self.job.seq)
            if newest == self._prefetched_to:
                return
            existing = trials.of_job(connection, self.job.id)
            if len(existing) >= self.job.max_trials or self.can_start_trial():
                return
            reported = self._reported(connection, existing)
        if self._suggester.prefetch(self.job, existing, reported, partial(self._curves, existing)):
            self._prefetched_to = newest

    def _curves(self, existing: Sequence[Trial], whole: int | None = None) -> dict[int, Curve]:
        return self._stopper.ended_curves(self.job, existing, whole)

    def _reported(self, connection: sa.Connection, existing: list[Trial]) -> dict[int, float]:
        """Objectives that running trials have reported so far, by number."""
        found = {
            trial.number: reported_objective(connection, self.job, trial, newest=_PREFETCH_POINTS)
            for trial in existing
            if trial.state is TrialState.RUNNING
        }
        return {number: value for number, value in found.items() if value is not None}

    def _add(self, connection: sa.Connection, number: int, suggestion: Suggestion | None) -> Trial:
        assert suggestion is not None
        parameters, forecast = suggestion.parameters or {}, forecast_of(suggestion)
        if outside := outside_ranges(self.job.config.hyper_tuning.parameter_specs, parameters):
            words = outside_words(outside)
            events.add(connection, self.job.id, "outside_ranges", words, trial=number, level="warning")
        return trials.add(connection, self.job.id, number, parameters, str(suggestion.origin), forecast)

    def close(self) -> list[Future[Any]]:
        """Take no more steps.

        Returns
        -------
        list
            What is under way and must be done before another run of this job may begin.
        """
        self._cancel_setup.set()
        self._threads.close()
        begun = [*self._starts(), *self._looks(), self._setup, self._release]
        return [future for future in begun if future is not None and not future.done()]

    def _starts(self) -> list[Future[Any]]:
        """Starts of programs that are under way, also those of an earlier run."""
        starts = (run.start_under_way for run in self._trial_runs.values())
        return [*self._predecessor, *(start for start in starts if start is not None)]

    def _looks(self) -> list[Future[Any]]:
        """Looks at sources of metrics that are under way: two of one trial would store values twice."""
        looks = (run.look_under_way for run in self._trial_runs.values())
        return [look for look in looks if look is not None]

    # ---- cancellations

    def is_unended(self, number: int) -> bool:
        """Whether the job has a trial of this number that has not ended."""
        return any(t.number == number for t in self._unended())

    def stop_cancelled(self) -> None:
        """Ask cancelled programs to end. Nothing is written, because the disk may be full."""
        if not self.cancelled and not self.cancelled_trials:
            return
        for trial in self._unended():
            is_cancelled = self.cancelled or trial.number in self.cancelled_trials
            if is_cancelled and trial.state is not TrialState.PENDING:
                self._stop(trial)

    def _unended(self) -> list[Trial]:
        with self._s.database.read() as connection:
            return trials.active_of_job(connection, self.job.id)

    # ---- the job

    def _trials(self) -> list[Trial]:
        with self._s.database.read() as connection:
            return trials.of_job(connection, self.job.id)

    def _tally(self) -> Counter[TrialState]:
        with self._s.database.read() as connection:
            return trials.count_by_state(connection, self.job.id)

    def _begin(self) -> None:
        if self.cancelled:
            with self._s.database.write() as connection:
                for trial in trials.active_of_job(connection, self.job.id):
                    trials.move(connection, trial, TrialState.CANCELLED)
            self._finish(JobEnd(JobState.CANCELLED))
            return
        with self._s.database.write() as connection:
            self.job = jobs.start(connection, self.job.id)
            events.add(connection, self.job.id, "running", text("The job has started."))

    def _set_up_done(self) -> bool:
        return self._setup is not None and self._setup.done()

    def _is_set_up(self) -> bool:
        if self.job.state.ended or not all(future.done() for future in self._predecessor):
            return False
        if self._setup is None and time.monotonic() < self._set_up_at and not self.cancelled:
            return False
        if self._setup is None:
            self._setup = self._threads.starts.submit(
                set_up, self._s.database, self.job, self._runner, self._cancel_setup
            )
            self._setup.add_done_callback(lambda _: self._s.wake())
        if self.cancelled:
            self._cancel_setup.set()
        if not self._setup.done():
            return False
        error = self._setup.exception()
        if error is None:
            return True
        if self.cancelled:
            self._conclude()
        elif isinstance(error, StoreError):
            self._setup = None  # to be tried again, as the disk may have space by then
            raise error
        elif isinstance(error, RunnerSilentError) and self._may_set_up_again():
            self._setup, self._set_up_at = None, time.monotonic() + _SETUP_PAUSE_S
        else:
            self.fail(error)
        return False

    def _look_in_place(self) -> None:
        if self._in_place.is_due and (self._look is None or self._look.done()):
            self._look = self._threads.starts.run(self._in_place.look)

    def _conclude(self) -> None:
        """End the job if its trials require it; trials that still run are stopped first."""
        judged = (
            self._tally(),
            self.cancelled,
            self.job.run_since,
            self.job.max_trials,
            self._suggester.exhausted,
            has_time := job_budget.has_time(self._s.database, self.job),
        )
        if judged == self._judged and not self._is_ending:
            return  # nothing has changed since the last judgement
        all_trials = self._trials()
        end = self._end(all_trials, has_time)
        self._is_ending = end is not None
        self._judged = judged
        if end is None:
            return
        unended = [t for t in all_trials if not t.state.ended]
        for trial in unended:
            self._stop(trial)
        if not unended:
            self._finish(end)

    def _end(self, all_trials: list[Trial], has_time: bool) -> JobEnd | None:
        if self.cancelled:
            return JobEnd(JobState.CANCELLED)
        seen = True
        if self._may_lack_metric(all_trials):
            with self._s.database.read() as connection:
                seen = points.is_reported(connection, self.job.id, self.job.metric)
        exhausted = self._suggester.exhausted
        return judge_job(self.job, all_trials, metric_seen=seen, exhausted=exhausted, has_time=has_time)

    @staticmethod
    def _may_lack_metric(all_trials: list[Trial]) -> bool:
        return any(t.state is TrialState.FAILED and t.exit_code == 0 for t in all_trials)

    def _finish(self, end: JobEnd) -> None:
        with self._s.database.write() as connection:
            self.job = jobs.move(connection, self.job.id, end.state, end.reason)
            message = text("The job has ended: {state}.", state=Text(STATE_NAMES[end.state]))
            level = "info" if end.state in (JobState.SUCCEEDED, JobState.EXHAUSTED) else "warning"
            events.add(connection, self.job.id, "ended", message, level=level)
        job_secrets.forget(self._s.database.folder, self.job.id)
        self._threads.starts.run(self._in_place.look)
        self._release = self._threads.starts.run(self._leaser.release, self.job.id)
        # removes what could not be removed while the runner was silent
        before = (*self._s.removals, *self._starts(), self._release)
        endpoint = self.job.submission.endpoint
        self._threads.starts.run(clean_up, self._s.database, self._runner, endpoint, before)
        _log.info("job %s ended: %s", self.job.id, end.state)

    def fail(self, error: BaseException) -> None:
        """End the job with a system error."""
        if isinstance(error, StoreError):
            raise error
        reason = text("{error}", error=str(error))
        if isinstance(error, BayesdeskError):
            reason = text("{message} {hint}", message=error.message, hint=error.hint or Text(""))
        else:
            _log.error("job %s has failed", self.job.id, exc_info=error)
        for trial in self._trials():
            if not trial.state.ended:
                if trial.state is not TrialState.PENDING:
                    self._run_of(trial).abandon(trial)
                with self._s.database.write() as connection:
                    trials.move(connection, trial, TrialState.CANCELLED)
                self._s.listener.retire(str(trial.id))
        self._finish(JobEnd(JobState.SYSTEM_ERROR, reason))

    # ---- trials

    def _advance_trials(self) -> None:
        """Take one step for each trial; a runner that does not answer is asked again for a while."""
        unended = self._unended()
        for trial in unended:
            if trial.number in self.cancelled_trials or trial.curve.stop is not None:
                self._stop(trial)
            self._advance_trial(trial)
        for identifier in self._trial_runs.keys() - {trial.id for trial in unended}:
            self.cancelled_trials.discard(self._trial_runs.pop(identifier).number)
        silence = next((run.silence for run in self._trial_runs.values() if run.silence is not None), None)
        if silence is None:
            self._silent_since = None
        elif not self._is_patient():
            self.fail(silence)

    def _judge_curves(self) -> None:
        """Store a verdict on a running trial. One that is to stop is asked to end by the next step."""
        if (
            self.job.local.early_stopping is None
            or (judged := self._stopper.step(self.job, self._trials())) is None
        ):
            return
        trial, record = judged
        with self._s.database.write() as connection:
            trials.set_curve(connection, trial.id, record)
        if record.stop is not None:
            self._s.wake()

    def _may_set_up_again(self) -> bool:
        """Whether a silent runner is asked again, without a limit while the job waits in the queue."""
        return self.job.state is JobState.QUEUED or self._is_patient()

    def _is_patient(self) -> bool:
        """Whether a silent runner may still answer: it has not been silent for too long."""
        self._silent_since = self._silent_since or time.monotonic()
        return time.monotonic() - self._silent_since < UNREACHABLE_S

    def _advance_trial(self, trial: Trial) -> None:
        if trial.state in (TrialState.STARTING, TrialState.RUNNING):
            self._run_of(trial).advance(trial, will_retry=not self.cancelled)

    def _run_of(self, trial: Trial) -> TrialRun:
        run = self._trial_runs.get(trial.id)
        if run is None or run.attempt != trial.attempt:
            run = self._trial_runs[trial.id] = TrialRun(self._s, self._threads, self._runner, self.job, trial)
        return run

    def _stop(self, trial: Trial) -> None:
        if trial.state is TrialState.PENDING:
            with self._s.database.write() as connection:
                trials.move(connection, trial, TrialState.CANCELLED)
        else:
            self._run_of(trial).stop(trial)

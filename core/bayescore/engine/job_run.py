"""One job under way: brings its trials forward and ends it when it is to end."""

from __future__ import annotations

import logging
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bayescore.engine import secret_keeping
from bayescore.engine.job_setup import set_up
from bayescore.engine.launching import launch_of, output_source
from bayescore.engine.leasing import Leasing
from bayescore.engine.outcome import LOST_RETRIES, JobEnd, judge_job, judge_trial, objective
from bayescore.engine.proposing import Proposer
from bayescore.errors import BayesdeskError, StoreError
from bayescore.i18n import Text, text
from bayescore.listener import Listener, Reporter
from bayescore.search import Suggestion
from bayescore.store import Database, Job, JobState, Trial, TrialState, jobs, notes, points, trials
from bayescore.times import now, parsed
from bayescore.trials import TrialFolder
from bayescore.trials import folder as trial_folder
from bayescore.trials.parameters import merged
from bayescore.trials.runners import Exit, Runner

_log = logging.getLogger(__name__)
_TAIL_BYTES = 2000
_TAIL_LINES = 6
_INTAKE_S = 30.0
UNREACHABLE_S = 60.0  # so long may a runner not answer before the job gives up


@dataclass
class Services:
    """What every job's run shares."""

    database: Database
    listener: Listener
    leasing: Leasing
    pool: ThreadPoolExecutor
    wake: Callable[[], None]


class JobRun:
    """The engine's memory of one job; all that matters is in the store and can be found again."""

    def __init__(self, services: Services, job: Job, runner: Runner, proposer: Proposer) -> None:
        self._s = services
        self._runner = runner
        self._proposer = proposer
        self._cancel_setup = threading.Event()
        self._setup: Future[None] | None = None
        self._starts: dict[int, Future[str]] = {}
        self._stopped: set[int] = set()
        self._overdue: set[int] = set()
        self._deadlines: dict[int, float] = {}
        self._admitted: set[int] = set()
        self._watched: set[int] = set()
        self._spool_sizes: dict[int, int] = {}
        self._silent_since: float | None = None
        self._is_ending = False
        self.job = job
        self.cancelled = False
        self.cancelled_trials: set[int] = set()

    # ---- one step

    def advance(self, job: Job) -> None:
        """Bring everything one step on; returns soon, waits for nothing slow."""
        self.job = job
        if job.state is JobState.QUEUED:
            self._begin()
        if not self._is_set_up():
            return
        for trial in self._trials():
            self._advance_trial(trial)
        self._conclude()

    def wants_trial(self) -> bool:
        """Whether another trial could start now, if it gets what it needs."""
        if self.job.state is not JobState.RUNNING or self._is_ending or not self._set_up_done():
            return False
        existing = self._trials()
        unended = [t for t in existing if not t.state.ended]
        waiting = [t for t in unended if t.state is TrialState.PENDING]
        if waiting:
            return True
        room = len(unended) < self.job.config.hyper_tuning.parallel_count
        return room and len(existing) < self.job.max_trials and self._proposer.exhausted is None

    def running(self) -> int:
        """Number of trials that hold what they need."""
        return sum(t.state in (TrialState.STARTING, TrialState.RUNNING) for t in self._trials())

    def begin_trial(self) -> bool:
        """Start one more trial; whether something came of it."""
        existing = self._trials()
        waiting = next((t for t in existing if t.state is TrialState.PENDING), None)
        suggestion = None if waiting else self._proposer.take(self.job, existing)
        if waiting is None and (suggestion is None or suggestion.parameters is None):
            return False
        with self._s.database.write() as connection:
            gpus = self._s.leasing.find(connection, self.job)
            if gpus is None:
                return False
            trial = waiting or self._add(connection, len(existing) + 1, suggestion)
            trial = trials.move(connection, trial, TrialState.STARTING)
            trials.lease(connection, trial.id, gpus)
            trial = trials.get(connection, trial.id)
        self._start(trial)
        return True

    def _add(self, connection: sa.Connection, number: int, suggestion: Suggestion | None) -> Trial:
        assert suggestion is not None
        return trials.add(
            connection,
            self.job.id,
            number,
            suggestion.parameters or {},
            str(suggestion.origin),
            suggestion.expected_gain,
        )

    def close(self) -> None:
        """Leave everything to a successor; what is just being started comes to its end first."""
        self._cancel_setup.set()
        begun: list[Future[Any]] = [*self._starts.values(), *([self._setup] if self._setup else [])]
        wait(begun, timeout=UNREACHABLE_S)

    # ---- the job

    def _trials(self) -> list[Trial]:
        with self._s.database.read() as connection:
            return trials.of_job(connection, self.job.id)

    def _begin(self) -> None:
        with self._s.database.write() as connection:
            if self.cancelled:
                self.job = jobs.move(connection, self.job.id, JobState.CANCELLED)
                return
            self.job = jobs.move(connection, self.job.id, JobState.RUNNING)
            notes.add_event(connection, self.job.id, "running", text("The job has begun."))

    def _set_up_done(self) -> bool:
        return self._setup is not None and self._setup.done()

    def _is_set_up(self) -> bool:
        if self.job.state.ended:
            return False
        if self._setup is None:
            self._setup = self._s.pool.submit(
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
        else:
            self._fail(error)
        return False

    def _conclude(self) -> None:
        """End the job if its trials say so; trials that still run are stopped first."""
        all_trials = self._trials()
        end = self._end(all_trials)
        self._is_ending = end is not None
        if end is None:
            return
        unended = [t for t in all_trials if not t.state.ended]
        for trial in unended:
            self._stop(trial)
        if not unended:
            self._finish(end)

    def _end(self, all_trials: list[Trial]) -> JobEnd | None:
        if self.cancelled:
            return JobEnd(JobState.CANCELLED)
        with self._s.database.read() as connection:
            series = points.of_trials(connection, all_trials) if self._may_lack_metric(all_trials) else {}
        seen = not series or any(self.job.metric in s for s in series.values())
        return judge_job(self.job, all_trials, metric_seen=seen, exhausted=self._proposer.exhausted)

    @staticmethod
    def _may_lack_metric(all_trials: list[Trial]) -> bool:
        return any(t.state is TrialState.FAILED and t.exit_code == 0 for t in all_trials)

    def _finish(self, end: JobEnd) -> None:
        with self._s.database.write() as connection:
            self.job = jobs.move(connection, self.job.id, end.state, end.reason)
            message = text("The job has ended: {state}.", state=end.state.value)
            level = "info" if end.state in (JobState.SUCCEEDED, JobState.EXHAUSTED) else "warning"
            notes.add_event(connection, self.job.id, "ended", message, level=level)
        secret_keeping.forget(self._s.database.folder, self.job.id)
        _log.info("job %s ended: %s", self.job.id, end.state)

    def _fail(self, error: BaseException) -> None:
        """The tuner itself cannot go on with this job."""
        if isinstance(error, StoreError):
            raise error
        reason = text("{error}", error=str(error))
        if isinstance(error, BayesdeskError):
            reason = text("{message} {hint}", message=error.message, hint=error.hint or Text(""))
        else:
            _log.error("job %s cannot go on", self.job.id, exc_info=error)
        for trial in self._trials():
            if not trial.state.ended:
                if trial.handle:
                    self._runner.stop(trial.handle)
                with self._s.database.write() as connection:
                    trials.move(connection, trial, TrialState.CANCELLED)
                self._s.listener.retire(trial.id)
        self._finish(JobEnd(JobState.SYSTEM_ERROR, reason))

    fail = _fail

    # ---- its trials

    def _advance_trial(self, trial: Trial) -> None:
        if trial.state.ended:
            return
        if trial.id not in self._admitted and trial.state is not TrialState.PENDING:
            self._admitted.add(trial.id)
            self._s.listener.admit(self._reporter(trial))
        if trial.number in self.cancelled_trials:
            self._stop(trial)
        if trial.state is TrialState.STARTING:
            self._advance_start(trial)
        elif trial.state is TrialState.RUNNING:
            self._advance_running(trial)

    def _start(self, trial: Trial) -> None:
        self._admitted.add(trial.id)
        self._s.listener.admit(self._reporter(trial))
        self._starts[trial.id] = self._s.pool.submit(self._launch, trial)
        self._starts[trial.id].add_done_callback(lambda _: self._s.wake())

    def _launch(self, trial: Trial) -> str:
        """Adopt or start; runs on the pool. The order is row, folder, program."""
        folder = self._s.database.folder
        launch = launch_of(folder, self.job, trial, self._s.listener.port)
        is_made = trial_folder.is_made(launch.folder.root, trial.attempt)
        if is_made and (handle := self._runner.adopt(launch)):
            return handle
        trial_folder.make(
            launch.folder.root,
            trial.attempt,
            folder.snapshot(self.job.id),
            merged(self.job.config, trial.parameters),
            output_source(self.job),
        )
        self._s.listener.listen_on_bridge()
        return self._runner.start(launch)

    def _advance_start(self, trial: Trial) -> None:
        future = self._starts.get(trial.id)
        if future is None:  # an earlier engine began this
            self._start(trial)
            return
        if not future.done():
            return
        del self._starts[trial.id]
        if (error := future.exception()) is not None:
            self._fail(error)
            return
        with self._s.database.write() as connection:
            started = trials.move(connection, trial, TrialState.RUNNING, handle=future.result())
        self._watched.add(trial.id)
        self._watch_time(started)
        if trial.id in self._stopped:
            self._runner.stop(str(started.handle))

    def _watch_time(self, trial: Trial) -> None:
        if self.job.local.trial_timeout and trial.started_at:
            gone = (parsed(now()) - parsed(trial.started_at)).total_seconds()
            self._deadlines[trial.id] = time.monotonic() + self.job.local.trial_timeout - gone

    def _advance_running(self, trial: Trial) -> None:
        assert trial.handle is not None
        if trial.id not in self._deadlines:
            self._watch_time(trial)
        try:
            if trial.id not in self._watched:
                self._adopt_again(trial)
            ended = self._runner.poll(trial.handle)
            self._silent_since = None
        except BayesdeskError as error:
            self._runner_is_silent(error)
            return
        except OSError as error:
            self._runner_is_silent(BayesdeskError(text("{error}", error=str(error))))
            return
        if ended is not None:
            self._end_trial(trial, ended)
            return
        self._look_at_spool(trial)
        if self._deadlines.get(trial.id, float("inf")) <= time.monotonic() and trial.id not in self._overdue:
            self._overdue.add(trial.id)
            self._runner.stop(trial.handle)

    def _look_at_spool(self, trial: Trial) -> None:
        """Take in what grew without a word: some networks let no container reach the listener."""
        reporter = self._reporter(trial)
        size = reporter.spool.stat().st_size if reporter.spool.exists() else 0
        if size != self._spool_sizes.get(trial.id, 0):
            self._spool_sizes[trial.id] = size
            self._s.listener.take_spool(reporter)

    def _adopt_again(self, trial: Trial) -> None:
        launch = launch_of(self._s.database.folder, self.job, trial, self._s.listener.port)
        self._runner.adopt(launch)
        self._watched.add(trial.id)

    def _runner_is_silent(self, error: BayesdeskError) -> None:
        moment = time.monotonic()
        self._silent_since = self._silent_since or moment
        if moment - self._silent_since > UNREACHABLE_S:
            self._fail(error)

    def _stop(self, trial: Trial) -> None:
        if trial.state is TrialState.PENDING:
            with self._s.database.write() as connection:
                trials.move(connection, trial, TrialState.CANCELLED)
            return
        if trial.id in self._stopped:
            return
        self._stopped.add(trial.id)
        if trial.handle:
            self._runner.stop(trial.handle)

    def _end_trial(self, trial: Trial, ended: Exit) -> None:
        """Take in the last points, judge, store; then let the program's traces go."""
        assert trial.handle is not None
        self._s.listener.take_spool(self._reporter(trial)).result(timeout=_INTAKE_S)
        log = TrialFolder(self._s.database.folder.trial(self.job.id, trial.number)).log
        self._runner.save_log(trial.handle, log)
        if trial.id in self._overdue and not ended.timed_out:
            ended = Exit(ended.code or -signal.SIGTERM, timed_out=True)
        with self._s.database.write() as connection:
            series = points.of_trial(connection, trial)
            tuning = self.job.config.hyper_tuning
            value = objective(series.get(self.job.metric, []), tuning.goal, self.job.local.objective)
            verdict = judge_trial(
                ended, value, self.job, stopped=trial.id in self._stopped, log_tail=tail_of(log)
            )
            moved = trials.move(
                connection,
                trial,
                verdict.state,
                reason=verdict.reason,
                value=verdict.value,
                exit_code=ended.code,
            )
            self._note_end(connection, moved)
            if verdict.state is TrialState.LOST and trial.attempt <= LOST_RETRIES and not self.cancelled:
                trials.retry(connection, moved)
        self._forget(trial)

    def _note_end(self, connection: sa.Connection, trial: Trial) -> None:
        if trial.state is TrialState.SUCCEEDED:
            return
        message = trial.reason or text("The trial was stopped.")
        level = "info" if trial.state is TrialState.CANCELLED else "warning"
        notes.add_event(
            connection, self.job.id, f"trial_{trial.state}", message, trial=trial.number, level=level
        )

    def _forget(self, trial: Trial) -> None:
        assert trial.handle is not None
        self._s.listener.retire(trial.id)
        for known in (self._stopped, self._overdue, self._admitted, self._watched):
            known.discard(trial.id)
        self._deadlines.pop(trial.id, None)
        self._spool_sizes.pop(trial.id, None)
        self.cancelled_trials.discard(trial.number)
        self._s.pool.submit(self._runner.remove, trial.handle)
        self._s.wake()

    def _reporter(self, trial: Trial) -> Reporter:
        root = self._s.database.folder.trial(self.job.id, trial.number)
        return Reporter(
            trial,
            self.job.seq,
            self.job.metric,
            self.job.config.hyper_tuning.side_metrics,
            TrialFolder(root).spool / "points.jsonl",
        )


def tail_of(log: Path) -> str:
    """Last lines of a log, for a message."""
    try:
        with log.open("rb") as file:
            file.seek(0, 2)
            file.seek(max(0, file.tell() - _TAIL_BYTES))
            text_ = file.read().decode("utf-8", "replace")
    except OSError:
        return ""
    return "\n".join(line for line in text_.splitlines()[-_TAIL_LINES:] if line.strip())

"""One attempt of a trial: starts or adopts its program, watches it, judges how it ended."""

from __future__ import annotations

import logging
import signal
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future, wait
from enum import Enum
from pathlib import Path

import sqlalchemy as sa

from bayescore.engine.build_launch import RAY, check_in_place, check_inputs, launch_of, watched
from bayescore.engine.outcome import LOST_RETRIES, judge_trial
from bayescore.engine.reported import reported_objective
from bayescore.engine.runner_call import RunnerCall
from bayescore.engine.services import Services
from bayescore.engine.threads import JobThreads
from bayescore.errors import RunnerError, RunnerSilentError, StoreError
from bayescore.i18n import text
from bayescore.listener import Reporter, size_of
from bayescore.metrics import Collector, Looks, Note, read_summary
from bayescore.store import Job, StopCause, Trial, TrialState, events, trials
from bayescore.times import now, parsed
from bayescore.trials import Launch, TrialFolder, trial_folder
from bayescore.trials.runners import Exit, Runner

_log = logging.getLogger(__name__)
_TAIL_BYTES = 2000
_TAIL_LINES = 6
_REPLACED = "\ufffd"  # what stands for a character whose bytes are not complete
_INTAKE_S = 10.0  # to wait for the last reports of a stopped trial, whose value does not matter
_ASK_AGAIN_S = 30.0  # after a stop that had no effect
_RETRY_S = (2.0, 8.0)  # before the first and the second retry of a trial that a node has lost


class _Overdue(Enum):
    """A program that runs longer than it may."""

    OVERDUE = "overdue"


class TrialRun:
    """One attempt of a trial while it starts or runs.

    Everything that must survive a crash is in the store; the rest can be found again. No method waits:
    calls on the runner are made on the job's threads, and a later step looks at their results.

    Parameters
    ----------
    trial
        The attempt, starting or running; its program may report from now on.
    """

    def __init__(
        self, services: Services, threads: JobThreads, runner: Runner, job: Job, trial: Trial
    ) -> None:
        self._s = services
        self._threads = threads
        self._runner = runner
        self._job = job
        self._root = services.database.folder.trial(job.id, trial.number)
        self._start = RunnerCall(threads.starts, self._launch_or_wait, services.wake)
        self._adopt = RunnerCall(threads.calls, self._adopt_running, services.wake)
        self._poll = RunnerCall(threads.calls, self._poll_in_time, services.wake)
        self._log = RunnerCall(threads.calls, self._save_log, services.wake)
        self._stop: RunnerCall[[str], None] = RunnerCall(threads.stops, runner.stop, services.wake)
        self._looks = self._make_looks(trial)
        self._noted: set[str] = set()
        self._is_watched = False
        self._is_stopped = False
        self._is_overdue = False
        self._asked_at: float | None = None
        self._ended: Exit | None = None
        self._log_tail: str | None = None
        self._last_reports: Future[None] | None = None
        self._last_asked_at = 0.0
        self._last_look_at = 0.0
        self._deadline: float | None = None
        self._spool_size = 0
        self._retry_at = 0.0
        self.attempt, self.number = trial.attempt, trial.number
        services.listener.admit(self._reporter(trial))

    @property
    def start_under_way(self) -> Future[str | None] | None:
        """The start of the program, until the trial is stored as running."""
        return self._start.under_way

    @property
    def look_under_way(self) -> Future[bool] | None:
        """The look at the sources of metrics that is being made."""
        return self._looks.under_way if self._looks is not None else None

    @property
    def leaves_its_place(self) -> bool:
        """Whether others may use its place: its program has ended, or the runner does not answer."""
        return self._ended is not None or self.silence is not None

    @property
    def silence(self) -> RunnerSilentError | None:
        """Why the runner does not answer at the moment; ``None`` if it does."""
        calls = (self._start, self._adopt, self._poll, self._log)
        return next((call.silence for call in calls if call.silence is not None), None)

    def advance(self, trial: Trial, *, will_retry: bool) -> None:
        """Take one step.

        Parameters
        ----------
        will_retry
            Whether a trial whose program disappeared is run again.

        Raises
        ------
        StoreError
            When the store cannot be written at the moment.
        BayesdeskError
            When the trial cannot be started.
        """
        if trial.state is TrialState.STARTING:
            self._advance_start(trial)
        elif trial.state is TrialState.RUNNING:
            self._advance_running(trial, will_retry)

    def read_metrics(self) -> None:
        """Begin to read what the program has written since the last look, if it is time for that."""
        if self._looks is not None and self._is_watched and self._ended is None:
            self._looks.tick()

    def stop(self, trial: Trial) -> None:
        """Ask the program to end; a later step finds that it has ended."""
        if not self._is_stopped:
            self._is_stopped = True
            if trial.handle:
                self._ask_to_end(trial.handle)

    def abandon(self, trial: Trial) -> None:
        """Ask the program to end, also one that is still being started, without looking at how it ends."""
        self._is_stopped = True
        if trial.handle:
            self._ask_to_end(trial.handle)
        elif (start := self._start.under_way) is not None and not start.cancel():
            self._threads.stops.run(self._stop_once_started, start)

    def _stop_once_started(self, start: Future[str | None]) -> None:
        wait([start])
        if not start.cancelled() and start.exception() is None and (handle := start.result()):
            self._runner.stop(handle)

    # ---- starting

    def _advance_start(self, trial: Trial) -> None:
        handle = self._start.result(trial)
        if handle is None:
            return
        if self._is_stopped:
            self._ask_to_end(handle)
        with self._s.database.write() as connection:
            trials.move(connection, trial, TrialState.RUNNING, handle=handle)
        self._is_watched = True

    def _launch_or_wait(self, trial: Trial) -> str:
        """Launch. A full disk counts as an error of the store: the engine waits and the job continues."""
        try:
            return self._launch(trial)
        except RunnerSilentError:
            raise
        except RunnerError as error:
            if self._s.database.folder.is_writable():
                raise
            raise StoreError(error.message, error.hint) from error

    def _launch(self, trial: Trial) -> str:
        """Adopt the program, or start it. The order is row, folder, program."""
        launch = self._launch_of(trial)
        is_made = trial_folder.is_made(launch.folder.root, trial.attempt)
        if is_made and (handle := self._runner.adopt(launch)):
            return handle
        check_inputs(self._job)
        check_in_place(self._job)
        self._s.listener.listen_on_bridge()
        return self._runner.start(launch)

    def _launch_of(self, trial: Trial) -> Launch:
        folder, port = self._s.database.folder, self._s.listener.port
        return launch_of(folder, self._job, trial, port, self._s.gpus.at_a_time(self._job))

    # ---- running

    def _advance_running(self, trial: Trial, will_retry: bool) -> None:
        assert trial.handle is not None
        self._stop.take()
        if self._ended is None:
            self._watch(trial, trial.handle)
        if self._ended is not None and self._is_complete(trial, trial.handle):
            self._end(trial, self._ended, will_retry)

    def _watch(self, trial: Trial, handle: str) -> None:
        if self._asked_at is not None and time.monotonic() > self._asked_at + _ASK_AGAIN_S:
            self._ask_to_end(handle)  # the request may have been lost with a container engine
        if not self._is_watched:  # an earlier engine started it
            self._is_watched = self._adopt.result(trial) is not None
        if not self._is_watched:
            return
        self.read_metrics()
        self._add_notes(trial, self._looks.notes if self._looks is not None else ())
        self._read_spool(trial)
        time_is_up_at = float("inf") if self._is_overdue else self._time_is_up_at(trial)
        poll = self._poll_in_time if self._runner.polls_memory else self._poll.result
        polled = poll(handle, time_is_up_at)
        if isinstance(polled, Exit):
            self._ended = polled
        elif polled is _Overdue.OVERDUE:
            self._is_overdue = True
            self._ask_to_end(handle)

    def _adopt_running(self, trial: Trial) -> bool:
        self._runner.adopt(self._launch_of(trial))
        return True

    def _poll_in_time(self, handle: str, time_is_up_at: float) -> Exit | _Overdue | None:
        """How the program ended. Only one that is known to run after its time is overdue."""
        began = time.monotonic()
        ended = self._runner.poll(handle)
        return _Overdue.OVERDUE if ended is None and began >= time_is_up_at else ended

    def _ask_to_end(self, handle: str) -> None:
        self._asked_at = time.monotonic()
        self._stop.begin(handle)

    def _time_is_up_at(self, trial: Trial) -> float:
        """When the trial's time is up, on the monotonic clock; computed once, as the wall clock may jump."""
        limit = self._job.local.trial_timeout
        if limit is None or trial.started_at is None:
            return float("inf")
        if self._deadline is None:
            elapsed = (parsed(now()) - parsed(trial.started_at)).total_seconds()
            self._deadline = time.monotonic() + limit - elapsed
        return self._deadline

    def _read_spool(self, trial: Trial) -> None:
        """Read a spool file that has grown: in some networks containers cannot reach the listener."""
        reporter = self._reporter(trial)
        size = size_of(reporter.spool)
        if size != self._spool_size:
            self._spool_size = size
            self._s.listener.take_spool(reporter)

    # ---- ending

    def _is_complete(self, trial: Trial, handle: str) -> bool:
        """Whether the log and the last reports of a program that has ended are here."""
        if self._log_tail is None:
            self._log_tail = self._log.result(handle)
        if self._looks is not None and (self._log_tail is None or not self._has_last_metrics(self._looks)):
            return False
        return self._has_last_reports(trial) and self._log_tail is not None

    def _save_log(self, handle: str) -> str:
        """Save the rest of the log; returns its last lines."""
        log = TrialFolder(self._root).log
        self._runner.save_log(handle, log)
        return tail_of(log)

    def _has_last_metrics(self, looks: Looks) -> bool:
        """Whether the sources of metrics have been read to their ends; a stopped trial waits a while only."""
        self._last_look_at = self._last_look_at or time.monotonic()
        is_late = self._is_stopped and time.monotonic() > self._last_look_at + _INTAKE_S
        return looks.finish() or is_late

    def _has_last_reports(self, trial: Trial) -> bool:
        """Whether the last reports of a program that has ended are stored, or cannot be.

        Storing a long spool file may take a minute.
        """
        if self._last_reports is None:
            self._last_asked_at = time.monotonic()
            self._last_reports = self._s.listener.take_spool(self._reporter(trial))
            self._last_reports.add_done_callback(lambda _: self._s.wake())
        if not self._last_reports.done():
            return self._is_stopped and time.monotonic() > self._last_asked_at + _INTAKE_S
        error = self._last_reports.exception()
        if isinstance(error, StoreError):
            self._last_reports = None
            raise error
        if error is not None:
            _log.error("trial %s: its last reports cannot be stored: %s", trial.id, error)
        return True

    def _end(self, trial: Trial, ended: Exit, will_retry: bool) -> None:
        """Judge, store, then remove what the program left."""
        assert trial.handle is not None
        reporter = self._reporter(trial)
        self._add_notes(trial, read_summary(self._root).notes if self._job.local.metrics else ())
        if self._is_overdue and not ended.timed_out:
            ended = Exit(ended.code or -signal.SIGTERM, timed_out=True)
        with self._s.database.read() as connection:
            value = reported_objective(connection, self._job, trial)
        with self._s.database.write() as connection:
            verdict = judge_trial(
                ended,
                value,
                self._job,
                curve=trial.curve,
                stopped=self._is_stopped,
                unkept=self._s.listener.has_lost_reports(reporter),
                log_tail=self._log_tail or "",
            )
            moved = trials.move(
                connection,
                trial,
                verdict.state,
                reason=verdict.reason,
                value=verdict.value,
                exit_code=ended.code,
            )
            self._add_event(connection, moved)
            losses = trial.curve.losses
            if verdict.state is TrialState.LOST and losses < LOST_RETRIES and will_retry:
                trials.retry(connection, moved, losses=losses + 1)
                if self._job.submission.runner == "ray":
                    self._delay_retry(_RETRY_S[losses])
            elif trial.curve.stop is StopCause.PAUSE and will_retry:
                trials.retry(connection, moved, resumes=True, losses=losses)
        self._s.listener.retire(str(trial.id))
        self._s.add_removal(self._threads.starts.run(self._runner.remove, trial.handle))
        self._s.wake()

    @property
    def is_delayed(self) -> bool:
        """Whether the retry of a lost attempt is being delayed."""
        return time.monotonic() < self._retry_at

    def _delay_retry(self, seconds: float) -> None:
        """Delay a retry: the node that lost the program may be about to leave the cluster."""
        self._retry_at = time.monotonic() + seconds
        timer = threading.Timer(seconds, self._s.wake)
        timer.daemon = True
        timer.start()

    def _add_event(self, connection: sa.Connection, trial: Trial) -> None:
        if trial.state is TrialState.SUCCEEDED:
            return
        message = trial.reason or text("The trial was stopped.")
        is_expected = trial.state in (TrialState.CANCELLED, TrialState.STOPPED_EARLY)
        level = "info" if is_expected else "warning"
        events.add(connection, self._job.id, f"trial_{trial.state}", message, trial=trial.number, level=level)

    def _make_looks(self, trial: Trial) -> Looks | None:
        """The looks at the sources of metrics; on a cluster the node's agent looks."""
        if not self._job.local.metrics or self._job.submission.runner == RAY:
            return None
        reporter = self._reporter(trial)
        return Looks(
            Collector(watched(self._s.database.folder, self._job, trial)),
            self._threads.looks.submit,
            lambda: self._s.listener.take_spool(reporter),
            self._s.wake,
        )

    def _add_notes(self, trial: Trial, notes: Sequence[Note]) -> None:
        """Add an event for each kind of note about the sources of metrics, once a trial."""
        new = {f"metrics_{note.kind}": note.message for note in notes if note.kind not in self._noted}
        if not new:
            return
        with self._s.database.write() as connection:
            for kind, message in new.items():
                if not events.exists(connection, self._job.id, kind, trial.number):
                    events.add(connection, self._job.id, kind, message, trial=trial.number, level="warning")
        self._noted |= {note.kind for note in notes}

    def _reporter(self, trial: Trial) -> Reporter:
        return Reporter(
            trial,
            self._job.seq,
            self._job.metric,
            self._job.config.hyper_tuning.side_metrics,
            TrialFolder(self._root).spool / "points.jsonl",
        )


def tail_of(log: Path) -> str:
    """The last lines of a log, for a message; “…” stands for the start of a line that is too long for it."""
    try:
        with log.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - _TAIL_BYTES - 1))
            found = file.read()
    except OSError:
        return ""
    before, found = (found[:1], found[1:]) if size > _TAIL_BYTES else (b"\n", found)
    lines = found.decode("utf-8", "replace").splitlines()
    if lines and before not in (b"\n", b"\r"):
        lines[0] = f"…{lines[0].lstrip(_REPLACED)}"
    return "\n".join(line for line in lines[-_TAIL_LINES:] if line.strip())

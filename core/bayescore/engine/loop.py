"""The loop that brings jobs from their stored state to the requested one.

There is one way to start: read the store, look at what really runs, reconcile. A restart after a crash
runs the same code as the first start.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, wait
from datetime import datetime
from functools import partial
from typing import Any

from bayescore.engine import job_hours
from bayescore.engine.cleanup import clean_up
from bayescore.engine.early_stopping import EarlyStopper
from bayescore.engine.job_run import UNREACHABLE_S, JobRun
from bayescore.engine.leasing import GpuLeaser
from bayescore.engine.line_up import held_queue, line_up
from bayescore.engine.notifier import Notifier
from bayescore.engine.requests import fulfil, take_left
from bayescore.engine.runner_registry import RunnerRegistry
from bayescore.engine.search_worker import SearchWorker
from bayescore.engine.services import Services
from bayescore.engine.standstill import Standstill
from bayescore.engine.suggester import Suggester
from bayescore.engine.threads import Threads
from bayescore.errors import BayesdeskError, StoreError
from bayescore.listener import listener_of_store
from bayescore.queue import holds, next_job, turns
from bayescore.store import ChangeWatch, Database, Job, JobState, cancellation, jobs, requests
from bayescore.times import utc

_log = logging.getLogger(__name__)
_POLL_STORE_S = 0.2  # between checks whether another process has written to the store
_STEP_S = 2.0  # between steps when nothing happens
_PAUSE_S = 3.0  # after the store could not be written
_CLEANUPS = 4  # runners that are cleaned up at the same time
_CLOSE_S = 10.0  # for calls that are under way when the engine ends
_NOTIFICATIONS = "notifications"  # among the jobs whose errors are counted
_MAX_ERRORS = 3  # unexpected errors after which a job fails
IDLE_S = 600.0  # without an active job the engine then ends; the next command starts it again


class Engine:
    """Runs every job of one data folder."""

    def __init__(
        self, database: Database, gpus: GpuLeaser | None = None, clock: Callable[[], datetime] = utc
    ) -> None:
        self._database = database
        self._awake = threading.Event()
        self._ending = threading.Event()
        self._listener = listener_of_store(database)
        self._worker = SearchWorker(self._awake.set)
        self._runners = RunnerRegistry(database, self._awake.set)
        gpus = gpus or GpuLeaser()
        gpus.wake = self._awake.set
        self._services = Services(database, self._listener, gpus, self._awake.set, clock=clock)
        self._cleanups = Threads(_CLEANUPS, "cleanup", self._services.unfinished)
        self._standstill = Standstill(database)
        self._notifier = Notifier(self._services)
        self._runs: dict[str, JobRun] = {}
        self._closed: dict[str, list[Future[Any]]] = {}  # what runs that were closed have under way, by job
        self._errors: Counter[str] = Counter()
        self._idle_since = time.monotonic()
        self._folder = database.folder.identity()

    @property
    def addresses(self) -> list[str]:
        """Where the listener listens."""
        return self._listener.addresses

    def start(self) -> None:
        """Start the listener and the cleanup; for the errors see :meth:`Listener.start`."""
        self._listener.start()
        with self._database.read() as connection:
            endpoints = jobs.endpoints(connection)
        for endpoint in endpoints:
            self._cleanups.run(clean_up, self._database, self._runners.at(endpoint), endpoint)

    def end(self) -> None:
        """Make :meth:`run` return. Safe to call from a signal handler."""
        self._ending.set()
        self._awake.set()

    def run(self) -> None:
        """Work until :meth:`end` is called, no job has been active for ten minutes, or the folder is gone."""
        watch = ChangeWatch(self._database.folder)
        try:
            while not self._ending.is_set() and not self._is_idle() and self._has_folder():
                try:
                    self.step()
                except StoreError as error:
                    _log.error("the store cannot be used: %s", error)
                    self._notifier.step_without_store([run.job for run in self._runs.values()])
                    self._ending.wait(_PAUSE_S)
                self._wait(watch)
        finally:
            watch.close()
            self._close()

    def step(self) -> None:
        """Handle open requests and bring every active job forward. Does not wait."""
        active = self._active()
        while self._handle_requests(active):  # they may change a job, or continue one that has ended
            active = self._active()
        held = holds(held_queue(self._database, {job.id: job for job in active}, self._services.clock()))
        for job in active:
            self._advance(job, may_begin=job.id not in held)
        self._start_trials()
        for identifier in [i for i, run in self._runs.items() if run.job.state.ended]:
            self._drop(self._runs[identifier])
            cancellation.forget(self._database.folder, identifier)
        self._notify(active)
        if any(job.state is not JobState.PAUSED for job in active):
            self._idle_since = time.monotonic()

    def _notify(self, active: list[Job]) -> None:
        """Look for what to notify about; an unexpected error ends no job."""
        if self._errors[_NOTIFICATIONS] >= _MAX_ERRORS:
            return
        try:
            self._standstill.look([job for job in active if job_hours.are_open(job, self._services.clock())])
            self._notifier.step()
        except StoreError:
            raise
        except Exception:
            _log.exception("notifications")
            self._errors[_NOTIFICATIONS] += 1

    def _active(self) -> list[Job]:
        with self._database.read() as connection:
            return jobs.active(connection)

    def _handle_requests(self, active: list[Job]) -> bool:
        """Carry out what users request; whether that was anything.

        Programs are stopped even while the store cannot be written.
        """
        runs = [self._run_of(job) for job in active]
        try:
            take_left(self._database, self._runs)
            return fulfil(self._database, self._runs)
        finally:
            for run in runs:
                self._guarded(run, run.stop_cancelled)

    def _advance(self, job: Job, *, may_begin: bool) -> None:
        run = self._run_of(job)
        self._guarded(run, partial(run.advance, job, may_begin=may_begin))

    def _run_of(self, job: Job) -> JobRun:
        run = self._runs.get(job.id)
        if run is None:
            leaser = self._runners.leaser_of(job, self._services.gpus)
            suggester = Suggester(self._database, self._worker)
            stopper = EarlyStopper(self._database, self._worker, job)
            predecessor = self._closed.pop(job.id, [])
            run = JobRun(self._services, job, self._runners.of(job), leaser, suggester, stopper, predecessor)
            self._runs[job.id] = run
            if job.config.hyper_tuning.algorithm == "Bayesian":
                self._worker.warm_up()
        return run

    def _start_trials(self) -> None:
        """Start trials one by one, each for the job whose turn it is."""
        unready = {job for job, run in self._runs.items() if not run.is_ready}  # or lacks a suggestion, a GPU
        while True:
            queue, places = line_up(self._database, self._runs, self._services.clock())
            self._services.gpus.arrange([entry.job for entry in turns(queue)])
            chosen = next_job(queue, places, unready)
            if chosen is None:
                return
            run = self._runs[chosen]
            if not self._guarded(run, run.start_trial):
                unready.add(run.job.id)
                if run.job.id in self._runs and not run.job.state.ended:
                    self._guarded(run, partial(run.advance, run.job))

    def _guarded(self, run: JobRun, action: Callable[[], object]) -> bool:
        """Do something for one job; an error fails that job only.

        After an unexpected error the job starts again from the store, as after a crash.
        """
        try:
            return bool(action())
        except StoreError:
            raise
        except BayesdeskError as error:
            run.fail(error)
        except Exception as error:
            _log.exception("job %s", run.job.id)
            self._errors[run.job.id] += 1
            if self._errors[run.job.id] > _MAX_ERRORS:
                run.fail(error)
            else:
                self._drop(run)
        return False

    def _drop(self, run: JobRun) -> None:
        """Forget a run; the next one of the same job begins after what this one has under way."""
        self._runs.pop(run.job.id, None)
        self._closed[run.job.id] = run.close()
        self._closed = {job: begun for job, begun in self._closed.items() if not all(f.done() for f in begun)}

    def _wait(self, watch: ChangeWatch) -> None:
        """Wait for a change: one of a program, of the store, or the end of two seconds."""
        until = time.monotonic() + _STEP_S
        while not self._ending.is_set() and time.monotonic() < until:
            if self._awake.wait(_POLL_STORE_S):
                self._awake.clear()
                return
            if watch.changed():
                return
            for run in list(self._runs.values()):
                self._guarded(run, run.read_metrics)
                self._guarded(run, run.prefetch)

    def _is_idle(self) -> bool:
        with self._database.read() as connection:
            is_asked = bool(requests.unfinished(connection))
        is_asked = is_asked or self._notifier.is_busy
        is_resting = not is_asked and all(run.is_at_rest for run in self._runs.values())
        return is_resting and time.monotonic() - self._idle_since > IDLE_S

    def _has_folder(self) -> bool:
        """Whether the data folder has not been deleted: otherwise nobody could read what is stored."""
        try:
            return self._database.folder.identity() == self._folder
        except FileNotFoundError:
            return False
        except OSError:
            return True  # it may be readable again

    def _close(self) -> None:
        begun = [future for run in self._runs.values() for future in run.close()]
        wait(begun, timeout=UNREACHABLE_S)
        # calls that are cancelled here are made again by the next engine
        unfinished = tuple(self._services.unfinished)
        for future in unfinished:
            future.cancel()
        wait(unfinished, timeout=_CLOSE_S)
        self._cleanups.close()
        self._notifier.close()
        self._worker.close()
        self._runners.close()
        self._listener.stop()
        self._database.close()

    def active(self) -> list[str]:
        """Ids of the running jobs."""
        return [i for i, run in self._runs.items() if run.job.state is JobState.RUNNING]

"""The loop that makes what is fit what is wanted.

There is one way to start: read the store, look at what really runs, reconcile.  A
restart after a crash is the same code as a first start.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, wait
from functools import partial
from typing import Any

from bayescore.engine import cancellation
from bayescore.engine.cleanup import sweep
from bayescore.engine.job_run import UNREACHABLE_S, JobRun
from bayescore.engine.leasing import Leasing
from bayescore.engine.requests import fulfil, heed_left
from bayescore.engine.runner_pool import RunnerPool
from bayescore.engine.search_worker import SearchWorker
from bayescore.engine.services import Services
from bayescore.engine.suggester import Suggester
from bayescore.engine.threads import Threads
from bayescore.errors import BayesdeskError, StoreError
from bayescore.listener import listener_of_store
from bayescore.store import ChangeWatch, Database, Job, JobState, jobs

_log = logging.getLogger(__name__)
_LOOK_S = 0.2  # how often the store is asked whether another process has written
_STEP_S = 2.0  # how often running trials are looked at when nothing has happened
_PAUSE_S = 3.0  # after a store that could not be written
_CLEANUPS = 4  # of runners at the same time
_CLOSE_S = 10.0  # for calls that are under way when the engine ends
_MOST_FAULTS = 3  # of one job, before it is given up
IDLE_S = 600.0  # without an active job for so long, the engine ends; the next command starts it


class Engine:
    """Runs every job of one data folder."""

    def __init__(self, database: Database, leasing: Leasing | None = None) -> None:
        self._database = database
        self._awake = threading.Event()
        self._ending = threading.Event()
        self._listener = listener_of_store(database)
        self._worker = SearchWorker(self._awake.set)
        self._runners = RunnerPool(database, self._awake.set)
        self._services = Services(database, self._listener, leasing or Leasing(), self._awake.set)
        self._cleanups = Threads(_CLEANUPS, "cleanup", self._services.unfinished)
        self._runs: dict[str, JobRun] = {}
        self._closed: dict[str, list[Future[Any]]] = {}  # what runs that were closed have under way, by job
        self._faults: Counter[str] = Counter()
        self._idle_since = time.monotonic()

    @property
    def addresses(self) -> list[str]:
        """Where the listener listens."""
        return self._listener.addresses

    def start(self) -> None:
        """Open the listener; see :meth:`Listener.start` for the errors."""
        self._listener.start()
        with self._database.read() as connection:
            endpoints = jobs.endpoints(connection)
        for endpoint in endpoints:
            self._cleanups.submit(sweep, self._database, self._runners.at(endpoint), endpoint)

    def end(self) -> None:
        """Ask :meth:`run` to return; may be called from a signal handler."""
        self._ending.set()
        self._awake.set()

    def run(self) -> None:
        """Work until asked to end, or until there has been nothing to do for a while."""
        watch = ChangeWatch(self._database.folder)
        try:
            while not self._ending.is_set() and not self._is_idle():
                try:
                    self.step()
                except StoreError as error:
                    _log.error("the store cannot be used: %s", error)
                    self._ending.wait(_PAUSE_S)
                self._wait(watch)
        finally:
            watch.close()
            self._close()

    def step(self) -> None:
        """One pass over everything that is wanted and everything that is."""
        active = self._active()
        self._heed(active)
        if not active and (active := self._active()):  # an ended job was woken
            self._heed(active)
        for job in active:
            self._advance(job)
        self._share_out()
        for identifier in [i for i, run in self._runs.items() if run.job.state.ended]:
            self._drop(self._runs[identifier])
            cancellation.forget(self._database.folder, identifier)
        if active:
            self._idle_since = time.monotonic()

    def _active(self) -> list[Job]:
        with self._database.read() as connection:
            return jobs.active(connection)

    def _heed(self, active: list[Job]) -> None:
        """Take in what users ask for; a store that takes nothing keeps no program from being stopped."""
        runs = [self._run_of(job) for job in active]
        try:
            heed_left(self._database, self._runs)
            fulfil(self._database, self._runs)
        finally:
            for run in runs:
                self._guarded(run, run.stop_cancelled)

    def _advance(self, job: Job) -> None:
        run = self._run_of(job)
        self._guarded(run, partial(run.advance, job))

    def _run_of(self, job: Job) -> JobRun:
        run = self._runs.get(job.id)
        if run is None:
            places = self._runners.places_of(job, self._services.leasing)
            suggester = Suggester(self._database, self._worker)
            predecessor = self._closed.pop(job.id, [])
            run = JobRun(self._services, job, self._runners.of(job), places, suggester, predecessor)
            self._runs[job.id] = run
            if job.config.hyper_tuning.algorithm == "Bayesian":
                self._worker.warm_up()
        return run

    def _share_out(self) -> None:
        """Start trials one by one, each time for the job that has the fewest: nobody waits for ever."""
        passed: set[str] = set()
        while True:
            ready = [r for r in self._runs.values() if r.job.id not in passed and r.wants_trial()]
            if not ready:
                return
            run = min(ready, key=lambda r: (r.running(), r.job.seq))
            if not self._guarded(run, run.begin_trial):
                passed.add(run.job.id)
                if run.job.id in self._runs and not run.job.state.ended:
                    self._guarded(run, partial(run.advance, run.job))

    def _guarded(self, run: JobRun, action: Callable[[], object]) -> bool:
        """Do something for one job; what goes wrong ends that job and no other.

        A fault of our own is met as a crash is: with a fresh start from the store.
        """
        try:
            return bool(action())
        except StoreError:
            raise
        except BayesdeskError as error:
            run.fail(error)
        except Exception as error:
            _log.exception("job %s", run.job.id)
            self._faults[run.job.id] += 1
            if self._faults[run.job.id] > _MOST_FAULTS:
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
        """Sleep until something has happened, another process has written, or a while has gone by."""
        until = time.monotonic() + _STEP_S
        while not self._ending.is_set() and time.monotonic() < until:
            if self._awake.wait(_LOOK_S):
                self._awake.clear()
                return
            if watch.changed():
                return
            for run in list(self._runs.values()):
                self._guarded(run, run.prefetch)

    def _is_idle(self) -> bool:
        return not self._runs and time.monotonic() - self._idle_since > IDLE_S

    def _close(self) -> None:
        begun = [future for run in self._runs.values() for future in run.close()]
        wait(begun, timeout=UNREACHABLE_S)
        # the next engine does again what a runner that does not answer leaves undone
        unfinished = tuple(self._services.unfinished)
        for future in unfinished:
            future.cancel()
        wait(unfinished, timeout=_CLOSE_S)
        self._cleanups.close()
        self._worker.close()
        self._runners.close()
        self._listener.stop()
        self._database.close()

    def active(self) -> list[str]:
        """Ids of the jobs under way."""
        return [i for i, run in self._runs.items() if run.job.state is JobState.RUNNING]

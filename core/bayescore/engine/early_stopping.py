"""Early stopping of one job's trials: from stored points to a verdict on each running trial."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import asdict, dataclass, replace

from bayescore.config import EarlyStopping
from bayescore.engine.search_worker import CurveQuestion, SearchWorker
from bayescore.results.curve_reader import CurveReader, is_due
from bayescore.search import SearchSpace
from bayescore.search.curves import Curve, CurveVerdict, StopRule
from bayescore.store import (
    CurveRecord,
    Database,
    EndForecast,
    Job,
    StopCause,
    Trial,
    TrialState,
    jobs,
    trials,
)
from bayescore.trials.parameters import merged

_log = logging.getLogger(__name__)
_REST = 4.0  # pause after a verdict, in times its duration: trials need the processor


@dataclass(frozen=True)
class _Asked:
    """A question on its way."""

    trial: Trial
    step: int
    verdict: Future[CurveVerdict]


class EarlyStopper:
    """Asks for verdicts on running trials, one at a time, when they have reported their objective.

    Nothing of it survives a restart: all that it knows is in the store. No method waits.
    """

    def __init__(self, database: Database, worker: SearchWorker, job: Job) -> None:
        self._worker = worker
        self._reader = CurveReader(database, job)
        self._earlier = _EarlierCurves(database, job)
        self._counts: dict[tuple[int, int], int] = {}  # reports at the last question, by row id and attempt
        self._asked: _Asked | None = None
        self._resting_until = 0.0

    def step(self, job: Job, found: Sequence[Trial]) -> tuple[Trial, CurveRecord] | None:
        """Read new points, and ask about a running trial if it is time for that.

        Parameters
        ----------
        found
            All trials of the job.

        Returns
        -------
        tuple or None
            A running trial and what to store with it, when a verdict has arrived.
        """
        settings = job.local.early_stopping
        if settings is None:
            return None
        is_read = self._reader.read() and self._earlier.read()
        answered = self._take(found)
        if is_read and self._asked is None and time.monotonic() >= self._resting_until:
            self._ask(job, settings, found)
        return answered

    def _take(self, found: Sequence[Trial]) -> tuple[Trial, CurveRecord] | None:
        asked = self._asked
        if asked is None or not asked.verdict.done():
            return None
        self._asked = None
        if (error := asked.verdict.exception()) is not None:
            _log.error("trial %s: its curve cannot be judged: %s", asked.trial.id, error)
            return None
        key = _key(asked.trial)
        trial = next((t for t in found if _key(t) == key and _is_open(t)), None)
        if trial is None:
            return None
        record = with_verdict(trial.curve, asked.verdict.result(), asked.step)
        return None if record == trial.curve else (trial, record)

    def _ask(self, job: Job, settings: EarlyStopping, found: Sequence[Trial]) -> None:
        due = [t for t in found if _is_open(t) and self._is_due(t)]
        if not due:
            return
        chosen = min(due, key=lambda t: self._counts.get(_key(t), 0))
        known = [t for t in found if self._reader.count(t)]
        tuning = job.config.hyper_tuning
        question = CurveQuestion(
            SearchSpace(tuning.parameter_specs),
            tuning.goal,
            (*(self._reader.curve(t) for t in known), *self._earlier.curves),
            known.index(chosen),
            StopRule(settings.min_steps, settings.confidence),
            job.submission.seed,
            since=self._counts.get(_key(chosen), 0),
        )
        count = self._counts[_key(chosen)] = self._reader.count(chosen)
        began = time.monotonic()
        verdict = self._worker.ask(question)
        verdict.add_done_callback(lambda _: self._rest(began))
        self._asked = _Asked(chosen, count, verdict)

    def _is_due(self, trial: Trial) -> bool:
        return is_due(self._reader.count(trial), self._counts.get(_key(trial), 0))

    def _rest(self, began: float) -> None:
        now = time.monotonic()
        self._resting_until = now + _REST * (now - began)


class _EarlierCurves:
    """Whole curves of the earlier jobs that a job learns from."""

    def __init__(self, database: Database, job: Job) -> None:
        self._database = database
        self._metric = job.metric
        self._unread = list(job.submission.history)
        self._reader: tuple[Job, CurveReader] | None = None
        self.curves: list[Curve] = []

    def read(self) -> bool:
        """Read a part; whether nothing is left."""
        if self._reader is None and self._unread:
            with self._database.read() as connection:
                found = jobs.find(connection, self._unread.pop(0))  # None if it was deleted since
            if found and found[0].metric == self._metric:
                self._reader = (found[0], CurveReader(self._database, found[0]))
        if self._reader is not None:
            job, reader = self._reader
            if reader.read():
                self._reader = None
                self._add(job, reader)
        return self._reader is None and not self._unread

    def _add(self, job: Job, reader: CurveReader) -> None:
        with self._database.read() as connection:
            found = trials.of_job(connection, job.id)
        for trial in found:
            if trial.state is TrialState.SUCCEEDED and reader.count(trial):
                parameters = merged(job.config, trial.parameters)
                self.curves.append(reader.curve(trial, parameters, is_earlier=True))


def _key(trial: Trial) -> tuple[int, int]:
    return trial.id, trial.attempt


def _is_open(trial: Trial) -> bool:
    """Whether a trial may still be stopped early."""
    return trial.state is TrialState.RUNNING and trial.curve.stop is None and not trial.curve.runs_whole


def with_verdict(record: CurveRecord, verdict: CurveVerdict, step: int) -> CurveRecord:
    """What is stored after a verdict on ``step`` reports; one without a forecast leaves the last forecast."""
    if verdict.forecast is not None:
        record = replace(record, forecast=EndForecast(**asdict(verdict.forecast)))
    if verdict.stop is not None:
        record = replace(record, stop=StopCause(verdict.stop), step=step)
    return record

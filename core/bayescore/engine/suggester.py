"""From trials in the store to the next suggestion."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import replace
from functools import partial

from bayescore.config import Algorithm
from bayescore.engine.search_worker import Question, SearchWorker
from bayescore.i18n import Text, text
from bayescore.search import (
    ExhaustedReason,
    Observation,
    Origin,
    Outcome,
    SearchSpace,
    Suggestion,
)
from bayescore.search.space import midpoint
from bayescore.store import Database, Forecast, Job, Trial, TrialState, jobs, trials
from bayescore.trials.parameters import merged

_OUTCOMES = {
    TrialState.SUCCEEDED: Outcome.FINISHED,
    TrialState.FAILED: Outcome.FAILED,
    TrialState.CANCELLED: Outcome.STOPPED,
    TrialState.LOST: Outcome.STOPPED,
}
_REASONS = {
    ExhaustedReason.ALL_COMBINATIONS: text("Every combination has been tried."),
    ExhaustedReason.NOTHING_TO_GAIN: text("The model expects nothing better any more."),
}
_REST = 4.0  # times as long as foreseeing took does it rest: the trials need the processor


class Suggester:
    """Asks for one job's suggestions, always with everything that is known at that moment.

    While trials run it foresees: it asks for the suggestion that will be wanted if one of them
    ends with what it last reported. Suggestions are pure, so when that comes true the answer is
    there at once, and it is the one that would have been given without foreseeing.
    """

    def __init__(self, database: Database, worker: SearchWorker) -> None:
        self._database = database
        self._worker = worker
        self._asked: tuple[Question, Future[Suggestion]] | None = None
        self._prefetched: dict[int, tuple[Question, Future[Suggestion]]] = {}  # by the trial that ends
        self._resting_until = 0.0
        self._history: list[Observation] | None = None
        self.exhausted: Text | None = None

    def take(self, job: Job, existing: Sequence[Trial]) -> Suggestion | None:
        """The next suggestion, or ``None`` while it is being computed or when there is none."""
        question = self._question(job, len(existing) + 1, [observation(t) for t in existing])
        if job.submission.midpoint and not existing:
            return Suggestion(midpoint(question.space), Origin.INITIAL)
        if question.algorithm is not Algorithm.BAYESIAN:
            return self._noted(question.answer())
        if self._asked is None or self._asked[0] != question:
            known = next((each for each in self._prefetched.values() if each[0] == question), None)
            self._asked = known or (question, self._worker.ask(question))
        future = self._asked[1]
        if not future.done():
            return None
        self._asked = None
        self._prefetched.clear()
        return self._noted(future.result())

    def prefetch(self, job: Job, existing: Sequence[Trial], reported: Mapping[int, float]) -> bool:
        """Ask for what will be wanted when a running trial ends as it stands; one question at a time.

        Parameters
        ----------
        reported
            Objectives of running trials as they stand, by the trial's number.

        Returns
        -------
        bool
            Whether all of it is asked for; otherwise call again soon.
        """
        for number, value in reported.items():
            ended = [
                Observation(t.parameters, Outcome.FINISHED, value) if t.number == number else observation(t)
                for t in existing
            ]
            question = self._question(job, len(existing) + 1, ended)
            if number in self._prefetched and self._prefetched[number][0] == question:
                continue
            if time.monotonic() < self._resting_until or any(
                not f.done() for _, f in self._prefetched.values()
            ):
                return False
            future = self._worker.ask(question)
            future.add_done_callback(partial(self._rest, time.monotonic()))
            self._prefetched[number] = (question, future)
        return True

    def _rest(self, began: float, _answered: Future[Suggestion]) -> None:
        now = time.monotonic()
        self._resting_until = now + _REST * (now - began)

    def _noted(self, suggestion: Suggestion) -> Suggestion:
        if suggestion.exhausted is not None:
            self.exhausted = _REASONS[suggestion.exhausted]
        return suggestion

    def _question(self, job: Job, number: int, seen: Sequence[Observation]) -> Question:
        tuning = job.config.hyper_tuning
        return Question(
            SearchSpace(tuning.parameter_specs),
            tuning.goal,
            (*self._earlier(job), *seen),
            job.submission.seed,
            number,
            tuning.algorithm,
            job.local.stop_when_exhausted,
        )

    def _earlier(self, job: Job) -> list[Observation]:
        """Trials of the earlier jobs that this one continues."""
        if self._history is None:
            self._history = []
            with self._database.read() as connection:
                for identifier in job.submission.history:
                    earlier = jobs.find(connection, identifier)  # none if it has been deleted since
                    if not earlier or earlier[0].metric != job.metric:
                        continue
                    ended = [t for t in trials.of_job(connection, identifier) if t.state.ended]
                    self._history += [_past(t, earlier[0]) for t in ended]
        return self._history


def observation(trial: Trial) -> Observation:
    """A trial as the search sees it."""
    outcome = _OUTCOMES.get(trial.state, Outcome.RUNNING)
    value = trial.value if outcome is Outcome.FINISHED else None
    return Observation(trial.parameters, outcome, value)


def _past(trial: Trial, job: Job) -> Observation:
    """A trial of an earlier job; what was fixed there may be tuned by now."""
    parameters = merged(job.config, trial.parameters)
    return replace(observation(trial), parameters=parameters, origin=Origin.HISTORY)


def forecast_of(suggestion: Suggestion) -> Forecast | None:
    """What the search expected, as it is stored with the trial; ``None`` where no model was asked."""
    told, ahead = suggestion.prediction, suggestion.forecast
    if told is None or ahead is None:
        return None
    return Forecast(told.mean, told.deviation, str(told.why), ahead.gain, ahead.low, ahead.high, ahead.trials)

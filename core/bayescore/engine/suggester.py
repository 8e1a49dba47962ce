"""From trials in the store to the next suggestion."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import replace
from functools import partial

from bayescore.config import Algorithm
from bayescore.engine.known_trials import next_known
from bayescore.engine.search_worker import Question, SearchWorker
from bayescore.i18n import Text, text
from bayescore.results import observation_of
from bayescore.results.observations import is_outside
from bayescore.search import (
    ExhaustedReason,
    Observation,
    Origin,
    Outcome,
    SearchSpace,
    Suggestion,
)
from bayescore.search.curves import Curve
from bayescore.search.space import midpoint
from bayescore.store import Database, Forecast, Job, Trial, jobs, trials
from bayescore.trials.parameters import merged

_REASONS = {
    ExhaustedReason.ALL_COMBINATIONS: text("Every combination has been tried."),
    ExhaustedReason.NOTHING_TO_GAIN: text("The model predicts no further gain."),
}
_REST = 4.0  # pause after a prefetch, in times its duration: trials need the processor


class Suggester:
    """Gets one job's suggestions, each computed from all that is known at that moment.

    While trials run it prefetches: it asks for the suggestion that is due if one of them ends with the
    value that it last reported. A suggestion is a pure function of its question, so if that happens the
    suggestion is there at once and is the same as without the prefetch.
    """

    def __init__(self, database: Database, worker: SearchWorker) -> None:
        self._database = database
        self._worker = worker
        self._asked: tuple[Question, Future[Suggestion]] | None = None
        self._prefetched: dict[int, tuple[Question, Future[Suggestion]]] = {}  # by trial number
        self._resting_until = 0.0
        self._history: list[Observation] | None = None
        self.exhausted: Text | None = None

    def take(
        self, job: Job, existing: Sequence[Trial], curves: Mapping[int, Curve] | None = None
    ) -> Suggestion | None:
        """The next suggestion, or ``None`` while it is being computed or when there is none.

        Parameters
        ----------
        curves
            Of trials that have ended, by number, for new forecasts of those that were stopped early.
        """
        question = self._question(job, [observation(t, job) for t in existing], existing, curves or {})
        if job.submission.midpoint and not existing:
            return Suggestion(midpoint(question.space), Origin.INITIAL)
        known = next_known(job, existing)
        if known is None:
            return self._ask(question)
        names = [spec.name for spec in question.space.specs]
        given, origin = known[0].parameters, known[1]
        filled = Suggestion({}) if len(given) == len(names) else self._ask(question)
        if filled is None or filled.parameters is None:
            return filled
        values = {**filled.parameters, **given}
        return Suggestion({name: values[name] for name in names}, origin)

    def _ask(self, question: Question) -> Suggestion | None:
        if question.algorithm is not Algorithm.BAYESIAN:
            return self._remember_exhausted(question.answer())
        if self._asked is None or self._asked[0] != question:
            prefetched = next((p for p in self._prefetched.values() if p[0] == question), None)
            self._asked = prefetched or (question, self._worker.ask(question))
        future = self._asked[1]
        if not future.done():
            return None
        self._prefetched.clear()
        if future.exception() is not None:
            self._asked = None
        return self._remember_exhausted(
            future.result()
        )  # kept, because it is taken again until a GPU is free

    def prefetch(
        self,
        job: Job,
        existing: Sequence[Trial],
        reported: Mapping[int, float],
        curves_if: Callable[[int], Mapping[int, Curve]] = lambda _number: {},
    ) -> bool:
        """Ask for the suggestions that are due if a running trial ends with its present value, one at a time.

        Parameters
        ----------
        reported
            Objectives that running trials have reported so far, by number.
        curves_if
            Curves as in :meth:`take` if the trial of a number ends now.

        Returns
        -------
        bool
            Whether all of them were asked for; if not, call again soon.
        """
        for number, value in reported.items():
            ended = [
                Observation(t.parameters, Outcome.FINISHED, value)
                if t.number == number
                else observation(t, job)
                for t in existing
            ]
            question = self._question(job, ended, existing, curves_if(number))
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

    def _remember_exhausted(self, suggestion: Suggestion) -> Suggestion:
        if suggestion.exhausted is not None:
            self.exhausted = _REASONS[suggestion.exhausted]
        return suggestion

    def _question(
        self,
        job: Job,
        seen: Sequence[Observation],
        existing: Sequence[Trial],
        curves: Mapping[int, Curve],
    ) -> Question:
        tuning, earlier = job.config.hyper_tuning, self._earlier(job)
        numbers = list(curves)
        stopped = tuple(
            (len(earlier) + i, numbers.index(trial.number))
            for i, trial in enumerate(existing)
            if seen[i].outcome is Outcome.STOPPED_EARLY and trial.number in curves
        )
        if tuning.algorithm is not Algorithm.BAYESIAN:
            stopped = ()  # no model is fitted
        return Question(
            SearchSpace(tuning.parameter_specs),
            tuning.goal,
            (*earlier, *seen),
            job.submission.seed,
            len(existing) + 1,
            tuning.algorithm,
            job.local.stop_when_exhausted,
            tuple(curves.values()) if stopped else (),
            stopped,
            job.local.expect,
        )

    def _earlier(self, job: Job) -> list[Observation]:
        """Trials of the earlier jobs that this one learns from."""
        if self._history is None:
            self._history = []
            with self._database.read() as connection:
                for identifier in job.submission.history:
                    earlier = jobs.find(connection, identifier)  # None if it was deleted since
                    if not earlier or earlier[0].metric != job.metric:
                        continue
                    ended = [t for t in trials.of_job(connection, identifier) if t.state.ended]
                    self._history += [_past(t, earlier[0]) for t in ended]
        return self._history


def observation(trial: Trial, job: Job) -> Observation:
    """A trial as an observation of the search; one that was stopped early counts with its forecast.

    The search does not learn from a trial outside the job's ranges, which only the user can have chosen.
    """
    if is_outside(trial, job.config.hyper_tuning.parameter_specs):
        return Observation(trial.parameters, Outcome.STOPPED)
    return observation_of(trial)


def _past(trial: Trial, job: Job) -> Observation:
    """A trial of an earlier job; a parameter that was fixed there may be tuned now."""
    parameters = merged(job.config, trial.parameters)
    return replace(observation(trial, job), parameters=parameters, origin=Origin.HISTORY)


def forecast_of(suggestion: Suggestion) -> Forecast | None:
    """The forecast of a suggestion, as it is stored with the trial; ``None`` if no model made it."""
    prediction, outlook = suggestion.prediction, suggestion.forecast
    if prediction is None or outlook is None:
        return None
    return Forecast(
        prediction.mean,
        prediction.deviation,
        str(prediction.why),
        outlook.gain,
        outlook.low,
        outlook.high,
        outlook.trials,
    )

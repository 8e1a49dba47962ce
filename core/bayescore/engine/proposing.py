"""From trials in the store to the next suggestion."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future

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
from bayescore.store import Database, Foresight, Job, Trial, TrialState, jobs, trials

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


class Proposer:
    """Asks for one job's suggestions, always with everything that is known at that moment."""

    def __init__(self, database: Database, worker: SearchWorker) -> None:
        self._database = database
        self._worker = worker
        self._asked: tuple[Question, Future[Suggestion]] | None = None
        self._history: list[Observation] | None = None
        self.exhausted: Text | None = None

    def take(self, job: Job, existing: Sequence[Trial]) -> Suggestion | None:
        """The next suggestion, or ``None`` while it is being computed or when there is none."""
        question = self._question(job, existing)
        if job.wish.midpoint and not existing:
            return Suggestion(midpoint(question.space), Origin.INITIAL)
        if question.algorithm is not Algorithm.BAYESIAN:
            return self._noted(question.answer())
        if self._asked is None or self._asked[0] != question:
            self._asked = (question, self._worker.ask(question))
        future = self._asked[1]
        if not future.done():
            return None
        self._asked = None
        return self._noted(future.result())

    def _noted(self, suggestion: Suggestion) -> Suggestion:
        if suggestion.exhausted is not None:
            self.exhausted = _REASONS[suggestion.exhausted]
        return suggestion

    def _question(self, job: Job, existing: Sequence[Trial]) -> Question:
        tuning = job.config.hyper_tuning
        return Question(
            SearchSpace(tuning.parameter_specs),
            tuning.goal,
            (*self._earlier(job), *(observation(t) for t in existing)),
            job.wish.seed,
            len(existing) + 1,
            tuning.algorithm,
            job.local.stop_when_exhausted,
        )

    def _earlier(self, job: Job) -> list[Observation]:
        """Trials of the earlier jobs that this one continues."""
        if self._history is None:
            self._history = []
            with self._database.read() as connection:
                for identifier in job.wish.history:
                    earlier = jobs.find(connection, identifier)  # none if it has been deleted since
                    if not earlier or earlier[0].metric != job.metric:
                        continue
                    found = trials.of_job(connection, identifier)
                    self._history += [observation(t, Origin.HISTORY) for t in found if t.state.ended]
        return self._history


def observation(trial: Trial, origin: Origin | None = None) -> Observation:
    """A trial as the search sees it."""
    outcome = _OUTCOMES.get(trial.state, Outcome.RUNNING)
    value = trial.value if outcome is Outcome.FINISHED else None
    return Observation(trial.parameters, outcome, value, origin)


def foresight(suggestion: Suggestion) -> Foresight | None:
    """What the search expected, as it is stored with the trial; ``None`` where no model was asked."""
    told, ahead = suggestion.prediction, suggestion.outlook
    if told is None or ahead is None:
        return None
    return Foresight(
        told.mean, told.deviation, str(told.why), ahead.gain, ahead.low, ahead.high, ahead.trials
    )

"""The curves of one job's trials, read from the store part by part."""

from __future__ import annotations

from collections.abc import Mapping

from bayescore.results.objective_series import ObjectiveSeries, TimedCurve
from bayescore.search.curves import Curve, CurveState
from bayescore.store import Database, Job, Trial, TrialState, points, revisions

_READ_POINTS = 20_000  # in one step of the engine: after a restart there may be millions
_STEP_SHARE = 50  # a curve is judged again after this part of its reports so far
_STATES = {TrialState.RUNNING: CurveState.RUNNING, TrialState.SUCCEEDED: CurveState.WHOLE}


class CurveReader:
    """Reads the objectives of a job that were reported since the last time.

    Everything that it keeps is in the store.
    """

    def __init__(self, database: Database, job: Job) -> None:
        self._database, self._job = database, job
        self._series: dict[tuple[int, int], ObjectiveSeries] = {}  # by row id and attempt of the trial
        self._cursor = 0
        self._revision: str | None = None

    def read(self) -> bool:
        """Read some of the new points; whether none is left."""
        with self._database.read() as connection:
            revision = revisions.of_job(connection, self._job.id)[1]
            if revision != self._revision:  # points were deleted: read all of them again
                self._revision, self._cursor = revision, 0
                self._series.clear()
            page = points.of_metric_since(
                connection, self._job.seq, self._job.metric, self._cursor, _READ_POINTS
            )
        goal, rule = self._job.config.hyper_tuning.goal, self._job.local.objective
        for key, (values, at) in page.by_attempt.items():
            self._series.setdefault(key, ObjectiveSeries(goal, rule)).add(values, at)
        self._cursor = page.cursor
        return page.is_last

    def count(self, trial: Trial) -> int:
        """Number of reports of a trial's newest attempt."""
        series = self._series.get((trial.id, trial.attempt))
        return series.count if series is not None else 0

    def timed(self, trial: Trial) -> TimedCurve:
        """Reports of a trial that has reported."""
        return self._series[trial.id, trial.attempt].curve()

    def curve(
        self, trial: Trial, parameters: Mapping[str, object] | None = None, *, is_earlier: bool = False
    ) -> Curve:
        """Curve of a trial that has reported.

        Parameters
        ----------
        parameters
            In place of the trial's own.
        is_earlier
            Whether the job is an earlier one than that whose trials are judged.
        """
        found = self.timed(trial)
        state = _STATES.get(trial.state, CurveState.CUT)
        seconds = found.at[-1] - found.at[0]
        return Curve(parameters or trial.parameters, found.steps, found.values, state, seconds, is_earlier)


def is_due(count: int, judged: int) -> bool:
    """Whether a curve of ``count`` reports is to be judged, if the last time it had ``judged``."""
    return count > judged and count - judged >= count // _STEP_SHARE

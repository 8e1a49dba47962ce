"""What the window wants of jobs: the same wishes as the command line's, written into the store."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from bayescore.app import Prepared, actions, engine_control
from bayescore.app.reach import Reach
from bayescore.config import YamlDocument
from bayescore.config.load import read_utf8
from bayescore.engine import cancellation
from bayescore.results import narrowed, usual_seconds, with_parameters, with_specs
from bayescore.store import Database, Job, Trial, jobs, requests, trials


class Commands:
    """Blocking calls for other threads than the GUI's."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def start(self, prepared: Prepared, confirmed: Collection[Reach] = ()) -> str:
        """Store a prepared job, see that an engine runs; the job's id."""
        return actions.submit(self._database, prepared, confirmed).id

    def usual_trial_seconds(self, project: str) -> float | None:
        """What a trial of a project took in its newest job that says so."""
        with self._database.read() as connection:
            for job in jobs.every(connection):
                if job.submission.project != project:
                    continue
                seconds = usual_seconds(trials.of_job(connection, job.id))
                if seconds is not None:
                    return seconds
        return None

    def cancel(self, job: str, trial: int | None = None) -> None:
        """Request the end of a job, or of one trial."""
        cancellation.request(self._database, job, trial)
        engine_control.start(self._database.folder)

    def stop_all(self, job: str, numbers: Sequence[int]) -> None:
        """Request the end of some trials."""
        for number in numbers:
            self.cancel(job, number)

    def rerun(self, job: str, trial: int | None = None, confirmed: Collection[Reach] = ()) -> None:
        """Request that one trial, or all failed ones, run again."""
        actions.go_on(self._database, job, requests.RERUN, trial=trial, confirmed=confirmed)

    def rerun_all(self, job: str, numbers: Sequence[int], confirmed: Collection[Reach] = ()) -> None:
        """Request that some trials run again."""
        for number in numbers:
            self.rerun(job, number, confirmed)

    def go_on(self, job: str, more: int, confirmed: Collection[Reach] = ()) -> None:
        """Request more trials with the same history."""
        actions.go_on(self._database, job, requests.CONTINUE, count=more, confirmed=confirmed)

    def star(self, job: str, numbers: Sequence[int], *, starred: bool) -> None:
        """Mark trials, or take their marks away."""
        with self._database.write() as connection:
            for number in numbers:
                trials.star(connection, job, number, starred=starred)

    def annotate(self, job: str, number: int, note: str) -> None:
        """Write a note on a trial."""
        with self._database.write() as connection:
            trials.annotate(connection, job, number, note)


def read_document(file: Path) -> YamlDocument:
    """An ``openbayes.yaml`` as it is on disk; see :func:`read_utf8` for the errors."""
    return YamlDocument.parse(read_utf8(file).decode("utf-8"))


def as_result(document: YamlDocument, trial: Trial) -> YamlDocument:
    """The document with a trial's parameters in its root ``parameters``."""
    return with_parameters(document, trial.parameters)


def as_ranges(document: YamlDocument, job: Job, chosen: list[Trial]) -> YamlDocument:
    """The document with ranges narrowed around trials."""
    specs = narrowed(job.config.hyper_tuning.parameter_specs, [t.parameters for t in chosen])
    return with_specs(document, specs)

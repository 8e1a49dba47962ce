"""What the window wants of jobs: the same wishes as the command line's, written into the store."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from bayescore.config import YamlDocument
from bayescore.config.load import read_utf8
from bayescore.engine import Prepared, cancelling, control, secret_keeping
from bayescore.engine.wishes import check_runs_here
from bayescore.results import narrowed, usual_seconds, with_parameters, with_specs
from bayescore.store import Database, Job, Trial, jobs, notes, trials


class Commands:
    """Blocking calls for other threads than the GUI's."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def start(self, prepared: Prepared) -> str:
        """Store a prepared job, see that an engine runs; the job's id."""
        assert prepared.wish is not None
        with self._database.write() as connection:
            job = jobs.add(connection, prepared.wish)
            secret_keeping.keep(self._database.folder, job.id, prepared.secrets)
        control.start(self._database.folder)
        return job.id

    def usual_trial_seconds(self, project: str) -> float | None:
        """What a trial of a project took in its newest job that says so."""
        with self._database.read() as connection:
            for job in jobs.every(connection):
                if job.wish.project != project:
                    continue
                seconds = usual_seconds(trials.of_job(connection, job.id))
                if seconds is not None:
                    return seconds
        return None

    def cancel(self, job: str, trial: int | None = None) -> None:
        """Wish for the end of a job, or of one trial."""
        cancelling.request(self._database, job, trial)
        control.start(self._database.folder)

    def rerun(self, job: str, trial: int | None = None) -> None:
        """Wish for one trial, or all failed ones, to run again."""
        self._wish(job, notes.RERUN, trial=trial)

    def rerun_all(self, job: str, numbers: Sequence[int]) -> None:
        """Wish for some trials to run again."""
        for number in numbers:
            self.rerun(job, number)

    def stop_all(self, job: str, numbers: Sequence[int]) -> None:
        """Wish for the end of some trials."""
        for number in numbers:
            self.cancel(job, number)

    def go_on(self, job: Job, more: int) -> None:
        """Wish for more trials with the same history."""
        if job.state.ended and any(s.env for s in job.config.secrets.values()):
            values = secret_keeping.collect(job.config, job.wish.file_text, os.environ)
            secret_keeping.keep(self._database.folder, job.id, values)
        self._wish(job.id, notes.CONTINUE, count=more)

    def star(self, job: str, numbers: Sequence[int], *, starred: bool) -> None:
        """Mark trials, or take their marks away."""
        with self._database.write() as connection:
            for number in numbers:
                trials.star(connection, job, number, starred=starred)

    def annotate(self, job: str, number: int, note: str) -> None:
        """Write a note on a trial."""
        with self._database.write() as connection:
            trials.annotate(connection, job, number, note)

    def _wish(self, job: str, kind: str, *, trial: int | None = None, count: int | None = None) -> None:
        with self._database.write() as connection:
            check_runs_here(jobs.get(connection, job))
            notes.want(connection, job, kind, trial=trial, count=count)
        control.start(self._database.folder)


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

"""What the window wants of jobs: the same wishes as the command line's, written into the store."""

from __future__ import annotations

import os
from pathlib import Path

from bayescore.config import YamlDocument
from bayescore.config.load import read_utf8
from bayescore.engine import Options, Prepared, control, prepare, secret_keeping, wishes
from bayescore.results import narrowed, with_parameters, with_specs
from bayescore.store import Database, Job, Trial, jobs, notes


class Commands:
    """Blocking calls for other threads than the GUI's."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def prepare(self, file: Path, options: Options) -> Prepared:
        """See :func:`bayescore.engine.prepare`."""
        return prepare(file, options)

    def start(self, prepared: Prepared) -> str:
        """Store a prepared job, see that an engine runs; the job's id."""
        assert prepared.wish is not None
        with self._database.write() as connection:
            job = jobs.add(connection, prepared.wish)
            secret_keeping.keep(self._database.folder, job.id, prepared.secrets)
        control.start(self._database.folder)
        return job.id

    def cancel(self, job: str, trial: int | None = None) -> None:
        """Wish for the end of a job, or of one trial."""
        self._wish(job, wishes.CANCEL, trial=trial)

    def rerun(self, job: str, trial: int | None = None) -> None:
        """Wish for one trial, or all failed ones, to run again."""
        self._wish(job, wishes.RERUN, trial=trial)

    def go_on(self, job: Job, more: int) -> None:
        """Wish for more trials with the same history."""
        if job.state.ended and any(s.env for s in job.config.secrets.values()):
            values = secret_keeping.collect(job.config, job.wish.file_text, os.environ)
            secret_keeping.keep(self._database.folder, job.id, values)
        self._wish(job.id, wishes.CONTINUE, count=more)

    def _wish(self, job: str, kind: str, *, trial: int | None = None, count: int | None = None) -> None:
        with self._database.write() as connection:
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

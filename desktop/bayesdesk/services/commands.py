"""The application layer's actions for the window, bound to its store."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from bayescore.app import job_requests, steering, trial_marks
from bayescore.app.permissions import Permission
from bayescore.app.prepare import Prepared
from bayescore.app.submit import submit, submit_in_order
from bayescore.config import JobChange
from bayescore.results import usual_seconds
from bayescore.store import Database, jobs, trials

Confirmed = Collection[Permission]


class Commands:
    """Blocking calls; never on the GUI thread."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def start(self, prepared: Prepared, confirmed: Confirmed = (), *, instead_of: str | None = None) -> str:
        """Submit a prepared job; returns its id. One that it replaces begins no more trials."""
        return submit(self._database, prepared, confirmed, instead_of=instead_of).id

    def start_in_order(self, chosen: Sequence[tuple[Prepared, Confirmed]]) -> list[str]:
        """Submit prepared jobs that run one after the other; returns their ids."""
        return [job.id for job in submit_in_order(self._database, chosen)]

    def usual_trial_seconds(self, project: str) -> float | None:
        """Usual duration of a trial in the newest job of a project that has one."""
        with self._database.read() as connection:
            for job in reversed(jobs.summaries(connection)[0]):
                if job.project != project:
                    continue
                seconds = usual_seconds(trials.of_job(connection, job.id))
                if seconds is not None:
                    return seconds
        return None

    def cancel(self, job: str, trial: int | None = None) -> None:
        """Stop a job, or one of its trials."""
        self.stop_all(job, () if trial is None else (trial,))

    def stop_all(self, job: str, numbers: Sequence[int]) -> None:
        """Stop trials of a job; all of it without numbers."""
        job_requests.cancel(self._database, job, numbers)

    def rerun(self, job: str, trial: int | None = None, confirmed: Confirmed = ()) -> None:
        """Run one trial, or all failed ones, again."""
        self.rerun_all(job, () if trial is None else (trial,), confirmed)

    def rerun_all(self, job: str, numbers: Sequence[int], confirmed: Confirmed = ()) -> None:
        """Run trials again; all failed ones without numbers."""
        job_requests.rerun(self._database, job, numbers, confirmed)

    def continue_job(self, job: str, more: int, confirmed: Confirmed = ()) -> None:
        """Run more trials with the same history."""
        job_requests.continue_job(self._database, job, more, confirmed)

    def add_trial(self, job: str, assignments: Sequence[str], confirmed: Confirmed = ()) -> None:
        """Add a trial with chosen parameters."""
        steering.add_trial(self._database, job, assignments, None, confirmed)

    def change_job(self, job: str, change: JobChange) -> None:
        """Change the settings of a job that runs."""
        steering.change_job(self._database, job, change)

    def pause(self, job: str, *, now: bool) -> None:
        """Let a job begin no more trials, and with ``now`` end those that run."""
        steering.pause(self._database, job, now=now)

    def resume(self, job: str) -> None:
        """Continue a paused job."""
        steering.resume(self._database, job)

    def star(self, job: str, numbers: Sequence[int], *, starred: bool) -> None:
        """Set or remove the star of trials."""
        trial_marks.star(self._database, job, numbers, starred=starred)

    def set_baseline(self, job: str, number: int | None) -> None:
        """Choose the trial that a job is compared with."""
        trial_marks.set_baseline(self._database, job, number)

    def annotate(self, job: str, number: int, note: str) -> None:
        """Write a note on a trial."""
        trial_marks.annotate(self._database, job, number, note)

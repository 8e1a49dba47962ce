"""Reads what the overview shows besides the list of jobs."""

from __future__ import annotations

import shutil
from collections.abc import Sequence

from bayescore.results import best_so_far
from bayescore.store import Database, JobSummary, trials
from bayesdesk.models.overview import Facts


def read_facts(database: Database, jobs: Sequence[JobSummary]) -> Facts:
    """Read the curves of jobs and the free disk space; not for the GUI thread."""
    with database.read() as connection:
        curves = {}
        for job in jobs:
            found = trials.of_job(connection, job.id)
            steps = best_so_far(found, job.goal)
            curves[job.id] = _at_each_trial([(t.number, t.value or 0.0) for t in steps], len(found))
    return Facts(curves, shutil.disk_usage(database.folder.root).free)


def _at_each_trial(steps: Sequence[tuple[int, float]], last: int) -> tuple[float, ...]:
    if not steps:
        return ()
    values, at = [], 0
    for trial in range(steps[0][0], last + 1):
        if at + 1 < len(steps) and steps[at + 1][0] <= trial:
            at += 1
        values.append(steps[at][1])
    return tuple(values)

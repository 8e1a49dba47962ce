"""Removes what trials and jobs have left after their end: containers, slots of a cluster."""

from __future__ import annotations

import logging
from collections.abc import Collection
from concurrent.futures import Future, wait
from typing import Any

from bayescore.engine.build_launch import trial_name
from bayescore.errors import BayesdeskError
from bayescore.store import Database, jobs, trials
from bayescore.trials.runners import Runner

_log = logging.getLogger(__name__)
_REMOVAL_S = 60.0


def clean_up(
    database: Database, runner: Runner, endpoint: str | None, removals: Collection[Future[Any]] = ()
) -> None:
    """Remove the programs of ended trials, and release what ended jobs held.

    Parameters
    ----------
    endpoint
        Endpoint of the runner, as jobs store it.
    removals
        Removals, starts and the release of slots, to wait for. When no job is left, the agents of a
        cluster are dismissed, and an agent that is dismissed during a removal leaves files on its node.
    """
    wait(removals, timeout=_REMOVAL_S)
    try:
        programs = runner.programs()  # before the store is read, so that it lists no trial that starts now
        with database.read() as connection:
            unended = {trial_name(database.folder, trial) for trial in trials.active(connection)}
        for name, handle in programs.items():
            if name not in unended:
                _log.info("removing %s, whose trial has ended", name)
                runner.remove(handle)
        with database.read() as connection:
            active = {job.id for job in jobs.active(connection) if job.submission.endpoint == endpoint}
        runner.keep_only(active)
    except (BayesdeskError, OSError) as error:
        _log.info("the cleanup failed: %s", error)

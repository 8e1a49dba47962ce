"""What a crashed engine left behind after its trials and jobs had ended: containers, places on a cluster."""

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


def sweep(
    database: Database, runner: Runner, endpoint: str | None, removals: Collection[Future[Any]] = ()
) -> None:
    """Remove every program of the data folder that no unended trial has, and let go of what ended jobs held.

    Parameters
    ----------
    endpoint
        What the runner runs on, as jobs name it.
    removals
        Removals under way.  They are waited for: without a job left, a cluster's agents are ended, and
        one that is ended while it removes a trial's files leaves some of them on its node.
    """
    wait(removals, timeout=_REMOVAL_S)
    try:
        programs = runner.programs()  # before the store is read: a trial that begins now is not among them
        with database.read() as connection:
            wanted = {trial_name(database.folder, trial) for trial in trials.active(connection)}
        for name, handle in programs.items():
            if name not in wanted:
                _log.info("%s is left from before and is removed", name)
                runner.remove(handle)
        with database.read() as connection:
            going_on = {job.id for job in jobs.active(connection) if job.submission.endpoint == endpoint}
        runner.keep_only(going_on)
    except (BayesdeskError, OSError) as error:
        _log.info("not swept: %s", error)

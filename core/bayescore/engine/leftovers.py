"""What a crashed engine left behind after its trials and jobs had ended: containers, places on a cluster."""

from __future__ import annotations

import logging

from bayescore.engine.launching import trial_name
from bayescore.errors import BayesdeskError
from bayescore.store import Database, jobs, trials
from bayescore.trials.runners import Runner

_log = logging.getLogger(__name__)


def sweep(database: Database, runner: Runner, endpoint: str | None) -> None:
    """Remove every program of the data folder that no unended trial has, and let go of what ended jobs held.

    Parameters
    ----------
    endpoint
        What the runner runs on, as jobs name it.
    """
    try:
        programs = runner.programs()  # before the store is read: a trial that begins now is not among them
        with database.read() as connection:
            wanted = {trial_name(database.folder, trial) for trial in trials.unended(connection)}
        for name, handle in programs.items():
            if name not in wanted:
                _log.info("%s is left from before and is removed", name)
                runner.remove(handle)
        with database.read() as connection:
            going_on = {job.id for job in jobs.active(connection) if job.wish.endpoint == endpoint}
        runner.keep_only(going_on)
    except (BayesdeskError, OSError) as error:
        _log.info("not swept: %s", error)

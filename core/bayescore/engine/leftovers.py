"""What a crashed engine left behind after its trials and jobs had ended: containers, places on a cluster."""

from __future__ import annotations

import logging

from bayescore.engine.launching import trial_name
from bayescore.errors import BayesdeskError
from bayescore.store import Database, jobs, trials
from bayescore.trials.runners import Runner

_log = logging.getLogger(__name__)


def sweep(database: Database, runner: Runner) -> None:
    """Remove every program of the data folder that no unended trial has."""
    try:
        programs = runner.programs()  # before the store is read: a trial that begins now is not among them
        with database.read() as connection:
            wanted = {trial_name(database.folder, trial) for trial in trials.unended(connection)}
        for name, handle in programs.items():
            if name not in wanted:
                _log.info("%s is left from before and is removed", name)
                runner.remove(handle)
        if (slots := getattr(runner, "slots", None)) is not None:
            with database.read() as connection:
                slots.keep_only({job.id for job in jobs.active(connection)})
    except (BayesdeskError, OSError) as error:
        _log.info("not swept: %s", error)

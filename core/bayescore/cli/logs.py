"""``bayesdesk logs``."""

from __future__ import annotations

import sys
import time
from typing import Annotated

import typer

from bayescore.cli.job_list import JOB
from bayescore.i18n import _

_LOOK_S = 0.2


def logs(
    job: Annotated[str, JOB],
    trial: Annotated[int, typer.Argument(help=_("Number of the trial."))],
    follow: Annotated[bool, typer.Option("-f", "--follow", help=_("Go on until the trial ends."))] = False,
) -> None:
    """Print a trial's output as it is."""
    from bayescore.cli.access import find_job, find_trial, open_store
    from bayescore.trials import TrialFolder

    database = open_store()
    found = find_job(database, job)
    file = TrialFolder(database.folder.trial(found.id, find_trial(database, found, trial).number)).log
    older = file.with_name(file.name + ".1")
    if older.exists():
        sys.stdout.buffer.write(older.read_bytes())
    offset = 0
    while True:
        ended = find_trial(database, found, trial).state.ended
        if file.exists():
            if file.stat().st_size < offset:
                offset = 0  # the log has begun its next half
            with file.open("rb") as log:
                log.seek(offset)
                data = log.read()
            offset += len(data)
            sys.stdout.buffer.write(data)
            sys.stdout.buffer.flush()
        if ended or not follow:
            return
        time.sleep(_LOOK_S)

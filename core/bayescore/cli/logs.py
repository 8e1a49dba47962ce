"""``bayesdesk logs``."""

from __future__ import annotations

import re
import sys
import time
from typing import Annotated

import typer

from bayescore.cli.job_list import JOB
from bayescore.i18n import _

# an escape that begins no colour (ESC [ … m), and the bells and such that programs hide in their output
_CODE = re.compile(rb"\x1b(?!\[[0-9;]*m)|[\x00-\x07\x0e\x0f\x7f]")
_LOOK_S = 0.2


def logs(
    job: Annotated[str, JOB],
    trial: Annotated[int, typer.Argument(help=_("Number of the trial."))],
    follow: Annotated[bool, typer.Option("-f", "--follow", help=_("Go on until the trial ends."))] = False,
) -> None:
    """Print a trial's output as it is; to a terminal without codes that do more than colour it."""
    from bayescore.cli.access import find_job, find_trial, open_store
    from bayescore.trials import TrialFolder

    database = open_store()
    found = find_job(database, job)
    file = TrialFolder(database.folder.trial(found.id, find_trial(database, found, trial).number)).log
    older = file.with_name(file.name + ".1")
    show = _show if sys.stdout.isatty() else sys.stdout.buffer.write
    if older.exists():
        show(older.read_bytes())
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
            show(data)
            sys.stdout.buffer.flush()
        if ended or not follow:
            return
        time.sleep(_LOOK_S)


def _show(data: bytes) -> int:
    """Write to the terminal; every escape but those for colours is made visible."""
    return sys.stdout.buffer.write(_CODE.sub(lambda code: code[0].replace(b"\x1b", "␛".encode()), data))

"""``bayesdesk logs``."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated

import typer

from bayescore.app.lookup import find_job, find_trial
from bayescore.cli.options import JOB
from bayescore.cli.store import open_jobs
from bayescore.cli.terminal import Shown
from bayescore.errors import StoreError
from bayescore.files import open_regular, reason_of
from bayescore.i18n import _, text
from bayescore.trials import TrialFolder

_POLL_S = 0.2
_PIECE = 64 * 1024  # bytes that are read and shown at once


def logs(
    job: Annotated[str, JOB],
    trial: Annotated[int, typer.Argument(help=_("Number of the trial."))],
    follow: Annotated[
        bool, typer.Option("-f", "--follow", help=_("Follow the trial until it ends."))
    ] = False,
) -> None:
    """Print a trial's output; on a terminal without control codes other than colours."""
    database = open_jobs()
    found = find_job(database, job)
    file = TrialFolder(database.folder.trial(found.id, find_trial(database, found, trial).number)).log
    show, end = _screen() if sys.stdout.isatty() else (_pass, _nothing)
    older = file.with_name(file.name + ".1")
    if older.exists():
        for data in _pieces(older, 0):
            show(data)
    offset = 0
    while True:
        ended = find_trial(database, found, trial).state.ended
        if file.exists():
            if file.stat().st_size < offset:
                offset = 0  # the log was rotated
            for data in _pieces(file, offset):
                offset += len(data)
                show(data)
            sys.stdout.flush()
        if ended or not follow:
            end()
            return
        time.sleep(_POLL_S)


def _pieces(file: Path, offset: int) -> Iterator[bytes]:
    """The content after ``offset``, in pieces: a log may be larger than memory."""
    try:
        with open_regular(file) as log:
            log.seek(offset)
            while data := log.read(_PIECE):
                yield data
    except OSError as error:
        raise StoreError(
            text("{file} cannot be read: {reason}.", file=file, reason=reason_of(error))
        ) from None


def _screen() -> tuple[Callable[[bytes], None], Callable[[], None]]:
    """Functions that show bytes on the terminal, and that end the output."""
    encoding = sys.stdout.encoding
    shown = Shown(encoding)

    def write(words: str) -> None:
        sys.stdout.buffer.write(words.encode(encoding, "replace"))

    return lambda data: write(shown.piece(data)), lambda: write(shown.end())


def _pass(data: bytes) -> None:
    sys.stdout.buffer.write(data)


def _nothing() -> None:
    pass

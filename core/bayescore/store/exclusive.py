"""Having a data folder to oneself, for what replaces its store."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from bayescore.errors import StoreError
from bayescore.i18n import text
from bayescore.store.data_folder import DataFolder


@contextmanager
def alone(folder: DataFolder) -> Iterator[None]:
    """Keep the engine out, and be sure that no window or command has the store open.

    A program that has it open would go on with the file that was put aside.

    Raises
    ------
    StoreError
        When an engine runs or another program has the store open.
    """
    from filelock import FileLock, Timeout

    try:
        with FileLock(str(folder.engine_lock), timeout=2):
            if holders := _holders(folder):
                raise StoreError(
                    text(
                        "Other programs have the store {file} open: {programs}.",
                        file=folder.database,
                        programs=", ".join(holders),
                    ),
                    text("Close Bayesdesk's windows and commands, then try again."),
                )
            yield
    except Timeout:
        raise StoreError(
            text("The engine of {folder} runs.", folder=folder.root),
            text("Stop it first: bayesdesk engine stop. Running trials go on meanwhile."),
        ) from None


def _holders(folder: DataFolder) -> list[str]:
    """Names and numbers of the processes that have the store open, as far as they may be seen."""
    import psutil

    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            if process.pid != os.getpid() and any(
                opened.path == str(folder.database) for opened in process.open_files()
            ):
                found.append(f"{process.name()} ({process.pid})")
    return found

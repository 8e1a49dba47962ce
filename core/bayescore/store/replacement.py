"""Replacing the store of a data folder: exclusive access, and keeping the old content."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from bayescore.errors import StoreError
from bayescore.i18n import text
from bayescore.store.backup_archive import JOBS
from bayescore.store.data_folder import DataFolder
from bayescore.times import now


@contextmanager
def exclusive_access(folder: DataFolder) -> Iterator[None]:
    """Keep the engine from starting, and check that no other program has the store open.

    A program that has the store open would keep using the old file.

    Raises
    ------
    StoreError
        When an engine runs or another program has the store open.
    """
    from filelock import FileLock, Timeout

    try:
        with FileLock(str(folder.engine_lock), timeout=2):
            if programs := _programs_with_open_store(folder):
                raise StoreError(
                    text(
                        "Other programs have the store {file} open: {programs}.",
                        file=folder.database,
                        programs=", ".join(programs),
                    ),
                    text("Close Bayesdesk's windows and commands, then try again."),
                )
            yield
    except Timeout:
        raise StoreError(
            text("The engine of {folder} is running.", folder=folder.root),
            text("Stop it first: bayesdesk engine stop. Running trials are not stopped."),
        ) from None


def _programs_with_open_store(folder: DataFolder) -> list[str]:
    """Names and ids of the processes that have the store open, as far as this account may see."""
    import psutil

    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            if process.pid != os.getpid() and any(
                opened.path == str(folder.database) for opened in process.open_files()
            ):
                found.append(f"{process.name()} ({process.pid})")
    return found


def move_aside(folder: DataFolder, prefix: str, *, store_only: bool = False) -> Path | None:
    """Move the content of a data folder into a new folder inside it; ``None`` when it is empty."""
    names = [f"{folder.database.name}{end}" for end in ("", "-wal", "-shm", "-journal")]
    names += [] if store_only else [JOBS]
    existing = [folder.root / name for name in names if os.path.lexists(folder.root / name)]
    if not existing:
        return None
    aside = folder.root / f"{prefix}-{now()[:19].replace(':', '')}"
    aside.mkdir(mode=0o700)
    for path in existing:
        path.rename(aside / path.name)
    return aside

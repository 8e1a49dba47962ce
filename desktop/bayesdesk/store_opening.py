"""Opening the store at the start of the window, also when the data folder cannot be written or read."""

from __future__ import annotations

import logging
from contextlib import suppress
from dataclasses import dataclass

from PySide6.QtCore import QEventLoop
from PySide6.QtWidgets import QWidget

from bayescore.errors import BayesdeskError, NotWritableError
from bayescore.files import reason_of
from bayescore.i18n import _, text
from bayescore.store import Database, DataFolder
from bayesdesk.ui.message_box import Answer, ask

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Opened:
    """A store.

    Attributes
    ----------
    trouble
        Why it can only be read.
    """

    database: Database
    trouble: BayesdeskError | None = None


def open_store(window: QWidget, folder: DataFolder) -> Opened | None:
    """The store of a folder; ``None`` after the user has read why it cannot be opened."""
    try:
        return Opened(Database(folder).open())
    except BayesdeskError as error:
        _log.error("%s", error)
        trouble = error
    except OSError as error:
        _log.error("%s", error)
        words = text(
            "The data folder {folder} cannot be written: {reason}.",
            folder=folder.root,
            reason=reason_of(error),
        )
        trouble = NotWritableError(words)
    if isinstance(trouble, NotWritableError):
        with suppress(BayesdeskError):
            return Opened(Database.for_reading(folder), trouble)
    _explain(window, trouble)
    return None


def _explain(window: QWidget, trouble: BayesdeskError) -> None:
    """Show why the window cannot be used, and wait until the user has read it."""
    loop = QEventLoop()
    box = ask(
        window,
        str(trouble.message),
        str(trouble.hint or ""),
        meaning="error",
        answers=[Answer(_("Quit"), kind="primary")],
    )
    box.finished.connect(loop.quit)
    loop.exec()

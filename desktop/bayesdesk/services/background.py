"""Runs slow work off the GUI thread and returns its result on it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Signal
from shiboken6 import isValid

from bayescore.errors import BayesdeskError

_log = logging.getLogger(__name__)
T = TypeVar("T")


class Background(QObject):
    """Runs functions on daemon threads, which do not delay the end of the program.

    What nobody handles goes to ``went_wrong``, with the exception.
    """

    went_wrong = Signal(object)
    _came_back = Signal(object, object)

    def __init__(self) -> None:
        super().__init__()
        self._came_back.connect(self._hand_over)

    def run(
        self,
        function: Callable[[], T],
        done: Callable[[T], object] | None = None,
        failed: Callable[[Exception], object] | None = None,
    ) -> None:
        """Call ``function`` on another thread, then ``done`` or ``failed`` on this one."""

        def work() -> None:
            try:
                result = function()
            except BayesdeskError as error:  # an expected error with a message for the user
                _log.info("background work ended with: %s", error)
                self._came_back.emit(failed or self.went_wrong.emit, error)
            except Exception as error:
                _log.exception("background work failed")
                self._came_back.emit(failed or self.went_wrong.emit, error)
            else:
                self._came_back.emit(done, result)

        threading.Thread(target=work, name="background", daemon=True).start()

    @staticmethod
    def _hand_over(callback: Callable[[Any], object] | None, result: object) -> None:
        if callback is not None and not _is_gone(callback):
            callback(result)


def _is_gone(callback: Callable[[Any], object]) -> bool:
    """Whether a callback belongs to a widget that has been deleted."""
    while isinstance(callback, partial):
        callback = callback.func
    owner = getattr(callback, "__self__", None)
    return isinstance(owner, QObject) and not isValid(owner)

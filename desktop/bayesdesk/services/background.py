"""Runs slow work off the GUI thread and returns its result on it."""

from __future__ import annotations

import itertools
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Signal
from shiboken6 import isValid

from bayescore.errors import BayesdeskError

_log = logging.getLogger(__name__)
T = TypeVar("T")


class Background(QObject):
    """Runs functions on daemon threads, which do not delay the end of the program.

    What nobody handles goes to ``went_wrong``, with the exception. The GUI thread holds the functions until
    they have run: the thread that drops the last reference to a function deletes the Qt objects in it.
    """

    went_wrong = Signal(object)
    # number of the call, whether it succeeded, its result or exception
    _came_back = Signal(int, bool, object)

    def __init__(self) -> None:
        super().__init__()
        self._numbers = itertools.count()
        self._calls: dict[int, _Call] = {}
        self._came_back.connect(self._hand_over)

    def run(
        self,
        function: Callable[[], T],
        done: Callable[[T], object] | None = None,
        failed: Callable[[Exception], object] | None = None,
    ) -> None:
        """Call ``function`` on another thread, then ``done`` or ``failed`` on this one."""
        number = next(self._numbers)
        self._calls[number] = _Call(function, done, failed)
        # A list, so that the thread can drop its reference before the call comes back.
        threading.Thread(target=self._work, args=(number, [function]), name="background", daemon=True).start()

    def _work(self, number: int, functions: list[Callable[[], Any]]) -> None:
        succeeded, result = _run(functions)
        self._came_back.emit(number, succeeded, result)

    def _hand_over(self, number: int, succeeded: bool, result: Any) -> None:
        call = self._calls.pop(number)
        callback = call.done if succeeded else call.failed or self.went_wrong.emit
        if callback is not None and not _is_gone(callback):
            callback(result)


@dataclass(frozen=True)
class _Call:
    function: Callable[[], Any]
    done: Callable[[Any], object] | None
    failed: Callable[[Exception], object] | None


def _run(functions: list[Callable[[], Any]]) -> tuple[bool, Any]:
    """Run the only function of a list, which is empty afterwards."""
    try:
        return True, functions.pop()()
    except BayesdeskError as error:  # an expected error with a message for the user
        _log.info("background work ended with: %s", error)
        return False, error
    except Exception as error:
        _log.exception("background work failed")
        return False, error


def _is_gone(callback: Callable[[Any], object]) -> bool:
    """Whether a callback belongs to a widget that has been deleted."""
    while isinstance(callback, partial):
        callback = callback.func
    owner = getattr(callback, "__self__", None)
    return isinstance(owner, QObject) and not isValid(owner)

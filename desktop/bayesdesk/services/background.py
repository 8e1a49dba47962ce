"""Runs slow work off the GUI thread and returns its result on it."""

from __future__ import annotations

import itertools
import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from inspect import getclosurevars
from types import FunctionType
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Signal
from shiboken6 import isValid

from bayescore.errors import BayesdeskError

_log = logging.getLogger(__name__)
T = TypeVar("T")


class Background(QObject):
    """Runs functions on daemon threads, which do not delay the end of the program.

    The window does not close before functions of :meth:`run_to_end` have ended. What nobody handles goes to
    ``went_wrong``, with the exception. The GUI thread holds the functions until they have run, and their
    results: the thread that drops the last reference to a function, or to an exception with the frames of
    its traceback, deletes the Qt objects in it.
    """

    went_wrong = Signal(object)
    action_ended = Signal(object)  # of run_to_end: its exception, None if it succeeded
    _came_back = Signal(int)  # number of the call

    def __init__(self) -> None:
        super().__init__()
        self._numbers = itertools.count()
        self._calls: dict[int, _Call] = {}
        self._outcomes: dict[int, tuple[bool, Any]] = {}  # whether it succeeded, its result or exception
        self._actions: dict[int, str] = {}
        self._last = threading.Event()  # of the functions of run_in_order: set when it has ended
        self._last.set()
        self._came_back.connect(self._hand_over)

    def run(
        self,
        function: Callable[[], T],
        done: Callable[[T], object] | None = None,
        failed: Callable[[Exception], object] | None = None,
    ) -> None:
        """Call ``function`` on another thread, then ``done`` or ``failed`` on this one."""
        self._start(next(self._numbers), _Call(function, done, failed))

    def run_to_end(
        self,
        action: str,
        function: Callable[[], T],
        done: Callable[[T], object] | None = None,
        failed: Callable[[Exception], object] | None = None,
    ) -> None:
        """As :meth:`run`, for a function that must not be lost when the window closes.

        Its error is also shown if the widget that handles errors has been deleted by then.

        Parameters
        ----------
        action
            What the function does, for the user: “Saving openbayes.yaml”.
        """
        number = next(self._numbers)
        self._actions[number] = action
        self._start(number, _Call(function, done, failed))

    def run_in_order(
        self,
        action: str,
        function: Callable[[], T],
        done: Callable[[T], object] | None = None,
        failed: Callable[[Exception], object] | None = None,
    ) -> None:
        """As :meth:`run_to_end`, for changes whose order matters: each begins after the one before."""
        before, self._last = self._last, threading.Event()

        def work(ended: threading.Event = self._last) -> T:
            before.wait()
            try:
                return function()
            finally:
                ended.set()

        self.run_to_end(action, work, done, failed)

    @property
    def actions(self) -> tuple[str, ...]:
        """What is under way and must not be lost."""
        return tuple(dict.fromkeys(self._actions.values()))

    def _start(self, number: int, call: _Call) -> None:
        self._calls[number] = call
        # A list, so that the thread can drop its reference before the call comes back.
        work = (number, [call.function])
        threading.Thread(target=self._work, args=work, name="background", daemon=True).start()

    def _work(self, number: int, functions: list[Callable[[], Any]]) -> None:
        self._outcomes[number] = _run(functions)
        self._came_back.emit(number)

    def _hand_over(self, number: int) -> None:
        succeeded, result = self._outcomes.pop(number)
        call, action = self._calls.pop(number), self._actions.pop(number, None)
        callback = call.done if succeeded else call.failed or self.went_wrong.emit
        if callback is not None and _is_gone(callback):
            callback = None if succeeded or action is None else self.went_wrong.emit
        try:
            if callback is not None:
                callback(result)
        finally:
            if action is not None:
                self.action_ended.emit(None if succeeded else result)


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
    owner = _owner(callback)
    if owner is None:  # a function of no object, which calls one that is
        called = (_owner(each) for each in _captured(callback).values() if callable(each))
        owner = next((each for each in called if each is not None), None)
    return isinstance(owner, QObject) and not isValid(owner)


def _owner(callback: object) -> object:
    """The object whose method a callback is, or in whose method it was defined."""
    return getattr(_plain(callback), "__self__", None) or _captured(callback).get("self")


def _plain(callback: object) -> object:
    return _plain(callback.func) if isinstance(callback, partial) else callback


def _captured(callback: object) -> Mapping[str, object]:
    """What a function uses of the functions around it."""
    function = _plain(callback)
    return getclosurevars(function).nonlocals if isinstance(function, FunctionType) else {}

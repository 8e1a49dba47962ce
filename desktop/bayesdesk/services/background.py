"""Slow work off the GUI thread, its outcome back on it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal

_log = logging.getLogger(__name__)
T = TypeVar("T")


class _Outcome(QObject):
    done = Signal(object)
    failed = Signal(object)


class _Work(QRunnable):
    def __init__(self, function: Callable[[], object], outcome: _Outcome) -> None:
        super().__init__()
        self._function = function
        self._outcome = outcome

    def run(self) -> None:
        try:
            result = self._function()
        except Exception as error:
            _log.exception("background work failed")
            self._outcome.failed.emit(error)
        else:
            self._outcome.done.emit(result)


class Background(QObject):
    """Runs functions on other threads.

    What nobody handles goes to ``went_wrong``, with the exception.
    """

    went_wrong = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._under_way: set[_Outcome] = set()

    def run(
        self,
        function: Callable[[], T],
        done: Callable[[T], object] | None = None,
        failed: Callable[[Exception], object] | None = None,
    ) -> None:
        """Call ``function`` elsewhere, then ``done`` or ``failed`` here."""
        outcome = _Outcome(self)
        self._under_way.add(outcome)
        if done is not None:
            outcome.done.connect(done)
        outcome.failed.connect(failed if failed is not None else self.went_wrong.emit)
        for signal in (outcome.done, outcome.failed):
            signal.connect(lambda _result, o=outcome: self._let_go(o))
        QThreadPool.globalInstance().start(_Work(function, outcome))

    def _let_go(self, outcome: _Outcome) -> None:
        self._under_way.discard(outcome)
        outcome.deleteLater()

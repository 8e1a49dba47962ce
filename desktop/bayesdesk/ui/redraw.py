"""When a view of a job redraws: for what it shows, while it is visible, and not too often."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

from bayesdesk.models.job import JobModel
from bayesdesk.models.snapshot import Change
from bayesdesk.ui import slow_display

_SETTLED_MS = 150  # for which a brush must rest before views that are slow to draw follow it


class Redraw(QObject):
    """Calls a view's ``draw`` with what has changed since its last call.

    A view that is hidden or scrolled out of sight is not drawn; it catches up when it becomes visible.  A
    selection is drawn at once, a filter when it has settled, and everything else at most once a pause.

    Parameters
    ----------
    on
        What the view shows.
    pause_ms
        Between two calls for new data.
    follows_filter
        Whether every move of a brush is drawn at once.
    """

    def __init__(
        self,
        view: QWidget,
        model: JobModel,
        draw: Callable[[Change], object],
        on: Change,
        *,
        pause_ms: int = 0,
        follows_filter: bool = False,
    ) -> None:
        super().__init__(view)
        self._view, self._draw, self._on = view, draw, on
        self._pause_ms = pause_ms
        self._at_once = Change.SELECTION | (Change.FILTER if follows_filter else Change.NONE)
        self._pending = on
        self._drawn_at = 0.0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.if_visible)
        self._unsubscribe = model.subscribe(self.changed)
        view.destroyed.connect(self._unsubscribe)
        view.installEventFilter(self)
        if isinstance(view, QAbstractScrollArea):
            view.viewport().installEventFilter(self)

    def changed(self, change: Change) -> None:
        """Draw what has changed, at once or later."""
        change &= self._on
        self._pending |= change
        if change & self._at_once:
            self.if_visible()
        elif change & Change.FILTER:
            self._timer.start(slow_display.SETTLED_MS if slow_display.is_slow() else _SETTLED_MS)
        elif change and not self._timer.isActive():
            pause = max(self._pause_ms, slow_display.PAUSE_MS) if slow_display.is_slow() else self._pause_ms
            left = pause - (time.monotonic() - self._drawn_at) * 1000
            if left > 0:
                self._timer.start(round(left))
            else:
                self.if_visible()

    def soon(self, change: Change) -> None:
        """Draw together with what else happens before the event loop is idle, without a pause."""
        self._pending |= change
        self._timer.start(0)

    def if_visible(self) -> None:
        """Draw what is pending, if the user can see the view."""
        if self._pending and _is_in_sight(self._view):
            self.now()

    def now(self) -> None:
        """Draw what is pending, visible or not."""
        self._timer.stop()
        pending, self._pending = self._pending, Change.NONE
        self._drawn_at = time.monotonic()  # first: what drawing itself changes waits for the pause
        self._draw(pending)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Catch up when the view is shown or scrolled into sight, or is on another screen."""
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._pending |= self._on
        if (
            event.type() in (QEvent.Type.Show, QEvent.Type.Paint)
            and self._pending
            and not self._timer.isActive()
        ):
            self._timer.start(0)
        return super().eventFilter(watched, event)


def _is_in_sight(widget: QWidget) -> bool:
    """Whether a widget is shown and not scrolled away; Qt's visible region leaves out what children cover."""
    if not widget.isVisible():
        return False
    area = widget.rect()
    while not widget.isWindow() and (parent := widget.parentWidget()) is not None:
        area = area.translated(widget.pos()).intersected(parent.rect())
        widget = parent
    return not area.isEmpty()

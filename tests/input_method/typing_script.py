"""The real window, into which an input method types: ``python typing_script.py FILE KEYS TEXT``.

Prints a JSON object with the text of each place, typed with the keys of a real (virtual) keyboard.
"""

from __future__ import annotations

import json
import os
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from PySide6.QtCore import QEvent, QObject, QSettings, QTimer
from PySide6.QtGui import QInputMethodEvent, QTextCursor
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QWidget
from Xlib import XK, X, display
from Xlib.ext import xtest

from bayesdesk import app, window

_file, _keys, _text = sys.argv[1:]
_TRIES = 20
_PATIENCE_S = 5.0
_LATEST_S = 60.0
_SETTLING_S = 0.3


class Typist(QObject):
    """Types into widgets; what an input method shows before it commits is ``preedit``."""

    def __init__(self) -> None:
        super().__init__()
        self._display = display.Display(os.environ["DISPLAY"])
        self.preedit = ""
        QApplication.instance().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QInputMethodEvent):
            self.preedit = event.preeditString()
        return False

    def press(self, *names: str) -> None:
        for name in names:
            code = self._display.keysym_to_keycode(XK.string_to_keysym(name))
            xtest.fake_input(self._display, X.KeyPress, code)
            xtest.fake_input(self._display, X.KeyRelease, code)
        self._display.sync()

    def type_into(self, widget: QLineEdit | QPlainTextEdit) -> str:
        """Type the keys until the text appears: an input method may start after the widget has the focus."""
        before = _content(widget)
        for _try in range(_TRIES):
            self.focus(widget)
            self.press(*_keys)
            if turn_until(lambda: self.preedit != "" or _content(widget) != before, _PATIENCE_S):
                self._commit(widget, before)
            if _content(widget) == before + _text:
                break
            self._clear(widget, before)
        return _content(widget)

    def _commit(self, widget: QLineEdit | QPlainTextEdit, before: str) -> None:
        wanted = before + _text
        if not turn_until(lambda: _content(widget) == wanted, _SETTLING_S) and self.preedit:
            self.press("space")
            turn_until(lambda: _content(widget) == wanted, _PATIENCE_S)

    def _clear(self, widget: QLineEdit | QPlainTextEdit, before: str) -> None:
        QApplication.inputMethod().reset()
        if isinstance(widget, QLineEdit):
            widget.setText(before)
        else:
            widget.setPlainText(before)
        turn_until(lambda: not self.preedit, _SETTLING_S)

    def focus(self, widget: QWidget) -> None:
        """Give a widget the focus of the keyboard."""
        own = widget.window()
        own.activateWindow()
        widget.setFocus()
        assert turn_until(lambda: own.isActiveWindow() and widget.hasFocus(), _LATEST_S)
        if isinstance(widget, QPlainTextEdit):
            widget.moveCursor(QTextCursor.MoveOperation.End)


def _content(widget: QLineEdit | QPlainTextEdit) -> str:
    return widget.text() if isinstance(widget, QLineEdit) else widget.toPlainText()


def turn_until(condition: Callable[[], bool], seconds: float) -> bool:
    """Handle events until a condition is met; whether it was."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        QApplication.processEvents()
        time.sleep(0.005)
    return True


def drive(shown: window.MainWindow) -> None:
    typist = Typist()
    assert turn_until(lambda: shown.editor is not None and shown.editor.isVisible(), _LATEST_S)
    assert shown.editor is not None
    code = shown.editor.yaml
    code.moveCursor(QTextCursor.MoveOperation.End)
    code.insertPlainText("\n# ")
    found = {"editor": typist.type_into(code).splitlines()[-1]}
    found["search"] = typist.type_into(shown.sidebar.search)
    assert turn_until(lambda: bool(shown.rows), _LATEST_S)
    found["note"] = typist.type_into(shown.job_actions.edit(shown.rows[0], at_note=True).note)
    print(json.dumps(found, ensure_ascii=False), flush=True)


class Driven(window.MainWindow):
    """The window, typed into when it has started."""

    def start(self) -> None:
        QSettings().setValue("welcome/seen", "yes")
        super().start()
        QTimer.singleShot(0, self._drive)

    def _drive(self) -> None:
        try:
            drive(self)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)


window.MainWindow = Driven
sys.argv = ["bayesdesk-gui", _file]
app.main()

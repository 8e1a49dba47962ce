"""Messages and questions over a window, with our own icons and words on their buttons."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QLabel, QPushButton, QWidget

from bayescore.i18n import _
from bayesdesk.ui import theme
from bayesdesk.ui.icons import icon
from bayesdesk.ui.plain import breakable
from bayesdesk.ui.widgets import button, column, label, row, set_shown

_WIDTH = 460
_ICON_PX = 28


@dataclass(frozen=True)
class Answer:
    """A button of a question and what is called when it is pressed.

    Attributes
    ----------
    kind
        As of :func:`button`: ``primary`` for what the Enter key does, ``danger`` for what deletes something.
    """

    words: str
    chosen: Callable[[], object] | None = None
    kind: str = ""


class MessageBox(QDialog):
    """A sentence with an icon, what explains it, and the answers; Escape closes it without an answer.

    Parameters
    ----------
    meaning
        Name of the icon: ``hint``, ``help`` for a question, ``warning`` or ``error``.
    answers
        From left to right; the one that changes most is the last.
    """

    def __init__(
        self, parent: QWidget | None, meaning: str, words: str, details: str, answers: Sequence[Answer]
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Bayesdesk")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.words = label(breakable(words), "heading", wrap=True)
        self.details = label(breakable(details), "secondary", wrap=True)
        set_shown(self.details, bool(details))
        self.buttons = {answer.words: self._made_button(answer) for answer in answers}
        mark = _mark(meaning)
        top = row(mark, spacing=14)
        top.setAlignment(mark, Qt.AlignmentFlag.AlignTop)
        top.addLayout(column(self.words, self.details, None, spacing=6), 1)
        layout = column(top, row(None, *self.buttons.values()), spacing=18)
        layout.setContentsMargins(theme.PAGE_MARGIN, 18, theme.PAGE_MARGIN, 16)
        self.setLayout(layout)
        self.setFixedWidth(theme.px(_WIDTH))
        self._focus(answers)

    def _made_button(self, answer: Answer) -> QPushButton:
        def press() -> None:
            self.accept()
            if answer.chosen is not None:
                answer.chosen()

        return button(answer.words, press, kind=answer.kind)

    def _focus(self, answers: Sequence[Answer]) -> None:
        """Give Enter to the primary answer; with a dangerous one, to the first, which changes nothing."""
        chosen = next((a for a in answers if a.kind == "primary"), answers[0])
        for words, made in self.buttons.items():
            made.setAutoDefault(words == chosen.words)
            made.setDefault(words == chosen.words)
        self.buttons[chosen.words].setFocus()


def tell(
    parent: QWidget | None,
    words: str,
    details: str = "",
    *,
    meaning: str = "hint",
    then: Callable[[], object] | None = None,
) -> MessageBox:
    """Show a message; ``then`` is called when it has been closed."""
    box = MessageBox(parent, meaning, words, details, [Answer(_("OK"), kind="primary")])
    if then is not None:
        box.finished.connect(lambda _result: then())
    box.open()
    return box


def ask(
    parent: QWidget | None, words: str, details: str = "", *, answers: Sequence[Answer], meaning: str = "help"
) -> MessageBox:
    """Show a question."""
    box = MessageBox(parent, meaning, words, details, answers)
    box.open()
    return box


def _mark(meaning: str) -> QLabel:
    colours = theme.palette()
    tones = {"warning": colours.warning, "error": colours.bad}
    mark = QLabel()
    mark.setPixmap(icon(meaning, tones.get(meaning, colours.accent)).pixmap(_ICON_PX, _ICON_PX))
    return mark

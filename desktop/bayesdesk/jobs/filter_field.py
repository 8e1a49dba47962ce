"""The field for a condition: completes names and values, keeps the last conditions, shows what is wrong."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QSettings,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFont, QFontMetrics, QKeyEvent, QPainter, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QCompleter,
    QFrame,
    QLineEdit,
    QListView,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from bayescore.errors import ConfigError
from bayescore.i18n import _
from bayescore.results.where import UnknownNameError, written
from bayesdesk.models.expression import Completions, Vocabulary, completions
from bayesdesk.ui import theme
from bayesdesk.ui.icons import icon
from bayesdesk.ui.plain import as_text
from bayesdesk.ui.widgets import button, column, label, row, set_property

CHARACTERS = 40  # that are visible at least
MOST_RECENT = 10
_RECENT = "filter/recent"
_POPUP_WIDTH = 300
_LINE_HEIGHT = 26
_AROUND_TEXT_PX = 66  # frame, margins and the two buttons
_MEANING = Qt.ItemDataRole.UserRole
_ACCEPTING = (Qt.Key.Key_Return, Qt.Key.Key_Enter)  # and Tab, see focusNextPrevChild


class FilterField(QLineEdit):
    """Emits ``committed`` on Enter, when it loses the focus, and when it is emptied or filled from a menu.

    Parameters
    ----------
    words
        Returns what conditions are about now.
    recent
        Setting that keeps the last conditions.
    """

    committed = Signal(str)

    def __init__(self, words: Callable[[], Vocabulary], recent: str = _RECENT) -> None:
        super().__init__()
        self._words, self._recent = words, recent
        self._completions = Completions(0)
        self.setObjectName("mono")
        self.setClearButtonEnabled(True)
        self.setAccessibleName(_("Condition"))
        self.setMinimumWidth(_width_of(CHARACTERS) + _AROUND_TEXT_PX)
        history = self.addAction(icon("history"), QLineEdit.ActionPosition.LeadingPosition)
        history.setText(_("Recent conditions"))
        history.triggered.connect(self.show_recent)
        self._items = QStandardItemModel(self)
        self._popup = QListView()
        self._popup.setObjectName("completions")
        self._completer = QCompleter(self._items, self)
        self._completer.setPopup(self._popup)
        self._completer.setWidget(self)
        self._completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self._popup.setItemDelegate(_CompletionDelegate(self._popup))
        self._completer.activated.connect(self._insert)
        self._bubble = ErrorBubble(self)
        self._bubble.corrected.connect(self._correct)
        self.textEdited.connect(self._offer)
        self.textChanged.connect(self._changed)
        self.editingFinished.connect(self._finish)

    # ---- completions

    @property
    def offered(self) -> list[str]:
        """What the open list of completions holds."""
        return [c.inserted for c in self._completions.found] if self._popup.isVisible() else []

    def _offer(self) -> None:
        self._completions = completions(self.text(), self.cursorPosition(), self._words())
        found = self._completions.found
        if not found:
            self._popup.hide()
            return
        self._items.clear()
        for completion in found:
            item = QStandardItem(completion.inserted)
            item.setData(completion.meaning, _MEANING)
            self._items.appendRow(item)
        area = self.cursorRect()
        area.setWidth(_POPUP_WIDTH)
        area.setHeight(self.height() - area.top())
        self._completer.complete(area)
        self._popup.setCurrentIndex(self._completer.completionModel().index(0, 0))

    def _insert(self, chosen: str) -> None:
        """Replace what is typed of a name or value."""
        self._popup.hide()
        end, start = self.cursorPosition(), self._completions.start
        self.setText(f"{self.text()[:start]}{chosen}{self.text()[end:]}")
        self.setCursorPosition(start + len(chosen))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        is_open = self._popup.isVisible()
        if is_open and event.key() in _ACCEPTING:
            self._insert(str(self._popup.currentIndex().data()))
        elif is_open and event.key() == Qt.Key.Key_Escape:
            self._popup.hide()
        elif event.key() == Qt.Key.Key_Space and event.modifiers() == Qt.KeyboardModifier.ControlModifier:
            self._offer()
        elif event.key() == Qt.Key.Key_Down and not is_open:
            self.show_recent()
        else:
            super().keyPressEvent(event)

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab accepts a completion before it moves the focus."""
        if not self._popup.isVisible():
            return super().focusNextPrevChild(forward)
        self._insert(str(self._popup.currentIndex().data()))
        return True

    # ---- recent conditions

    def recent(self) -> list[str]:
        """The last conditions, newest first."""
        found = QSettings().value(self._recent, [])
        return [str(each) for each in found] if isinstance(found, list) else [str(found)] if found else []

    def remember(self, expression: str) -> None:
        """Put a condition first among the recent ones."""
        others = [each for each in self.recent() if each != expression]
        QSettings().setValue(self._recent, [expression, *others][:MOST_RECENT])

    def show_recent(self) -> None:
        """A menu of the recent conditions below the field."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for expression in self.recent():
            words = expression.replace("&", "&&")
            menu.addAction(words).triggered.connect(partial(self._use, expression))
        if menu.isEmpty():
            menu.addAction(_("No recent condition")).setEnabled(False)
        menu.popup(self.mapToGlobal(self.rect().bottomLeft()))

    def _use(self, expression: str, _checked: bool = False) -> None:
        self.setText(expression)
        self.committed.emit(expression)

    # ---- what is wrong

    def show_error(self, error: ConfigError | None) -> None:
        """Mark the field and show the error below it; ``None`` removes both."""
        set_property(self, "wrong", "true" if error is not None else "false")
        self.setToolTip(as_text(str(error)) if error is not None else "")
        self._bubble.show_error(error)

    def _correct(self, name: str, guess: str) -> None:
        """Replace a misspelt name by the one that was meant."""
        words = corrected(self.text(), name, guess)
        if words != self.text():
            self._use(words)

    def _changed(self, text: str) -> None:
        self._bubble.show_error(None)
        if not text:
            self.committed.emit("")

    def _finish(self) -> None:
        if not self._popup.isVisible():
            self.committed.emit(self.text().strip())


def corrected(expression: str, name: str, guess: str) -> str:
    """An expression with the one name that was meant in place of a misspelt one."""
    for way in (f"`{name}`", name):
        if way in expression:
            return expression.replace(way, written(guess), 1)
    return expression


class _CompletionDelegate(QStyledItemDelegate):
    """Draws a completion, and at the right what it is."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(_POPUP_WIDTH - 20, _LINE_HEIGHT)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        colours, area = theme.palette(), option.rect
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(area, QColor(colours.accent_soft))
        inside = area.adjusted(8, 0, -8, 0)
        font = QFont(option.font)
        font.setPixelSize(theme.SMALL_PX)
        painter.setFont(font)
        painter.setPen(QColor(colours.secondary))
        meaning = str(index.data(_MEANING))
        painter.drawText(inside, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, meaning)
        inside.setRight(inside.right() - painter.fontMetrics().horizontalAdvance(meaning) - 12)
        painter.setFont(_mono())
        painter.setPen(QColor(colours.text))
        words = painter.fontMetrics().elidedText(
            str(index.data()), Qt.TextElideMode.ElideMiddle, inside.width()
        )
        painter.drawText(inside, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, words)
        painter.restore()


class ErrorBubble(QFrame):
    """An error below the field, over what is there: the page must not move."""

    corrected = Signal(str, str)  # name, guess

    def __init__(self, field: QLineEdit) -> None:
        super().__init__(field)
        self._field = field
        self._error: UnknownNameError | None = None
        self.setObjectName("wrong")
        self._words = label("", "problem", wrap=True)
        self._words.setProperty("severity", "error")
        self._fix = button("", self._correct, kind="link")
        self._inside = column(self._words, row(self._fix, None), spacing=2)
        self._inside.setContentsMargins(10, 6, 10, 6)
        self.setLayout(self._inside)
        self.setAccessibleName(_("Condition"))
        self.hide()
        field.installEventFilter(self)

    def show_error(self, error: ConfigError | None) -> None:
        """Show an error, or nothing."""
        self._error = error if isinstance(error, UnknownNameError) and error.guess else None
        self.setVisible(error is not None)
        if error is None:
            return
        shown = error.message if self._error is not None else error
        self._words.setText(str(shown))
        self._fix.setVisible(self._error is not None)
        if self._error is not None:
            self._fix.setText(_("Change to {value}", value=self._error.guess))
        self._place()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the field, and disappear with it."""
        if event.type() in (QEvent.Type.Move, QEvent.Type.Resize) and not self.isHidden():
            self._place()
        elif event.type() == QEvent.Type.Hide:
            self.hide()
        return super().eventFilter(watched, event)

    def _place(self) -> None:
        bar = self._field.parentWidget()
        page = (bar.parentWidget() if bar is not None else None) or self._field.window()
        if self.parentWidget() is not page:
            self.setParent(page)
            self.show()
        width = self._field.width()
        self.resize(width, self._inside.totalHeightForWidth(width))
        self.move(self._field.mapTo(page, QPoint(0, self._field.height() + 3)))
        self.raise_()

    def _correct(self) -> None:
        if self._error is not None:
            self.corrected.emit(self._error.name, self._error.guess)


def _width_of(characters: int) -> int:
    return QFontMetrics(_mono()).horizontalAdvance("0" * characters)


def _mono() -> QFont:
    font = QFont(theme.MONO[0])
    font.setPixelSize(theme.TEXT_PX)
    return font

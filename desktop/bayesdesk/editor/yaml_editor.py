"""The YAML side: line numbers, underlined problems, quick fixes, completions."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QHelpEvent,
    QInputMethodEvent,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTextCharFormat,
    QTextCursor,
)
from PySide6.QtWidgets import QMenu, QPlainTextEdit, QTextEdit, QToolTip, QWidget

from bayescore.config import Problem
from bayescore.i18n import _
from bayesdesk.editor.completer import YamlCompleter
from bayesdesk.editor.completion import describe
from bayesdesk.editor.find_bar import FindBar
from bayesdesk.editor.text_model import LocalModel, TextModel
from bayesdesk.ui import theme
from bayesdesk.ui.icons import icon
from bayesdesk.ui.plain import as_text
from bayesdesk.ui.reading_order import move_focus
from bayesdesk.ui.yaml_highlighter import YamlHighlighter

_INDENT = "  "
_MARGIN = 14
_RETURN = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class YamlEditor(QPlainTextEdit):
    """Shows and edits the model's text."""

    undo_requested = Signal()
    redo_requested = Signal()

    def __init__(self, model: TextModel) -> None:
        super().__init__()
        self.setObjectName("code")
        self.setAccessibleName("YAML")
        self._model = model
        self.setDocument(model.text_document)
        font = QFont(theme.MONO[0])
        font.setPixelSize(theme.TEXT_PX)
        self.setFont(font)
        self.setTabChangesFocus(False)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self._highlighter = YamlHighlighter(model.text_document)
        self._numbers = _LineNumbers(self)
        self._is_local = isinstance(model, LocalModel)
        self.completer = YamlCompleter(self, model.background, local=self._is_local)
        self.find_bar = FindBar(self)
        self.blockCountChanged.connect(self._make_room)
        self.updateRequest.connect(self._scroll_numbers)
        self._marked: list[tuple[Problem, QTextCursor]] = []  # cursors move with the text
        self._underlines: list[QTextEdit.ExtraSelection] = []
        self.cursorPositionChanged.connect(self._show_marks)
        model.analysed.connect(self._mark_problems)
        self._make_room()
        self._mark_problems()

    # ---- problems

    def problem_span(self, problem: Problem) -> QTextCursor:
        """The text that a problem is about, selected; at least one character."""
        document = self.document()
        cursor = QTextCursor(document)
        start = self._position(problem.line, problem.column)
        end = self._position(problem.end_line, problem.end_column)
        cursor.setPosition(start)
        cursor.setPosition(max(end, start), QTextCursor.MoveMode.KeepAnchor)
        if start == end:
            cursor.movePosition(QTextCursor.MoveOperation.NextCharacter, QTextCursor.MoveMode.KeepAnchor)
        return cursor

    def _position(self, line: int, column: int) -> int:
        block = self.document().findBlockByNumber(line - 1)
        if not block.isValid():
            return self.document().characterCount() - 1
        units = len(block.text()[: column - 1].encode("utf-16-le")) // 2
        return int(block.position() + min(units, block.length() - 1))

    def go_to(self, problem: Problem) -> None:
        """Move the caret to a problem."""
        cursor = next((QTextCursor(c) for p, c in self._marked if p == problem), self.problem_span(problem))
        cursor.setPosition(cursor.selectionStart())
        self.setTextCursor(cursor)
        self.centerCursor()
        self.setFocus()

    def _mark_problems(self) -> None:
        """Underline the problems of the analysed text."""
        colours = theme.palette()
        tones = {"error": colours.bad, "warning": colours.warning, "hint": colours.faint}
        self._marked = [(problem, self.problem_span(problem)) for problem in self._model.problems]
        self._underlines = []
        for problem, cursor in self._marked:
            if not problem.path and problem.severity == "hint":
                continue
            mark = QTextEdit.ExtraSelection()
            mark.cursor = cursor
            mark.format.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
            mark.format.setUnderlineColor(QColor(tones[problem.severity]))
            self._underlines.append(mark)
        self._show_marks()

    def _show_marks(self) -> None:
        """Show the caret's line and the underlines."""
        line = QTextEdit.ExtraSelection()
        line.format.setBackground(QColor(theme.palette().sunk))
        line.format.setProperty(QTextCharFormat.Property.FullWidthSelection, True)
        line.cursor = self.textCursor()
        line.cursor.clearSelection()
        self.setExtraSelections([line, *self._underlines])

    def problems_here(self, position: int) -> list[Problem]:
        """Problems whose text contains a position."""
        return [p for p, span in self._marked if span.selectionStart() <= position <= span.selectionEnd()]

    def fixes_menu(self) -> QMenu:
        """Quick fixes for the caret's line."""
        menu = QMenu(self)
        block, document = self.textCursor().block(), self.document()
        for problem, span in self._marked:
            first = document.findBlock(span.selectionStart())
            last = document.findBlock(span.selectionEnd())
            if problem.fix is not None and first.position() <= block.position() <= last.position():
                action = menu.addAction(icon("fix"), str(problem.fix.title))
                action.triggered.connect(lambda _checked=False, p=problem: self._model.fix(p))
        if menu.isEmpty():
            menu.addAction(_("No quick fix for this line")).setEnabled(False)
        return menu

    def _open_fixes(self) -> None:
        menu = self.fixes_menu()
        menu.popup(self.viewport().mapToGlobal(self.cursorRect().bottomRight()))
        menu.setActiveAction(menu.actions()[0])  # so that the Enter key applies it

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() is QHelpEvent.Type.ToolTip:
            at = self.cursorForPosition(self.viewport().mapFrom(self, event.pos())).position()
            words = "\n".join(str(p.message) for p in self.problems_here(at)) or self._description(at)
            QToolTip.showText(event.globalPos(), as_text(words), self)
            return True
        return bool(super().event(event))

    def _description(self, position: int) -> str:
        block = self.document().findBlock(position)
        lines = self.toPlainText().split("\n")
        return describe(lines, block.blockNumber(), position - block.position(), local=self._is_local)

    # ---- input methods

    def inputMethodQuery(self, query: Qt.InputMethodQuery, argument: Any = None) -> Any:
        """What an input method asks; rectangles are those of the editor, as its candidate window needs them.

        Qt's answer is relative to the viewport, which begins behind the line numbers.
        """
        answer = (
            super().inputMethodQuery(query) if argument is None else super().inputMethodQuery(query, argument)
        )
        if isinstance(answer, QRect | QRectF):
            return answer.translated(self.viewport().pos())
        return answer

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        if event.preeditString():
            self.completer.close()  # the candidates of the input method are shown in its place
        super().inputMethodEvent(event)
        if event.commitString() and not event.preeditString():
            self.completer.offer(requested=False)

    # ---- keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        alt = event.modifiers() & Qt.KeyboardModifier.AltModifier
        standard = QKeySequence.StandardKey
        if self.completer.handle_key(event):
            return
        if event.matches(standard.Undo):
            self.undo_requested.emit()
        elif event.matches(standard.Redo):
            self.redo_requested.emit()
        elif event.matches(standard.Find) or event.matches(standard.Replace):
            self.find_bar.open()
        elif (control and event.key() == Qt.Key.Key_Space) or (alt and event.key() == Qt.Key.Key_Slash):
            self.completer.offer(requested=True)  # input methods often take Ctrl+Space
        elif (control and event.key() == Qt.Key.Key_Period) or (alt and event.key() in _RETURN):
            self._model.when_current(self._open_fixes)
        elif control and event.key() == Qt.Key.Key_Slash:
            self._toggle_comment()
        elif control and event.key() in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoomIn()
        elif control and event.key() == Qt.Key.Key_Minus:
            self.zoomOut()
        elif control and event.key() in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
            move_focus(self.window(), forward=event.key() == Qt.Key.Key_Tab)
        elif event.key() == Qt.Key.Key_Tab and not event.modifiers():
            self.insertPlainText(_INDENT)
        elif event.key() in _RETURN and not event.modifiers():
            self._new_line()
        else:
            super().keyPressEvent(event)
            if event.text().strip() or event.key() == Qt.Key.Key_Backspace:
                self.completer.offer(requested=False)

    def _new_line(self) -> None:
        """Start a line with the indentation of this one, one step deeper after a colon."""
        line = self.textCursor().block().text()[: self.textCursor().positionInBlock()]
        indent = line[: len(line) - len(line.lstrip(" "))]
        deeper = _INDENT if line.rstrip().endswith(":") else ""
        self.insertPlainText("\n" + indent + deeper)

    def _toggle_comment(self) -> None:
        cursor = self.textCursor()
        start, end = cursor.selectionStart(), cursor.selectionEnd()
        first, last = (self.document().findBlock(p).blockNumber() for p in (start, end))
        lines = [self.document().findBlockByNumber(n) for n in range(first, last + 1)]
        written = [b for b in lines if b.text().strip()]
        uncomment = bool(written) and all(b.text().lstrip().startswith("#") for b in written)
        cursor.beginEditBlock()
        for block in written:
            at = QTextCursor(block)
            indent = len(block.text()) - len(block.text().lstrip())
            at.movePosition(QTextCursor.MoveOperation.Right, QTextCursor.MoveMode.MoveAnchor, indent)
            if uncomment:
                at.deleteChar()
                if block.text()[indent : indent + 1] == " ":
                    at.deleteChar()
            else:
                at.insertText("# ")
        cursor.endEditBlock()

    # ---- line numbers

    def numbers_width(self) -> int:
        """Width of the line numbers."""
        digits = max(2, len(str(self.blockCount())))
        return self.fontMetrics().horizontalAdvance("9") * digits + 2 * _MARGIN

    def width_of(self, characters: int) -> int:
        """Width of the editor for lines of some length."""
        text = self.fontMetrics().horizontalAdvance("0") * characters
        frame = 2 * round(self.document().documentMargin()) + self.verticalScrollBar().sizeHint().width()
        return self.numbers_width() + text + frame

    def _make_room(self) -> None:
        self.setViewportMargins(self.numbers_width(), 0, 0, 0)

    def _scroll_numbers(self, area: QRect, by: int) -> None:
        if by:
            self._numbers.scroll(0, by)
        elif area.width() >= self.viewport().width():  # not for the blinking caret
            self._numbers.update(0, area.y(), self._numbers.width(), area.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        area = self.contentsRect()
        self._numbers.setGeometry(QRect(area.left(), area.top(), self.numbers_width(), area.height()))

    def paint_numbers(self, painter: QPainter, area: QRect) -> None:
        """Draw the numbers of the visible lines."""
        colours = theme.palette()
        painter.fillRect(area, QColor(colours.panel))
        block = self.firstVisibleBlock()
        top = self.blockBoundingGeometry(block).translated(self.contentOffset()).top()
        current = self.textCursor().blockNumber()
        painter.setFont(self.font())
        width = self._numbers.width() - _MARGIN
        while block.isValid() and top <= area.bottom():
            height = self.blockBoundingRect(block).height()
            if block.isVisible():
                here = block.blockNumber() == current
                painter.setPen(QColor(colours.text if here else colours.secondary))
                place = QRect(0, round(top), width, round(height))
                painter.drawText(place, Qt.AlignmentFlag.AlignRight, str(block.blockNumber() + 1))
            top += height
            block = block.next()


class _LineNumbers(QWidget):
    def __init__(self, editor: YamlEditor) -> None:
        super().__init__(editor)
        self._editor = editor

    def sizeHint(self) -> QSize:
        return QSize(self._editor.numbers_width(), 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        self._editor.paint_numbers(painter, event.rect())
        painter.end()

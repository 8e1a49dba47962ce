"""A metric made from a number in a log: the pattern, and what else it finds."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtWidgets import QCheckBox, QLineEdit, QSplitter, QWidget

from bayescore.i18n import _, n_
from bayescore.metrics.marked_number import Span
from bayescore.metrics.pattern_from_example import group_for, propose, with_group
from bayesdesk.editor.fields import Labelled
from bayesdesk.editor.found_values import FoundValues
from bayesdesk.editor.matched_log import MatchedLog
from bayesdesk.editor.tried_pattern import Draft, LogText, TriedPattern, try_pattern
from bayesdesk.services.background import Background
from bayesdesk.ui import theme
from bayesdesk.ui.dialog import Dialog
from bayesdesk.ui.fitting import fit_to_screen
from bayesdesk.ui.help_mark import help_mark
from bayesdesk.ui.wheel import ComboBox
from bayesdesk.ui.widgets import Card, button, column, label, row, set_property

_PAUSE_MS = 200  # without a key press, before a pattern is tried
_MOST_MESSAGES = 3
_NAME_WIDTH = 220


@dataclass(frozen=True)
class MarkedNumber:
    """A number that the user has marked.

    Attributes
    ----------
    span
        Its place in the line.
    around
        Lines of the log around it, and its own.
    number
        Number of its line in them.
    """

    line: str
    span: Span
    around: str
    number: int


class PatternDialog(Dialog):
    """Shows a pattern for a marked number and tries it on the whole log while it is changed."""

    taken = Signal(dict)  # an item of “metrics”

    def __init__(
        self,
        parent: QWidget | None,
        background: Background,
        log: Path,
        marked: MarkedNumber,
        wanted: tuple[str, ...],
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Metric from the output"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._background, self._marked, self._wanted = background, marked, wanted
        self._log = LogText(log, marked.around)
        self._stop = threading.Event()
        self._draft = Draft(
            "", group_for(wanted[0] if wanted else "metric"), wanted[0] if wanted else "metric"
        )
        self.tried: TriedPattern | None = None
        self.name = ComboBox()
        self.name.setEditable(True)
        self.name.setInsertPolicy(ComboBox.InsertPolicy.NoInsert)
        self.name.addItems(list(wanted))
        if (line := self.name.lineEdit()) is not None:
            line.setAccessibleName(_("Metric"))
        self.pattern = QLineEdit()
        self.pattern.setObjectName("mono")
        self.step = QCheckBox()
        self.message = label("", "problem", wrap=True, selectable=True)
        self.matches = MatchedLog(marked.around)
        self.values = FoundValues()
        self._values_card = Card(_("Found values"), " ")
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self._try)
        self.add = button(_("Add metric"), self._take, kind="primary", meaning="check")
        self._arrange()
        self._propose(with_step=True)
        self.name.editTextChanged.connect(self._rename)
        self.pattern.textChanged.connect(self._edit_pattern)
        self.step.toggled.connect(lambda on: self._propose(with_step=on))
        self.matches.show_example(marked.number)
        self.name.setFocus()

    def _arrange(self) -> None:
        name = row(Labelled(_("Metric"), self.name, _("The objective or a side metric")), self.step, None)
        name.setAlignment(self.step, Qt.AlignmentFlag.AlignBottom)
        name.setSpacing(theme.px(16))
        self.name.setMinimumWidth(theme.px(_NAME_WIDTH))
        self.step.setFixedHeight(theme.CONTROL_HEIGHT)
        output = Card(_("Output"), _("what the pattern finds is marked"))
        output.body.addWidget(self.matches)
        self._values_card.body.addWidget(self.values)
        for card in (output, self._values_card):
            card.body.setContentsMargins(1, 0, 1, 1)
        split = QSplitter(Qt.Orientation.Vertical)
        split.setObjectName("open")
        split.addWidget(output)
        split.addWidget(self._values_card)
        split.setSizes([320, 220])
        split.setHandleWidth(theme.CARD_GAP)
        split.setChildrenCollapsible(False)
        explanation = label(
            _("The source is added to “metrics” in openbayes.local.yaml."), "caption", wrap=True
        )
        foot = row(explanation, button(_("Cancel"), self.reject), self.add)
        foot.setStretch(0, 1)
        layout = column(
            row(label(self.windowTitle(), "title"), None, help_mark("your-code")),
            name,
            Labelled(_("Pattern"), self.pattern, _("The named group is the value")),
            self.message,
            split,
            foot,
            spacing=10,
        )
        layout.setStretchFactor(split, 1)
        layout.setContentsMargins(theme.PAGE_MARGIN, 16, theme.PAGE_MARGIN, 16)
        self.setLayout(layout)
        fit_to_screen(self, 960, 700)

    # ---- what the user writes

    def _propose(self, *, with_step: bool) -> None:
        """Make the pattern from the marked number, with the name that it has."""
        marked = self._marked
        name = self._draft.name if self.tried is not None else ""
        found = propose(marked.line, marked.span, self._wanted, name=name, with_step=with_step)
        if found is not None:
            self._draft = Draft(found.pattern, found.group, found.name)
            step = found.step
            self.step.setText(_("Also read the step “{step}”, so that repeated lines count once", step=step))
        self.step.setVisible(found is not None and bool(found.step))
        with QSignalBlocker(self.step):
            self.step.setChecked(with_step)
        self._show_draft()
        self._try()

    def _show_draft(self) -> None:
        """Show the draft in both fields, but leave alone what is being typed."""
        with QSignalBlocker(self.name), QSignalBlocker(self.pattern):
            if self.name.currentText() != self._draft.name:
                self.name.setEditText(self._draft.name)
            if self.pattern.text() != self._draft.pattern:
                self.pattern.setText(self._draft.pattern)
                self.pattern.setCursorPosition(0)

    def _rename(self, typed: str) -> None:
        name = typed.strip()
        if name:
            group = group_for(name)
            pattern = with_group(self._draft.pattern, self._draft.group, group)
            self._draft = Draft(pattern, group, name)
            with QSignalBlocker(self.pattern):
                self.pattern.setText(pattern)
        self._wait()

    def _edit_pattern(self, typed: str) -> None:
        self._draft = Draft(typed, self._draft.group, self._draft.name)
        self.step.setEnabled(False)  # a pattern made anew would lose what was written
        self._wait()

    # ---- trying it

    def _wait(self) -> None:
        self._stop.set()
        self.add.setEnabled(False)
        self._pause.start()

    def _try(self) -> None:
        self._stop.set()
        self._stop = stop = threading.Event()
        self.add.setEnabled(False)
        self._values_card.caption.setText(_("searching…"))
        draft, log, wanted = self._draft, self._log, self._wanted
        self._background.run(
            lambda: try_pattern(draft, log, wanted, stop.is_set),
            partial(self._show, stop),
            partial(self._show_failure, stop),
        )

    def _show(self, stop: threading.Event, tried: TriedPattern) -> None:
        """Show what was found, unless something else has been written since."""
        if stop.is_set():
            return
        self.tried = tried
        self._draft = tried.draft
        self._show_draft()
        messages = tried.messages[:_MOST_MESSAGES]
        severity = messages[0][0].value if messages else "hint"
        self._show_message(severity, "\n".join(str(message) for _severity, message in messages))
        set_property(self.pattern, "wrong", "false" if tried.is_usable else "true")
        self.matches.show_spans(tried.spans)
        self.values.show_found(tried.search.found if tried.search is not None else ())
        self._values_card.caption.setText(_counted(tried))
        self.add.setEnabled(tried.is_usable and bool(self.name.currentText().strip()))

    def _show_failure(self, stop: threading.Event, error: Exception) -> None:
        if not stop.is_set():
            self._show_message("error", str(error))

    def _show_message(self, severity: str, words: str) -> None:
        set_property(self.message, "severity", severity)
        self.message.setText(words)
        self.message.setVisible(bool(words))

    # ---- the end

    def _take(self) -> None:
        source: dict[str, Any] = self._draft.source
        self.accept()
        self.taken.emit(source)

    def done(self, result: int) -> None:
        """Close, and end a search that is under way."""
        self._stop.set()
        self._pause.stop()
        super().done(result)


def _counted(tried: TriedPattern) -> str:
    if tried.search is None:
        return " "
    count, listed = tried.search.count, len(tried.search.found)
    if listed < count:
        return n_(
            "{count} line; the first and the last ones are listed",
            "{count} lines; the first and the last ones are listed",
            count,
        )
    return n_("{count} line", "{count} lines", count)

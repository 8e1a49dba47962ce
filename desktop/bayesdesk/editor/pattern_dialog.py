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
from bayescore.metrics.marked_number import Span, is_misread
from bayescore.metrics.pattern_from_example import Proposal, group_for, propose, with_group
from bayesdesk.editor.fields import Labelled
from bayesdesk.editor.found_values import FoundValues
from bayesdesk.editor.matched_log import MatchedLog
from bayesdesk.editor.tried_pattern import Draft, LogText, TriedPattern, try_pattern
from bayesdesk.services.background import Background
from bayesdesk.ui import theme
from bayesdesk.ui.dialog import Dialog
from bayesdesk.ui.fitting import fit_to_screen
from bayesdesk.ui.help_mark import help_mark
from bayesdesk.ui.plain import breakable
from bayesdesk.ui.wheel import ComboBox
from bayesdesk.ui.widgets import Card, button, column, label, row, set_property

_PAUSE_MS = 200  # without a key press, before a pattern is tried
_MOST_MESSAGES = 3
_MOST_CHARACTERS = 400  # of a message, which may quote a long pattern
_NAME_WIDTH = 220
_NAME_LETTERS = 12  # a longer name does not make the dialog wider


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
        self._proposal: Proposal | None = None
        self._typed_name: str | None = None  # in the field of the name; a pattern has other names
        self.tried: TriedPattern | None = None
        self.name = ComboBox()
        self.name.setEditable(True)
        self.name.setInsertPolicy(ComboBox.InsertPolicy.NoInsert)
        self.name.setMinimumContentsLength(_NAME_LETTERS)
        self.name.setSizeAdjustPolicy(ComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.name.addItems(list(wanted))
        if (line := self.name.lineEdit()) is not None:
            line.setAccessibleName(_("Metric"))
        self.pattern = QLineEdit()
        self.pattern.setObjectName("mono")
        self.step = QCheckBox()
        self.again = button(_("Use the proposal"), self._use_proposal, kind="link")
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
        pattern = row(Labelled(_("Pattern"), self.pattern, _("The named group is the value")))
        below = (theme.CONTROL_HEIGHT - self.again.sizeHint().height()) // 2
        pattern.addLayout(column(None, self.again, below, spacing=0))
        pattern.setStretch(0, 1)
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
            pattern,
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
        """Make the pattern from the marked number, with the name that was typed."""
        marked, typed = self._marked, self._typed_name
        found = propose(marked.line, marked.span, self._wanted, name=typed or "", with_step=with_step)
        self._proposal = found
        if found is not None:
            self._draft = Draft(found.pattern, found.group, found.name if typed is None else typed)
            step = found.step
            self.step.setText(_("Also read the step “{step}”, so that repeated lines count once", step=step))
        self.step.setVisible(found is not None and bool(found.step))
        with QSignalBlocker(self.step):
            self.step.setChecked(with_step)
        self._show_draft()
        self._show_origin()
        self._try()

    def _use_proposal(self) -> None:
        self._propose(with_step=self.step.isChecked())
        self.pattern.setFocus()

    def _show_origin(self) -> None:
        """Offer the proposal if the pattern is another one; the step belongs to the proposal."""
        found, draft = self._proposal, self._draft
        is_proposal = found is not None and draft.pattern == with_group(
            found.pattern, found.group, draft.group
        )
        self.step.setEnabled(is_proposal)
        self.again.setVisible(found is not None and not is_proposal)

    def _show_draft(self) -> None:
        """Show the draft in both fields, but leave alone what is being typed."""
        with QSignalBlocker(self.name), QSignalBlocker(self.pattern):
            if self.name.currentText().strip() != self._draft.name:
                self.name.setEditText(self._draft.name)
            if self.pattern.text() != self._draft.pattern:
                self.pattern.setText(self._draft.pattern)
                self.pattern.setCursorPosition(0)

    def _rename(self, typed: str) -> None:
        name = self._typed_name = typed.strip()
        group = group_for(name) if name else self._draft.group
        pattern = with_group(self._draft.pattern, self._draft.group, group)
        self._draft = Draft(pattern, group, name)
        with QSignalBlocker(self.pattern):
            self.pattern.setText(pattern)
        self._wait()

    def _edit_pattern(self, typed: str) -> None:
        self._draft = Draft(typed, self._draft.group, self._draft.name)
        self._show_origin()
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
        self._show_origin()
        if not tried.draft.pattern and self._proposal is None:
            self._show_message("error", self._why_no_proposal())
        else:
            self._show_messages(tried)
        set_property(self.pattern, "wrong", "false" if tried.is_valid else "true")
        self.matches.show_spans(tried.spans)
        self.values.show_found(tried.search.found if tried.search is not None else ())
        self._values_card.caption.setText(_counted(tried))
        self.add.setEnabled(tried.is_usable)

    def _why_no_proposal(self) -> str:
        if is_misread(self._marked.line, self._marked.span):
            return _(
                "A number with commas between its digits or with the minus sign “−” cannot be read. Let the "
                "program print it as in 1234.5 or -0.5."
            )
        return _("There is no proposal for this number. Write a pattern.")

    def _show_messages(self, tried: TriedPattern) -> None:
        messages = tried.messages[:_MOST_MESSAGES]
        severity = messages[0][0].value if messages else "hint"
        self._show_message(severity, "\n".join(_shortened(str(message)) for _severity, message in messages))

    def _show_failure(self, stop: threading.Event, error: Exception) -> None:
        if not stop.is_set():
            self._show_message("error", _shortened(str(error)))

    def _show_message(self, severity: str, words: str) -> None:
        set_property(self.message, "severity", severity)
        self.message.setText(breakable(words))
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


def _shortened(words: str) -> str:
    """A message without its middle if it is very long: the reason is often at the end."""
    half = _MOST_CHARACTERS // 2
    return words if len(words) <= _MOST_CHARACTERS else f"{words[:half]} … {words[-half:]}"


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

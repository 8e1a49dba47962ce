"""Checks as lines: severity, topic, finding, and how to fix it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from bayescore.app.findings import Action, Finding
from bayescore.config import Severity
from bayescore.i18n import _, n_
from bayesdesk.ui import theme
from bayesdesk.ui.elided import MIDDLE, ElidedText
from bayesdesk.ui.icons import icon
from bayesdesk.ui.widgets import Card, button, clear, column, label, row, rule, set_tone

_ICON_PX = 17
_MARKS = {
    Severity.OK: ("check", "good"),
    Severity.HINT: ("hint", "secondary"),
    Severity.WARNING: ("warning", "warning"),
    Severity.ERROR: ("error", "bad"),
}


def show_findings(
    rows: QVBoxLayout,
    findings: Sequence[Finding],
    topic_width: int,
    act: Callable[[Action], None] | None = None,
) -> None:
    """Replace the lines of a column, errors first.

    Parameters
    ----------
    act
        Called when the user chooses an action of a finding; by default actions are not shown.
    """
    clear(rows)
    order = list(Severity)
    for i, finding in enumerate(sorted(findings, key=lambda f: order.index(f.severity))):
        if i:
            rows.addWidget(rule())
        rows.addWidget(finding_line(finding, topic_width, act))
    rows.addStretch(1)


def summarise(shown: QLabel, findings: Sequence[Finding], with_warnings: Callable[[int], str]) -> None:
    """Summarise checks in a badge.

    Parameters
    ----------
    with_warnings
        Returns the text for a number of warnings without errors.
    """
    errors = sum(f.severity is Severity.ERROR for f in findings)
    warnings = sum(f.severity is Severity.WARNING for f in findings)
    if errors:
        shown.setText(n_("{count} error to fix first", "{count} errors to fix first", count=errors))
    else:
        shown.setText(with_warnings(warnings) if warnings else _("no problems"))
    set_tone(shown, "bad" if errors else "warning" if warnings else "good")


def finding_line(
    finding: Finding, topic_width: int = 190, act: Callable[[Action], None] | None = None
) -> QWidget:
    """One check; the command that fixes it can be copied."""
    made = QWidget()
    name, tone = _MARKS[finding.severity]
    mark = QLabel()
    mark.setPixmap(icon(name, getattr(theme.palette(), tone)).pixmap(theme.px(_ICON_PX), theme.px(_ICON_PX)))
    mark.setAccessibleName(finding.grade)
    topic = label(_topics().get(finding.topic, finding.topic))
    topic.setFixedWidth(theme.px(topic_width))
    said = column(label(str(finding.message), "secondary", wrap=True, selectable=True), spacing=theme.px(6))
    if finding.fix is not None:
        said.addWidget(command_card(str(finding.fix)))
    if act is not None and finding.actions:
        links = (button(str(each.title), partial(act, each), kind="link") for each in finding.actions)
        said.addLayout(row(*links, None, spacing=theme.px(14)))
    layout = row(mark, topic, spacing=theme.px(14))
    layout.addLayout(said, 1)
    for part in (mark, topic):
        layout.setAlignment(part, Qt.AlignmentFlag.AlignTop)
    layout.setContentsMargins(*map(theme.px, (14, 9, 14, 9)))
    made.setLayout(layout)
    return made


def command_card(words: str, *, in_one_line: bool = False) -> QWidget:
    """A command or an instruction that can be copied; in one line its middle is cut if it is too long."""
    ground = Card()
    ground.setObjectName("sunk")
    if in_one_line:
        line = row(ElidedText(words, "mono_small", mode=MIDDLE))
    else:
        line = row(label(words, "mono_small", wrap=True, selectable=True))
    line.setStretch(0, 1)
    line.addWidget(
        button(
            "",
            lambda: QGuiApplication.clipboard().setText(words),
            kind="quiet",
            meaning="copy",
            tip=_("Copy"),
        )
    )
    line.setContentsMargins(*map(theme.px, (9, 4, 4, 4)))
    ground.body.addLayout(line)
    return ground


def _topics() -> dict[str, str]:
    return {
        "python": "Python",
        "data": _("Data folder"),
        "baseline": _("Baseline"),
        "disk": _("Disk"),
        "docker": _("Docker engine"),
        "images": _("Images"),
        "reach": _("Container network"),
        "gpus": "GPU",
        "places": _("Places"),
        "toolkit": _("NVIDIA toolkit"),
        "files": _("Settings"),
        "metric": _("Objective"),
        "input": _("Input method"),
        "inputs": _("Data"),
        "runner": _("Runner"),
        "bayes": "bayes",
        "account": _("Account"),
        "project": _("Project"),
        "project_files": _("Project files"),
        "secrets": _("Secrets"),
        "command": _("Command"),
        "image": _("Image"),
        "environment": _("Environment"),
        "upload": _("Upload"),
    }

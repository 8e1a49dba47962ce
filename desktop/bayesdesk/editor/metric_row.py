"""One source of metrics in the form."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from bayescore.config import Problem, SourceKind
from bayescore.i18n import _
from bayesdesk.editor.fields import TextField, name_field
from bayesdesk.editor.metric_edits import METRICS, RENAME, change_kind, remove_source
from bayesdesk.editor.problem_lines import ProblemLines
from bayesdesk.editor.rename_field import RenameField
from bayesdesk.editor.text_model import LocalModel
from bayesdesk.ui import theme
from bayesdesk.ui.lazy_rows import LazyRow
from bayesdesk.ui.wheel import ComboBox
from bayesdesk.ui.widgets import button, label

_KIND_WIDTH, _BUTTON_WIDTH = 128, 30
_GAP = 8
_ONE_LINE = 640  # width at which all fields stand side by side


def kind_options() -> list[tuple[SourceKind, str]]:
    """Kinds of sources with their names."""
    words = (_("Output"), "CSV", _("JSON lines"), "JSON", "TensorBoard")
    return list(zip(SourceKind, words, strict=True))


@dataclass(frozen=True)
class SourceView:
    """What a row shows of a source.

    Attributes
    ----------
    kind
        ``None`` if the text has not exactly one.
    written
        The text of the source.
    has_names
        Whether the field of other names is shown: the groups of a pattern have their names already.
    objective
        The metric that a new pattern is for.
    """

    kind: SourceKind | None
    written: str
    has_names: bool
    objective: str
    problems: tuple[Problem, ...]


class MetricRow(LazyRow):
    """Kind, pattern or path, other names, and a button; problems below."""

    def __init__(self, model: LocalModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._model = model
        self._shown: tuple[int, SourceView] | None = None
        self._stands_for = QObject(self)  # the source, as the owner of its edits
        self._problems = ProblemLines(self, model.fix)
        self.kind = ComboBox(self)
        for kind, words in kind_options():
            self.kind.addItem(words, kind)
        self.kind.activated.connect(self._change_kind)
        self.value = TextField(model, METRICS, is_text=True, parent=self)
        self.rename = RenameField(model, METRICS, is_text=True, parent=self)
        self.rename.setPlaceholderText(_("val/acc: accuracy"))
        self._names = label(_("Other names"), "caption")
        self._names.setParent(self)
        name_field(self.kind, _("Source"))
        name_field(self.value, _("Pattern or path"))
        name_field(self.rename, _("Other names"))
        self._remove = button("", self.remove, kind="quiet", meaning="close", tip=_("Remove the source"))
        self._remove.setParent(self)

    # ---- actions

    def _change_kind(self, place: int) -> None:
        if self._shown is None:
            return
        index, view = self._shown
        kind = SourceKind(self.kind.itemData(place))
        if kind is not view.kind:
            self._model.edit(
                lambda document: change_kind(document, index, kind, view.objective), owner=self._stands_for
            )

    def remove(self) -> None:
        """Remove the source from the list."""
        if self._shown is not None:
            index = self._shown[0]
            self._model.edit(lambda document: remove_source(document, index), owner=self._stands_for)

    # ---- showing

    @property
    def written(self) -> str:
        """The text of the shown source; empty if there is none."""
        return self._shown[1].written if self._shown is not None else ""

    @property
    def is_in_use(self) -> bool:
        return super().is_in_use or self.value.is_pending or self.rename.is_pending

    def show_item(self, index: int, item: SourceView) -> None:
        """Show a source at its place in the list, unless it is shown already."""
        before, self._shown = self._shown, (index, item)
        if before == self._shown:
            return
        at = (*METRICS, index)
        self.kind.setCurrentIndex(self.kind.findData(item.kind) if item.kind is not None else -1)
        self.value.path = (*at, str(item.kind)) if item.kind is not None else at
        self.rename.path = (*at, RENAME)
        self.value.setEnabled(item.kind is not None)
        self.rename.setVisible(item.has_names)
        for field in (self.value, self.rename):
            field.refresh()
        self._problems.show_problems(item.problems)
        self._lay_out()

    def leave_item(self) -> None:
        """Forget the source and drop its waiting edits; what is typed next is another undo step."""
        self._shown = None
        self._stands_for.setParent(None)
        self._stands_for = QObject(self)
        for field in (self.value, self.rename):
            field.leave_place()

    # ---- layout

    @staticmethod
    def height_of(view: SourceView, width: int) -> int:
        """Height of a source's row at a width."""
        return _fields_height(view, width) + ProblemLines.height_of(view.problems, width)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out()

    def _lay_out(self) -> None:
        if self._shown is None:
            return
        view, width = self._shown[1], self.width()
        high, gap, kind = theme.CONTROL_HEIGHT, theme.px(_GAP), theme.px(_KIND_WIDTH)
        close = theme.px(_BUTTON_WIDTH)
        rest = width - kind - close - 2 * gap
        beside = view.has_names and width >= theme.px(_ONE_LINE)
        names = rest * 2 // 5 if beside else rest
        self.kind.setGeometry(0, 0, kind, high)
        self.value.setGeometry(kind + gap, 0, rest - names - gap if beside else rest, high)
        self._remove.setGeometry(width - close, 0, close, high)
        self._names.setVisible(view.has_names and not beside)
        if beside:
            self.rename.setGeometry(width - close - gap - names, 0, names, high)
        else:
            self._names.setGeometry(2, high + gap // 2, kind, high)
            self.rename.setGeometry(kind + gap, high + gap // 2, names, high)
        self._problems.place(0, _fields_height(view, width) - gap // 2, width)


def _fields_height(view: SourceView, width: int) -> int:
    has_two = view.has_names and width < theme.px(_ONE_LINE)
    return theme.CONTROL_HEIGHT + theme.px(_GAP) + has_two * (theme.CONTROL_HEIGHT + theme.px(_GAP) // 2)

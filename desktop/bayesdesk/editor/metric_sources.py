"""Where metrics are read of a program that does not report them: ``metrics`` as rows of the form."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from PySide6.QtWidgets import QWidget

from bayescore.config import MetricSource, Problem, Severity, SourceKind
from bayescore.config.metric_sources import unwanted
from bayescore.i18n import _, text
from bayesdesk.editor.metric_edits import METRICS, RENAME, add_source, kind_of
from bayesdesk.editor.metric_row import MetricRow, SourceView
from bayesdesk.editor.text_model import ConfigModel, LocalModel
from bayesdesk.ui import theme
from bayesdesk.ui.help_mark import help_mark
from bayesdesk.ui.lazy_rows import LazyRow, LazyRows
from bayesdesk.ui.plain import as_text
from bayesdesk.ui.widgets import Card, button, column, label

_OBJECTIVE = "loss"  # while the file names none


class MetricSources(Card):
    """The sources in the order of the file, each with its problems."""

    def __init__(self, model: ConfigModel, local: LocalModel) -> None:
        super().__init__(_("Metrics"), "openbayes.local.yaml")
        self._model, self._local = model, local
        self._rows = LazyRows(self._made_row, MetricRow.height_of, lambda view: view.written)
        self._empty = label(
            _(
                "The program reports its metrics with openbayestool. If it does not, add where it writes "
                "them: its output, a table, or event files."
            ),
            "secondary",
            wrap=True,
        )
        self.controls.addWidget(help_mark("your-code"))
        self._add = button(_("Add"), self.add, meaning="new")
        self.controls.addWidget(self._add)
        body = column(self._rows, self._empty, spacing=0)
        body.setContentsMargins(*map(theme.px, (13, 2, 8, 8)))
        self.body.addLayout(body)
        local.analysed.connect(self.refresh)
        model.analysed.connect(self.refresh)
        self.refresh()

    @property
    def _objective(self) -> str:
        return str(self._model.value(("hyper_tuning", "hyperparameter_metric")) or _OBJECTIVE)

    def add(self) -> None:
        """Add a source at the end of the list, and show it."""
        objective = self._objective
        self._local.edit(lambda document: add_source(document, objective))
        self._local.after_edits(self._show_last)

    def _show_last(self) -> None:
        if self._rows.items:
            made = cast(MetricRow, self._rows.reveal(len(self._rows.items) - 1))
            made.value.setFocus()
            made.value.setCursorPosition(0)

    def row_of(self, index: int) -> MetricRow:
        """The row of a source."""
        return cast(MetricRow, self._rows.row(index))

    def __len__(self) -> int:
        return len(self._rows.items)

    def _made_row(self, parent: QWidget) -> LazyRow:
        return MetricRow(self._local, parent)

    # ---- showing

    def refresh(self) -> None:
        """Show the analysed texts."""
        self.setEnabled(self._local.is_valid)
        if not self._local.is_valid:
            return
        can_add = isinstance(self._local.document.data, dict | None)
        self._add.setEnabled(can_add)
        self._add.setToolTip("" if can_add else as_text(_("The file must have keys at its top level.")))
        views = list(self._views())
        self._empty.setVisible(not views)
        self._rows.setVisible(bool(views))
        self._rows.show_items(views)

    def _views(self) -> Iterator[SourceView]:
        written, document = self._local.value(METRICS), self._local.document
        settings, below = self._local.settings, self._local.analysis.problems_at
        read = settings.metrics if settings is not None else ()
        rows = (cast(MetricRow, shown) for shown in self._rows.rows())
        doubled = {row.written: row.rename.doubled for row in rows if row.rename.doubled}
        for index, item in enumerate(written if isinstance(written, list) else []):
            path = (*METRICS, index)
            node = document.node(path)
            source = document.text[node.start : node.end] if node is not None else ""
            found = (*below.get(path, ()), *(self._unwanted(read[index]) if index < len(read) else ()))
            if name := doubled.get(source):
                message = text("The name “{name}” is given twice. This change is not in the file.", name=name)
                found = (Problem(Severity.ERROR, "duplicate-name", message, None, 1, 1, 1, 1), *found)
            kind = kind_of(item)
            has_names = kind is not None and (kind is not SourceKind.LOG or RENAME in item)
            yield SourceView(kind, source, has_names, self._objective, tuple(found))

    def _unwanted(self, source: MetricSource) -> Iterator[Problem]:
        """Warnings of metrics of a source that have no effect."""
        config = self._model.config
        if config is None:
            return
        tuning = config.hyper_tuning
        wanted = (tuning.hyperparameter_metric, *tuning.side_metrics)
        kept = [name for name in source.group_names() if name not in source.rename]
        for name in (*kept, *source.rename.values()):
            if name not in wanted:
                message = unwanted(name, wanted[0])
                yield Problem(Severity.WARNING, "unwanted-metric", message, None, 1, 1, 1, 1)

"""The text of a file, which is the editor's model: the form and the YAML side both show and change it.

The text is a ``QTextDocument``, so one undo stack serves both sides. Its analysis (parsing, checking, what
the form shows) follows after a pause in typing, on another thread. Edits of the form are computed there too,
from the analysed document. An edit that was computed for an outdated text is computed again.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QTextCursor, QTextDocument
from shiboken6 import isValid

from bayescore.config import Edit, EditError, LocalSettings, OpenBayesConfig, Problem, YamlDocument
from bayescore.config.yamltext import Kind, Path
from bayesdesk.editor import edits
from bayesdesk.editor.analysis import Analysis, ConfigAnalysis, LocalAnalysis
from bayesdesk.editor.code_layout import CodeLayout
from bayesdesk.editor.sources import FileText, Source
from bayesdesk.services.background import Background

MakeEdit = Callable[[YamlDocument], Edit]
_numbers = itertools.count()
PAUSE_MS = 200  # without a key press, before the text is analysed


@dataclass(frozen=True, eq=False)
class _Request:
    """An edit that waits to be computed; ``number`` orders the edits of both files."""

    number: int
    make: MakeEdit
    typed_in: object | None
    owner: QObject | None


class TextModel(QObject):
    """A YAML file being edited.

    ``analysis`` belongs to the text if ``is_current``, and to an earlier one otherwise. ``document`` is the
    last one that was valid YAML.
    """

    text_changed = Signal()
    analysed = Signal()
    saved = Signal()
    refused = Signal(str)  # why an edit of the form cannot be made

    analysis: Analysis

    def __init__(self, source: Source[Any], background: Background) -> None:
        super().__init__()
        self.file = source.file
        self.background = background
        self._on_disk = source.on_disk
        self._analyse = source.analyse
        self.analysis = source.analysis
        self.document = source.analysis.document
        self.text_document = QTextDocument(self)
        self.text_document.setDocumentLayout(CodeLayout(self.text_document))
        self.text_document.setPlainText(self._on_disk.text)
        self.text_document.setModified(False)
        self._text = self._on_disk.text
        self._requests: list[_Request] = []
        self._after_edits: list[Callable[[], object]] = []
        self._when_current: list[Callable[[], object]] = []
        self.sibling: TextModel | None = None  # the project's other file: edits reach the two in order
        self._is_busy = self._is_applying = False
        self._in_progress: _Request | None = None
        self.joins_last_step = False  # while an edit is applied that extends the undo step before it
        self._last_typed: tuple[object, str] | None = None
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self._advance)
        self.text_document.contentsChanged.connect(self._contents_changed)

    # ---- the file

    @property
    def on_disk(self) -> bytes:
        """The file's content as it was last read or written."""
        return self._on_disk.content

    @property
    def saved_text(self) -> str:
        """The text as it was last read or written."""
        return self._on_disk.text

    @property
    def text(self) -> str:
        """The text, with line feeds."""
        return self._text

    @property
    def is_changed(self) -> bool:
        """Whether there is something to save."""
        return self.text_document.isModified() or self.has_pending_edits

    def content(self) -> bytes:
        """The bytes to save."""
        return self._on_disk.encode(self.text)

    def mark_saved(self, content: bytes) -> None:
        """Record what was written to the file; the text may have changed since."""
        self._on_disk = FileText.of(content)
        self.text_document.setModified(self.text != self._on_disk.text)
        self.saved.emit()

    def reload(self, content: bytes) -> None:
        """Replace the text with the file's content, as one undo step."""
        before = self.text
        self._on_disk = FileText.of(content)
        self.apply(Edit.between(before, self._on_disk.text))
        self.text_document.setModified(False)
        self.saved.emit()

    def keep_mine(self, content: bytes) -> None:
        """Keep the text although the file has another content now."""
        self.mark_saved(content)

    # ---- reading

    @property
    def is_valid(self) -> bool:
        """Whether the analysed text is valid YAML."""
        return self.analysis.is_valid

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Problems of the analysed text."""
        return self.analysis.problems

    def value(self, path: Path) -> Any:
        """Data at a path of the last valid text, ``None`` when there is none."""
        return edits.value_at(self.document, path)

    def written(self, path: Path) -> str:
        """A scalar as it is written, without its quotes; empty when there is none."""
        node = self.document.node(path)
        if node is None or node.kind is not Kind.SCALAR:
            return ""
        return str(node.data) if node.style else self.document.text[node.start : node.end]

    # ---- waiting for the analysis

    @property
    def is_current(self) -> bool:
        """Whether the analysis belongs to the text and no edit is pending."""
        return self._is_analysed and not self._requests

    @property
    def _is_analysed(self) -> bool:
        return self.analysis.document.text == self._text

    @property
    def has_pending_edits(self) -> bool:
        """Whether an edit of the form has not reached the text yet."""
        return bool(self._requests)

    def is_typed_in(self, field: object) -> bool:
        """Whether something that was typed into a field has not reached the text yet."""
        return any(request.typed_in is field for request in self._requests)

    def when_current(self, callback: Callable[[], object]) -> None:
        """Call back once the analysis belongs to the text: now, or as soon as it has been computed."""
        self._when_current.append(callback)
        self._advance()

    def after_edits(self, callback: Callable[[], object]) -> None:
        """Call back once no edit is pending: now, or as soon as the text has them."""
        self._after_edits.append(callback)
        self._advance()

    def _contents_changed(self) -> None:
        text = self.text_document.toRawText().replace("\u2029", "\n")
        if text == self._text:  # another font, for example
            return
        self._text = text
        if not self._is_applying:
            self._pause.start()
        self.text_changed.emit()

    def _advance(self) -> None:
        """Do what is due: analyse the text, compute the next edit, or call those that wait."""
        while self._after_edits and not self._requests:
            self._after_edits.pop(0)()
        if self._is_busy:
            return
        if not self._is_analysed:
            self._run(partial(self._analyse, self._text, self.file), self._finish_analysis)
            return
        shown = [r for r in self._requests if r.owner is None or _is_shown(r.owner)]
        if len(shown) < len(self._requests):
            self._requests = shown
            self._wake_sibling()
            self._advance()  # nothing may be left to wait for
            return
        if self._requests and self.sibling is not None and self.sibling._has_edit_before(self._requests[0]):
            self.sibling._advance()
        elif self._requests:
            self._in_progress = self._requests[0]
            self._run(
                partial(self._compute, self._in_progress.make, self.analysis.document),
                self._finish_edit,
            )
        while self._when_current and self.is_current:
            self._when_current.pop(0)()

    def _has_edit_before(self, request: _Request) -> bool:
        return any(own.number < request.number for own in self._requests)

    def _advance_unless_typing(self) -> None:
        is_urgent = self._when_current or self._after_edits or any(not r.typed_in for r in self._requests)
        if is_urgent or not self._pause.isActive():
            self._advance()

    def _compute(self, make: MakeEdit, document: YamlDocument) -> tuple[Edit, Analysis] | EditError:
        """An edit with the analysis of the text after it; runs off the GUI thread."""
        try:
            edit = make(document)
            return edit, self._analyse(edit.apply(document.text), self.file)
        except EditError as error:
            return error

    def _run(self, work: Callable[[], Any], done: Callable[[str, Any], None]) -> None:
        self._is_busy = True
        self._pause.stop()
        self.background.run(work, partial(done, self._text), self._failed)

    def _failed(self, error: Exception) -> None:
        """Give up what waits: nothing may be saved or started later, when the user no longer expects it."""
        self._is_busy = False
        self._in_progress = None
        for waiting in (self._requests, self._after_edits, self._when_current):
            waiting.clear()
        self.background.went_wrong.emit(error)
        self._wake_sibling()

    def _finish_analysis(self, text: str, analysis: Analysis) -> None:
        self._is_busy = False
        if text == self._text:
            self._accept(analysis)
        self._advance_unless_typing()

    def _accept(self, analysis: Analysis) -> None:
        self.analysis = analysis
        if analysis.is_valid:
            self.document = analysis.document
        self.analysed.emit()

    def _finish_edit(self, text: str, result: tuple[Edit, Analysis] | EditError) -> None:
        self._is_busy = False
        request, self._in_progress = self._in_progress, None
        if text == self._text and request in self._requests:
            assert request is not None
            self._requests.remove(request)
            if isinstance(result, EditError):
                self.refused.emit(str(result))
            else:
                edit, analysis = result
                self._apply_typed(edit, request.typed_in)
                self._accept(analysis)
        self._advance_unless_typing()
        self._wake_sibling()

    def _wake_sibling(self) -> None:
        if self.sibling is not None:
            self.sibling._advance_unless_typing()

    # ---- changing

    def edit(self, make: MakeEdit, *, typed_in: object | None = None, owner: QObject | None = None) -> None:
        """Change the text by an edit that is computed off the GUI thread.

        Parameters
        ----------
        typed_in
            The field that is being typed into. The edit waits for a pause, replaces an earlier one of this
            field that still waits, and extends its undo step.
        owner
            A widget that stands for the edited place: the edit is dropped if it is no longer shown by then.
        """
        number = next(_numbers)
        last = self._requests[-1] if self._requests else None
        if last is not None and last is not self._in_progress and last.typed_in is typed_in is not None:
            number = self._requests.pop().number
        self._requests.append(_Request(number, make, typed_in, owner))
        if typed_in is None:
            self._advance()
        else:
            self._pause.start()

    def set(self, path: Path, value: Any) -> None:
        """Set the value at a path."""
        self.edit(lambda document: edits.set_value(document, path, value))

    def unset(self, path: Path) -> None:
        """Remove the value at a path."""
        self.edit(lambda document: edits.unset(document, path))

    def fix(self, problem: Problem) -> None:
        """Apply the quick fix of a problem, if the text still has it."""

        def make(_document: YamlDocument) -> Edit:
            same = next((p for p in self.analysis.problems if p == problem and p.fix is not None), None)
            return same.fix.edit() if same is not None and same.fix is not None else edits.NOTHING

        self.edit(make)

    def apply(self, edit: Edit) -> None:
        """Apply an edit of the text as one undo step."""
        if not edit.replaced and not edit.text:
            return
        cursor = QTextCursor(self.text_document)
        start = len(self.text[: edit.start].encode("utf-16-le")) // 2  # Qt counts UTF-16 units
        if self.joins_last_step:
            cursor.joinPreviousEditBlock()
        else:
            cursor.beginEditBlock()
        cursor.setPosition(start)
        end = start + len(edit.replaced.encode("utf-16-le")) // 2
        cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
        cursor.insertText(edit.text)
        cursor.endEditBlock()

    def _apply_typed(self, edit: Edit, typed_in: object | None) -> None:
        """Apply an edit; consecutive edits that are typed into one field are one undo step."""
        self._is_applying = True
        self.joins_last_step = typed_in is not None and self._last_typed == (typed_in, self._text)
        try:
            self.apply(edit)
        finally:
            self._is_applying = self.joins_last_step = False
        if typed_in is not None:
            self._last_typed = typed_in, self._text


class ConfigModel(TextModel):
    """An ``openbayes.yaml``."""

    analysis: ConfigAnalysis

    @property
    def config(self) -> OpenBayesConfig | None:
        """Settings of the analysed text, ``None`` while it has errors."""
        return self.analysis.config


class LocalModel(TextModel):
    """An ``openbayes.local.yaml``, which need not exist."""

    analysis: LocalAnalysis

    @property
    def settings(self) -> LocalSettings | None:
        """Settings of the analysed text, ``None`` while it has errors."""
        return self.analysis.settings


def _is_shown(owner: QObject) -> bool:
    return isValid(owner) and owner.parent() is not None

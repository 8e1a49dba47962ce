"""The text of a file as the one model of the editor: form and YAML side show it and change it alike.

The text lives in a ``QTextDocument``, so one undo stack serves both sides: a form edit is the
smallest text edit, applied as one step of that stack.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path as FilePath
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QTextCursor, QTextDocument
from PySide6.QtWidgets import QPlainTextDocumentLayout

from bayescore.config import (
    Edit,
    EditError,
    Loaded,
    LoadedLocal,
    Problem,
    YamlDocument,
    load_local_text,
    load_text,
)
from bayescore.config.load import decode
from bayescore.config.yamltext import Kind, Path
from bayescore.config.yamltext.scalars import resolve

BOM = "\ufeff"


class TextModel(QObject):
    """A YAML file being edited.

    ``problems`` are what is wrong with the text now; while it is not valid YAML, ``document``
    is still the last one that was.
    """

    changed = Signal()
    refused = Signal(str)

    def __init__(self, file: FilePath, content: bytes) -> None:
        super().__init__()
        self.file = file
        self._take(content)
        self.text_document = QTextDocument(self)
        self.text_document.setDocumentLayout(QPlainTextDocumentLayout(self.text_document))
        self.text_document.setPlainText(self._original[0])
        self.text_document.setModified(False)
        self.problems: tuple[Problem, ...] = ()
        self.document, self.problems = self._load()
        self.is_valid = self.document.error is None
        self.text_document.contentsChanged.connect(self._read)
        self.is_typing_on = False  # while an edit joins the step before it
        self._typed: tuple[Path, int] | None = None

    def _load(self) -> tuple[YamlDocument, tuple[Problem, ...]]:
        """Read the text as the kind of file that it is."""
        raise NotImplementedError

    def _take(self, content: bytes) -> None:
        """Remember what the file holds, and in which way it is written."""
        text, _bad_offset = decode(content)
        self._bom = BOM if text.startswith(BOM) else ""
        text = text.removeprefix(BOM)
        self._break = "\r\n" if "\r\n" in text else "\n"
        self._original = (text.replace("\r\n", "\n").replace("\r", "\n"), content)

    @property
    def on_disk(self) -> bytes:
        """The file's content as it was last read or written."""
        return self._original[1]

    def reload(self, content: bytes) -> None:
        """Take over what the file holds now, as one step that can be undone."""
        before = self.text
        self._take(content)
        self.apply(Edit.between(before, self._original[0]))
        self.text_document.setModified(False)
        self.changed.emit()

    def keep_mine(self, content: bytes) -> None:
        """Stay with the own text although the file holds something else now."""
        mine = self.text
        self._take(content)
        self.text_document.setModified(mine != self._original[0])

    @property
    def text(self) -> str:
        """The text as it stands, lines ended by line feeds."""
        return self.text_document.toRawText().replace("\u2029", "\n")

    @property
    def is_changed(self) -> bool:
        """Whether there is something to save."""
        return self.text_document.isModified()

    def content(self) -> bytes:
        """The bytes to save: the file's own line ends and byte order mark are kept."""
        text = self.text
        if text == self._original[0]:
            return self._original[1]
        return (self._bom + text.replace("\n", self._break)).encode("utf-8", "surrogatepass")

    def saved(self) -> None:
        """Note that the file holds this text now."""
        self._take(self.content())
        self.text_document.setModified(False)
        self.changed.emit()

    def _read(self) -> None:
        document, self.problems = self._load()
        self.is_valid = document.error is None
        if self.is_valid:
            self.document = document
        self.changed.emit()

    # ---- looking

    def value(self, path: Path) -> Any:
        """Data at a path of the last valid text, ``None`` when there is none."""
        data: Any = self.document.data
        for part in path:
            if isinstance(data, dict):
                data = data.get(part)
            elif isinstance(data, list) and isinstance(part, int) and part < len(data):
                data = data[part]
            else:
                return None
        return data

    def written(self, path: Path) -> str:
        """A scalar as it is written, without its quotes; empty when there is none."""
        node = self.document.node(path)
        if node is None or node.kind is not Kind.SCALAR:
            return ""
        if node.style:
            return str(node.data)
        return self.document.text[node.start : node.end]

    def problems_at(self, *paths: Path) -> list[Problem]:
        """Problems of values at these paths or below them."""
        return [p for p in self.problems if any(p.path[: len(at)] == at for at in paths if at)]

    # ---- changing

    @contextmanager
    def typing(self, path: Path) -> Iterator[None]:
        """Edits of a place letter by letter are one step of undo, until something else is edited."""
        self.is_typing_on = self._typed == (path, self.text_document.revision())
        try:
            yield
        finally:
            self.is_typing_on = False
            self._typed = path, self.text_document.revision()

    def apply(self, edit: Edit) -> None:
        """Apply an edit of the text as one step of undo."""
        if not edit.replaced and not edit.text:
            return
        cursor = QTextCursor(self.text_document)
        start = self._units(edit.start)
        if self.is_typing_on:
            cursor.joinPreviousEditBlock()
        else:
            cursor.beginEditBlock()
        cursor.setPosition(start)
        end = start + len(edit.replaced.encode("utf-16-le")) // 2
        cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
        cursor.insertText(edit.text)
        cursor.endEditBlock()

    def _units(self, offset: int) -> int:
        """An offset in the text as Qt counts it: in UTF-16 units."""
        return len(self.text[:offset].encode("utf-16-le")) // 2

    def set(self, path: Path, value: Any) -> None:
        """Give a place a value; keys that are missing on the way are added."""
        try:
            if self.document.node(path) is not None:
                self.apply(self.document.set(path, value))
            else:
                self.apply(self.document.add(path[:-1], str(path[-1]), value))
        except EditError as error:
            self.refused.emit(str(error))

    def unset(self, path: Path) -> None:
        """Take a place out of the text, and with it the mappings that are empty then."""
        while len(path) > 1 and isinstance(held := self.value(path[:-1]), dict) and len(held) == 1:
            path = path[:-1]
        if self.document.node(path) is not None:
            self.try_edit(self.document.remove, path)

    def rename(self, path: Path, key: str) -> None:
        """Give a key another name."""
        if key and self.value((*path[:-1], key)) is None:
            self.try_edit(self.document.rename, path, key)

    def set_written(self, path: Path, written: str) -> None:
        """Give a place what was typed, to the letter where YAML allows it."""
        value = resolve(written.strip())
        node = self.document.node(path)
        if (
            node is not None
            and node.kind is Kind.SCALAR
            and node.style in ("", None)
            and not isinstance(value, str)
        ):
            before = self.document.text[node.start : node.end]
            gap = " " if self.document.text[node.start - 1 : node.start] == ":" else ""
            edit = Edit(node.start, before, gap + written.strip())
            after = YamlDocument.parse(edit.apply(self.document.text))
            if after.error is None and _at(after.data, path) == value:
                self.apply(edit)
                return
        self.set(path, value)

    def try_edit(self, make: Any, *arguments: Any) -> None:
        """Make and apply an edit of the document; say so when the place cannot be changed."""
        try:
            self.apply(make(*arguments))
        except EditError as error:
            self.refused.emit(str(error))


class ConfigModel(TextModel):
    """An ``openbayes.yaml``; ``loaded`` is what the text says now."""

    loaded: Loaded

    def _load(self) -> tuple[YamlDocument, tuple[Problem, ...]]:
        self.loaded = load_text(self.text, self.file)
        return self.loaded.document, self.loaded.problems


class LocalModel(TextModel):
    """An ``openbayes.local.yaml``, which need not exist; ``loaded`` is what the text says now."""

    loaded: LoadedLocal

    def _load(self) -> tuple[YamlDocument, tuple[Problem, ...]]:
        self.loaded = load_local_text(self.text, self.file)
        return self.loaded.document, self.loaded.problems


def _at(data: Any, path: Path) -> Any:
    for part in path:
        data = data[part]
    return data

"""The manual in a window: the installed pages, available offline."""

from __future__ import annotations

import re
from collections.abc import Mapping

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import (
    QColor,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextLength,
    QTextTable,
)
from PySide6.QtWidgets import QLineEdit, QListWidget, QListWidgetItem, QSplitter, QTextBrowser, QWidget

from bayescore.i18n import _, language
from bayescore.resources import manual_page
from bayesdesk.ui import theme
from bayesdesk.ui.fitting import fit_to_screen
from bayesdesk.ui.open_url import open_link
from bayesdesk.ui.widgets import column

PAGES = (
    "index",
    "install",
    "first-job",
    "your-code",
    "your-repository",
    "files",
    "window",
    "steering",
    "notifications",
    "command-line",
    "early-stopping",
    "search",
    "reliability",
    "security",
    "cluster",
    "platform",
    "troubleshooting",
    "architecture",
    "glossary",
)
_LINE_PERCENT = 118
_PICTURE = re.compile(r"^[ \t]*!\[[^\]]*\]\([^)]*\)[ \t]*\n", re.MULTILINE)
_ADMONITION = re.compile(r"^!!! \w+(?: \"([^\"]*)\")?\n", re.MULTILINE)


class Manual(QWidget):
    """Contents on the left, a page on the right; ``texts`` are those of :func:`read_pages`."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        super().__init__(None, Qt.WindowType.Window)
        self.setObjectName("page")
        self.setWindowTitle(_("Manual"))
        fit_to_screen(self, 1080, 780)
        self._words = QLineEdit()
        self._words.setPlaceholderText(_("Search the manual"))
        self._words.setAccessibleName(_("Search the manual"))
        self._words.setClearButtonEnabled(True)
        self._words.textChanged.connect(self._narrow)
        self.contents = QListWidget()
        self.contents.setObjectName("contents")
        self.contents.setAccessibleName(_("Contents"))
        self.contents.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.contents.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.contents.currentItemChanged.connect(self._chosen)
        self.page = QTextBrowser()
        self.page.setObjectName("manual")
        self.page.setAccessibleName(_("Manual"))
        self.page.setOpenLinks(False)
        self.page.anchorClicked.connect(self._follow)
        self.page.document().setDocumentMargin(24)
        left = QWidget()
        left.setObjectName("sidebar")
        left.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        layout = column(self._words, self.contents, spacing=8)
        layout.setContentsMargins(10, 12, 10, 10)
        left.setLayout(layout)
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.addWidget(left)
        splitter.addWidget(self.page)
        splitter.setSizes([270, 790])
        splitter.setChildrenCollapsible(False)
        splitter.setHandleWidth(1)
        self.setLayout(column(splitter, spacing=0))
        self._texts = texts
        for name, text in texts.items():
            item = QListWidgetItem(_title(text) or name)
            item.setData(Qt.ItemDataRole.UserRole, name)
            self.contents.addItem(item)

    def show_page(self, name: str) -> None:
        """Open a page and bring the window to the front."""
        self._words.clear()
        for i in range(self.contents.count()):
            item = self.contents.item(i)
            if item.data(Qt.ItemDataRole.UserRole) == name:
                self.contents.setCurrentItem(item)
        self.show()
        self.raise_()
        self.activateWindow()

    def _narrow(self, words: str) -> None:
        wanted = words.casefold().split()
        for i in range(self.contents.count()):
            item = self.contents.item(i)
            text = self._texts[item.data(Qt.ItemDataRole.UserRole)].casefold()
            item.setHidden(not all(word in text for word in wanted))

    def _chosen(self, item: QListWidgetItem | None) -> None:
        if item is None:
            return
        self.page.setMarkdown(_shown(self._texts[item.data(Qt.ItemDataRole.UserRole)]))
        _format(self.page.document())
        self.page.verticalScrollBar().setValue(0)

    def _follow(self, link: QUrl) -> None:
        if link.scheme() in ("http", "https"):
            open_link(self, link.toString())
        elif link.path().endswith(".md"):
            self.show_page(link.fileName().removesuffix(".md"))
        elif link.hasFragment():
            self.page.scrollToAnchor(link.fragment())


def _format(document: QTextDocument) -> None:
    """Add margins: Qt renders Markdown without space between blocks."""
    palette = theme.palette()
    cursor = QTextCursor(document)
    block = document.begin()
    while block.isValid():
        form = block.blockFormat()
        in_table = QTextCursor(block).currentTable() is not None
        is_code = form.hasProperty(QTextFormat.Property.BlockCodeFence)
        if form.headingLevel():
            form.setTopMargin(0 if block.blockNumber() == 0 else 22)
            form.setBottomMargin(6)
        elif is_code:
            form.setBackground(QColor(palette.sunk))
            form.setLeftMargin(10)
            form.setRightMargin(10)
        elif in_table:
            form.setTopMargin(0)
            form.setBottomMargin(0)
        else:
            form.setBottomMargin(4 if block.textList() is not None else 10)
            form.setLineHeight(_LINE_PERCENT, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
        cursor.setPosition(block.position())
        cursor.setBlockFormat(form)
        block = block.next()
    for frame in document.rootFrame().childFrames():
        if isinstance(frame, QTextTable):
            _format_table(frame)


def _format_table(table: QTextTable) -> None:
    palette = theme.palette()
    form = table.format()
    form.setCellPadding(7)
    form.setCellSpacing(0)
    form.setBorder(1)
    form.setBorderCollapse(True)
    form.setBorderBrush(QColor(palette.line))
    form.setTopMargin(6)
    form.setBottomMargin(14)
    form.setWidth(QTextLength(QTextLength.Type.PercentageLength, 100))
    table.setFormat(form)
    first = table.cellAt(0, 0).firstCursorPosition()
    if not first.block().text() and first.block() != table.cellAt(0, 0).lastCursorPosition().block():
        first.deleteChar()  # Qt adds an empty line to the first cell of a table that follows a listing
    for row in range(table.rows()):
        for column_ in range(table.columns()):
            cell = table.cellAt(row, column_)
            kind = cell.format()
            kind.setVerticalAlignment(QTextCharFormat.VerticalAlignment.AlignTop)
            if row == 0:
                kind.setBackground(QColor(palette.sunk))
            cell.setFormat(kind)


def read_pages() -> dict[str, str]:
    """Every page in the current language; reads files."""
    return {name: _read(name) for name in PAGES}


def _read(name: str) -> str:
    """A page in the current language, or in English if there is no translation."""
    for code in (language(), "en"):
        file = manual_page(code, name)
        if file.is_file():
            return file.read_text(encoding="utf-8")
    return ""


def _title(text: str) -> str:
    first = next((line for line in text.splitlines() if line.startswith("# ")), "")
    return first.removeprefix("# ").strip()


def _shown(text: str) -> str:
    """The Markdown to show: without pictures, and with admonitions as bold titles."""
    return _ADMONITION.sub(lambda found: f"**{found[1] or '…'}**\n", _PICTURE.sub("", text))

"""Offers to convert a file that is not UTF-8, with a look at the result."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from bayescore.config.encodings import NotUtf8Error, chinese_lines, converted
from bayescore.i18n import _
from bayesdesk.ui.message_box import Answer, MessageBox, ask

_LINES, _CHARACTERS = 8, 60


def offer_conversion(window: QWidget, error: NotUtf8Error, convert: Callable[[], object]) -> MessageBox:
    """Show how the file reads in its encoding; ``convert`` is called if the user agrees."""
    result = converted(error.content, error.encoding or "utf-8")
    lines = [line[:_CHARACTERS] for line in chinese_lines(result, _LINES)]
    advice = _("Convert it if these lines read correctly. The original is kept in a copy beside it.")
    return ask(
        window,
        str(error.message),
        "\n".join([advice, "", *lines]),
        answers=[Answer(_("Cancel")), Answer(_("Convert to UTF-8"), convert, "primary")],
    )

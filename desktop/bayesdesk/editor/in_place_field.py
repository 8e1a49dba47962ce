"""Patterns of files that are used in place, copied or sent, as one line of the form."""

from __future__ import annotations

from typing import Any

from bayescore.config import Edit, YamlDocument
from bayescore.config.yamltext import Path
from bayesdesk.editor import edits
from bayesdesk.editor.fields import ListField

_WRITABLE = ": rw"


class PatternsField(ListField):
    """Patterns, separated by commas; one that trials may write to ends in ``: rw``."""

    def _edited(self, typed: str) -> None:
        value = _value(typed)
        self._type(lambda document, path: _set(document, path, value))

    def _show_value(self) -> None:
        shown = _shown(self.text_model.value(self.path))
        if _value(self.text()) != _value(shown):
            self.show_text(shown)


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name}{_WRITABLE if access == 'rw' else ''}" for name, access in value.items())
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)


def _value(typed: str) -> list[str] | dict[str, str]:
    items = [item.strip() for item in typed.split(",") if item.strip()]
    if not any(item.endswith(_WRITABLE) for item in items):
        return items
    return {item.removesuffix(_WRITABLE): "rw" if item.endswith(_WRITABLE) else "ro" for item in items}


def _set(document: YamlDocument, path: Path, value: list[str] | dict[str, str]) -> Edit:
    return edits.set_value(document, path, value) if value else edits.unset(document, path)

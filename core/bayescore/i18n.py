"""Texts for people, translated when they are shown and not when they are made.

A reason or an event is written by one process (the engine) and read by another whose
user may speak another language.  So what is kept is the message's English template
and its arguments; :class:`Text` renders them in the reader's language.
"""

from __future__ import annotations

import gettext
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from string import Formatter
from typing import Any

from bayescore.resources import resource

LANGUAGES = ("en", "zh")
_DOMAIN = "bayesdesk"
_FORMAT = re.compile(r"[<>^]?\d{0,2}(?:\.\d)?[a-z%]?")
_current = "en"


def preferred_language(environment: Mapping[str, str] = os.environ) -> str:
    """Language that the environment asks for, ``"en"`` or ``"zh"``.

    Reads ``BAYESDESK_LANG``, then the POSIX variables in their order of precedence.
    """
    for name in ("BAYESDESK_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        if value := environment.get(name):
            return "zh" if value.lower().startswith("zh") else "en"
    return "en"


def set_language(language: str) -> None:
    """Choose the language of every text that is rendered from now on.

    Parameters
    ----------
    language
        ``"en"`` or ``"zh"``; anything else raises ``ValueError``.
    """
    global _current  # noqa: PLW0603  one process speaks one language at a time
    if language not in LANGUAGES:
        raise ValueError(f"unknown language {language!r}, choose one of {LANGUAGES}")
    _current = language


def language() -> str:
    """Language in use."""
    return _current


@lru_cache
def _catalogue(name: str) -> gettext.NullTranslations:
    if name == "en":
        return gettext.NullTranslations()
    path = resource("translations") / name / "LC_MESSAGES" / f"{_DOMAIN}.po"
    return _from_po(path.read_text(encoding="utf-8"))


def _from_po(source: str) -> gettext.NullTranslations:
    """Read the catalogue's source, so that no compiled file can be older than it."""
    catalogue = gettext.NullTranslations()
    entries: dict[str, str] = {}
    parts: dict[str, list[str]] = {"msgid": [], "msgstr": []}
    active = ""

    def finish() -> None:
        if parts["msgid"] and (value := "".join(parts["msgstr"])):
            entries["".join(parts["msgid"])] = value

    for line in source.splitlines():
        if line.startswith("msgid "):
            finish()
            parts, active, line = {"msgid": [], "msgstr": []}, "msgid", line[6:]
        elif line.startswith("msgstr "):
            active, line = "msgstr", line[7:]
        if active and line.startswith('"'):
            parts[active].append(json.loads(line))
    finish()
    catalogue.gettext = lambda message: entries.get(message, message)  # type: ignore[method-assign]
    return catalogue


def translate(message: str, into: str | None = None) -> str:
    """Return ``message`` in the language in use, or in ``into``."""
    return _catalogue(into or _current).gettext(message)


def N_(message: str) -> str:
    """Mark a text for the catalogue without translating it."""
    return message


@dataclass(frozen=True)
class Text:
    """A message for people: an English template with named fields, and their values."""

    template: str
    arguments: Mapping[str, Any] = field(default_factory=dict)

    def render(self, into: str | None = None) -> str:
        """Text in the language in use, or in ``into``."""
        template = translate(self.template, into)
        return template.format_map({k: _shown(v, into) for k, v in self.arguments.items()})

    def __str__(self) -> str:
        return self.render()

    def to_json(self) -> str:
        """One line of JSON that :meth:`from_json` reads back."""
        arguments = {k: _plain(v) for k, v in self.arguments.items()}
        return json.dumps({"text": _storable(self.template), "arguments": arguments}, ensure_ascii=False)

    @classmethod
    def from_json(cls, source: str) -> Text:
        """Read what :meth:`to_json` wrote, or what somebody else has put in its place.

        Raises
        ------
        ValueError
            When it is no message.
        """
        try:
            return _restored(json.loads(source))
        except (TypeError, KeyError, AttributeError, RecursionError):
            raise ValueError("not a message") from None


def _plain(value: Any) -> Any:
    if isinstance(value, Text):
        return json.loads(value.to_json())
    return value if isinstance(value, int | float | None) else _storable(str(value))


def _storable(value: str) -> str:
    """A text that a file can hold: bytes of a name that are not UTF-8 become visible as ``\\udcff``."""
    return value.encode("utf-8", "backslashreplace").decode("utf-8")


def _restored(value: dict[str, Any]) -> Text:
    arguments = {k: _restored(v) if isinstance(v, dict) else v for k, v in value["arguments"].items()}
    template = str(value["text"])
    if not _is_plain(template, arguments):
        template, arguments = "{text}", {"text": template}
    return Text(template, arguments)


def _is_plain(template: str, arguments: Mapping[str, Any]) -> bool:
    """Whether a template has named fields only, with formats that cannot fill the memory."""
    try:
        fields = [
            (name, form, turn) for _, name, form, turn in Formatter().parse(template) if name is not None
        ]
        for name, form, conversion in fields:
            if name not in arguments or conversion is not None or not _FORMAT.fullmatch(form or ""):
                return False
            format(arguments[name], form or "")
    except (ValueError, TypeError):
        return False
    return True


def _shown(value: Any, into: str | None) -> Any:
    return value.render(into) if isinstance(value, Text) else value


def text(template: str, /, **arguments: Any) -> Text:
    """Make a :class:`Text`; the template is picked up by the catalogue's extraction."""
    return Text(template, arguments)


def _(message: str, /, **arguments: Any) -> str:
    """Translate now: for what is printed at once."""
    return Text(message, arguments).render()

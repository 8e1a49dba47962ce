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
    """Compiled catalogue of a language; English needs none, for the messages are English."""
    if name == "en":
        return gettext.NullTranslations()
    return gettext.translation(_DOMAIN, resource("translations"), [name], fallback=True)


def translate(message: str, into: str | None = None) -> str:
    """Return ``message`` in the language in use, or in ``into``."""
    return _catalogue(into or _current).gettext(message) if message else ""  # "" is the catalogue's header


def N_(message: str) -> str:
    """Mark a text for the catalogue without translating it."""
    return message


@dataclass(frozen=True)
class Text:
    """A message for people: an English template with named fields, and their values.

    Attributes
    ----------
    plural
        The template for all counts but one; it depends on the field ``count``.
    """

    template: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    plural: str | None = None

    def render(self, into: str | None = None) -> str:
        """Text in the language in use, or in ``into``."""
        if self.plural is None:
            template = translate(self.template, into)
        else:
            catalogue = _catalogue(into or _current)
            template = catalogue.ngettext(self.template, self.plural, self.arguments["count"])
        return template.format_map({k: _shown(v, into) for k, v in self.arguments.items()})

    def __str__(self) -> str:
        return self.render()

    def to_json(self) -> str:
        """One line of JSON that :meth:`from_json` reads back."""
        arguments = {k: _plain(v) for k, v in self.arguments.items()}
        stored = {"text": _storable(self.template), "arguments": arguments}
        if self.plural is not None:
            stored["plural"] = _storable(self.plural)
        return json.dumps(stored, ensure_ascii=False)

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
    plural = str(value["plural"]) if "plural" in value else None
    is_counted = plural is None or (_is_plain(plural, arguments) and isinstance(arguments.get("count"), int))
    if not is_counted or not _is_plain(template, arguments):
        return Text("{text}", {"text": template})
    return Text(template, arguments, plural)


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


def ntext(one: str, other: str, /, count: int, **arguments: Any) -> Text:
    """Make a :class:`Text` about a number of things.

    Parameters
    ----------
    one, other
        Templates for one thing and for any other number; the number is the field ``count``.
    """
    return Text(one, {"count": count, **arguments}, other)


def n_(one: str, other: str, /, count: int, **arguments: Any) -> str:
    """Translate a text about a number of things now; see :func:`ntext`."""
    return ntext(one, other, count, **arguments).render()

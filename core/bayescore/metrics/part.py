"""What one read of a file gives."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from bayescore.i18n import Text

Values = list[tuple[str, float]]
Warn = Callable[[str, Text], None]  # kind and message of something that the trial's author should know
MAX_VALUES = 5000  # of a part: a line of the spool of about 200 KiB
MAX_OF_ROW = 2000  # values of one row or object; a trial may have 1,000 metrics
_MAX_CACHED = 5000  # names
_MAX_NAME = 256  # characters
# Columns that say when a value was written, in the tables of common libraries.
_NOT_METRICS = frozenset(
    [
        "step",
        "global_step",
        "_step",
        "epoch",
        "iter",
        "iteration",
        "iterations",
        "time",
        "timestamp",
        "wall_time",
        "walltime",
        "date",
        "datetime",
        "_timestamp",
        "_runtime",
    ]
)


@dataclass(frozen=True)
class Place:
    """How far a file has been read, as plain data that survives a restart.

    The program may have written what it is restored from: :meth:`number` and :meth:`word` accept anything.
    """

    data: Mapping[str, Any] = field(default_factory=dict)

    def number(self, key: str) -> int:
        """A number that is not negative; 0 when there is none."""
        value = self.data.get(key)
        return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63 else 0

    def word(self, key: str) -> str:
        """A text; empty when there is none."""
        value = self.data.get(key)
        return value if isinstance(value, str) else ""

    def moved(self, **changes: Any) -> Place:
        """The place with some of its data replaced."""
        return Place({**self.data, **changes})


@dataclass(frozen=True)
class Part:
    """Values that were found, and the place behind them; ``is_last`` if there is no more to read now."""

    values: Values
    place: Place
    is_last: bool = True


@dataclass(frozen=True)
class Naming:
    """How the names of a source become names of metrics.

    Attributes
    ----------
    wanted
        The objective and the side metrics.
    """

    rename: Mapping[str, str]
    wanted: frozenset[str]
    _known: dict[tuple[str, ...], str | None] = field(default_factory=dict, compare=False)

    def name(self, found: str, *longer: str) -> str | None:
        """The metric for a name, ``None`` if it is not one.

        Parameters
        ----------
        longer
            Other names by which the file may rename it; they come first.
        """
        names = (*longer, found)
        if names not in self._known:
            if len(self._known) >= _MAX_CACHED:
                self._known.clear()
            self._known[names] = self._name(found, names)
        return self._known[names]

    def _name(self, found: str, names: tuple[str, ...]) -> str | None:
        for each in names:
            if each in self.rename:
                return self.rename[each]
        if found.casefold() in _NOT_METRICS and found not in self.wanted:
            return None
        return found if is_name(found) else None


def is_name(name: str) -> bool:
    """Whether a text can be the name of a metric."""
    return 0 < len(name) <= _MAX_NAME and name.isprintable()


def number_in(written: str) -> float | None:
    """A number as programs write it, ``nan`` and ``inf`` included."""
    if len(written) > 64:
        return None
    try:
        return float(written)
    except ValueError:
        return None


def decoded(line: bytes) -> str:
    """A line as text: UTF-8, else GB18030, as Chinese systems write it; its end may be cut off."""
    with suppress(UnicodeDecodeError):
        return codecs.utf_8_decode(line, "strict", False)[0]
    with suppress(UnicodeDecodeError):
        return codecs.getincrementaldecoder("gb18030")().decode(line)
    return line.decode("utf-8", "replace")

"""Typed reading of a YAML document that notes problems where they stand."""

from __future__ import annotations

import difflib
import math
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path as FilePath
from typing import Any

from bayescore.config.problems import Problem, QuickFix, Severity
from bayescore.config.yamltext import Edit, EditError, Kind, Path, YamlDocument
from bayescore.config.yamltext.scalars import render
from bayescore.i18n import Text, text

Fix = tuple[Text, Callable[[], Edit]]
MOST_OF_A_KIND = 20  # problems; nobody reads on, and a hostile file holds a hundred thousand
_MOST_GUESSES = 200  # of what a misspelt word means; each takes up to a millisecond


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known spelling that a word most likely means, or ``None``."""
    by_fold = {k.casefold(): k for k in known}
    found = difflib.get_close_matches(word.casefold(), by_fold, n=1, cutoff=0.6)
    return by_fold[found[0]] if found else None


class Reader:
    """Reads values by path and collects what is wrong with them.

    Parameters
    ----------
    document
        The file's text and data.
    file
        Its name for the problems, or ``None`` for text without a file.
    """

    def __init__(self, document: YamlDocument, file: FilePath | None = None) -> None:
        self.document = document
        self.file = file
        self.problems: list[Problem] = []
        self._counts: Counter[tuple[Severity, str]] = Counter()
        self._guesses = 0

    # ---- noting

    def note(
        self,
        severity: Severity,
        code: str,
        path: Path,
        message: Text,
        *,
        key: bool = False,
        fix: Fix | None = None,
    ) -> None:
        """Note a problem at the value of ``path``, or at its key."""
        if self._is_one_too_many(severity, code):
            return
        node = self.document.key_node(path) if key else None
        node = node or self._nearest_node(path)
        start, end = (node.start, node.end) if node else (0, 0)
        self._add(severity, code, path, message, start, end, fix)

    def note_span(
        self,
        severity: Severity,
        code: str,
        path: Path,
        message: Text,
        start: int,
        end: int,
        fix: Fix | None = None,
    ) -> None:
        """Note a problem about the characters from ``start`` to ``end``."""
        if not self._is_one_too_many(severity, code):
            self._add(severity, code, path, message, start, end, fix)

    def _is_one_too_many(self, severity: Severity, code: str) -> bool:
        """Count a problem, and say whether enough of its kind have been noted."""
        self._counts[severity, code] += 1
        return self._counts[severity, code] > MOST_OF_A_KIND

    def finish(self) -> tuple[Problem, ...]:
        """The problems in the order of the text, and behind the last of a kind how many more there are."""
        self.problems.sort(key=lambda p: (p.line, p.column))
        last = {(p.severity, p.code): i for i, p in enumerate(self.problems)}
        finished: list[Problem] = []
        for i, problem in enumerate(self.problems):
            finished.append(problem)
            kind = (problem.severity, problem.code)
            more = self._counts[kind] - MOST_OF_A_KIND
            if last[kind] == i and more > 0:
                message = text("{count} more problems of this kind are not listed.", count=more)
                finished.append(replace(problem, message=message, fix=None))
        return tuple(finished)

    def _add(
        self, severity: Severity, code: str, path: Path, message: Text, start: int, end: int, fix: Fix | None
    ) -> None:
        line, column = self.document.position(start)
        end_line, end_column = self.document.position(max(start, end))
        self.problems.append(
            Problem(
                severity,
                code,
                message,
                self.file,
                line,
                column,
                end_line,
                end_column,
                path,
                QuickFix(*fix) if fix is not None else None,
            )
        )

    def error(
        self, code: str, path: Path, message: Text, *, key: bool = False, fix: Fix | None = None
    ) -> None:
        """Note something that keeps the job from starting."""
        self.note(Severity.ERROR, code, path, message, key=key, fix=fix)

    def warning(
        self, code: str, path: Path, message: Text, *, key: bool = False, fix: Fix | None = None
    ) -> None:
        """Note something that is probably not meant."""
        self.note(Severity.WARNING, code, path, message, key=key, fix=fix)

    def hint(
        self, code: str, path: Path, message: Text, *, key: bool = False, fix: Fix | None = None
    ) -> None:
        """Note something good to know."""
        self.note(Severity.HINT, code, path, message, key=key, fix=fix)

    def _nearest_node(self, path: Path) -> Any:
        for depth in range(len(path), -1, -1):
            if node := self.document.node(path[:depth]):
                if depth < len(path):  # the value is absent: point at the key of what should hold it
                    return self.document.key_node(path[:depth]) or node
                return node
        return None

    # ---- reading

    def value(self, path: Path) -> Any:
        """Data at a path, ``None`` when there is none."""
        data = self.document.data
        for part in path:
            data = _below(data, part)
        return data

    def has(self, path: Path) -> bool:
        """Whether the last part of ``path`` is a key that is written, with any value."""
        parent = self.value(path[:-1])
        return isinstance(parent, dict) and path[-1] in parent

    def source(self, path: Path) -> str:
        """A scalar as the user wrote it: ``on`` and ``1.0`` stay what they are."""
        node = self.document.node(path)
        if node is None or node.kind is not Kind.SCALAR:
            return str(self.value(path))
        if node.style or isinstance(node.data, str):
            return str(node.data)
        return self.document.text[node.start : node.end]

    def is_text_everywhere(self, path: Path) -> bool:
        """Whether YAML 1.1 and 1.2 readers both take the scalar for text (``on`` is not)."""
        node = self.document.node(path)
        if node is None or node.kind is not Kind.SCALAR or not isinstance(node.data, str):
            return False
        return bool(node.style) or render(node.data) == node.data

    def quoted(self, path: Path) -> Edit:
        """The edit that puts quotes around a plain scalar, as it is written."""
        node = self.document.node(path)
        if node is None:
            raise EditError(text("There is nothing here."))
        before = self.document.text[node.start : node.end]
        return Edit(node.start, before, render(before, quote="'"))

    def _wrong_type(self, path: Path, wanted: Text) -> None:
        name = str(path[-1]) if path else "openbayes.yaml"
        self.error("wrong-type", path, text("“{name}” must be {wanted}.", name=name, wanted=wanted))

    def mapping(self, path: Path) -> dict[str, Any] | None:
        """A mapping; ``None`` when absent or null; anything else is a problem."""
        value = self.value(path)
        if value is None or isinstance(value, dict):
            return value
        self._wrong_type(path, text("a mapping of keys to values"))
        return None

    def list(self, path: Path) -> list[Any] | None:
        """A list; ``None`` when absent or null; anything else is a problem."""
        value = self.value(path)
        if value is None or isinstance(value, list):
            return value
        self._wrong_type(path, text("a list"))
        return None

    def text(self, path: Path) -> str | None:
        """A text (a number or a truth value counts, as written); ``None`` when absent."""
        value = self.value(path)
        if value is None:
            return None
        if isinstance(value, dict | list):
            self._wrong_type(path, text("a text"))
            return None
        return self.source(path)

    def number(self, path: Path, *, quoted_is_fine: bool = False) -> float | int | None:
        """A finite number, also a quoted one; ``None`` when absent or wrong."""
        value = self.value(path)
        if value is None:
            return None
        read = _number(value)
        if read is None:
            self._wrong_type(path, text("a number"))
            return None
        if isinstance(value, str) and not quoted_is_fine:
            self.hint(
                "quoted-number",
                path,
                text("A number in quotes; it is read as {value}.", value=value.strip()),
                fix=(text("Remove the quotes"), lambda: self.document.set(path, read)),
            )
        return read

    def integer(self, path: Path, *, quoted_is_fine: bool = False) -> int | None:
        """A whole number (``5.0`` counts); ``None`` when absent or wrong."""
        value = self.number(path, quoted_is_fine=quoted_is_fine)
        if value is None:
            return None
        if value != int(value):
            self._wrong_type(path, text("a whole number"))
            return None
        return int(value)

    def truth(self, path: Path) -> bool | None:
        """``true`` or ``false``; ``None`` when absent or wrong."""
        value = self.value(path)
        if value is None or isinstance(value, bool):
            return value
        self._wrong_type(path, text("true or false"))
        return None

    def choice(self, path: Path, spellings: dict[str, str], code: str = "unknown-spelling") -> str | None:
        """One of several words in any letter case.

        Parameters
        ----------
        spellings
            Every accepted spelling and the standard one that it means.
        """
        written = self.text(path)
        if written is None:
            return None
        by_fold = {k.casefold(): v for k, v in spellings.items()}
        if found := by_fold.get(written.strip().casefold()):
            return found
        guess = self._nearest(written, spellings)
        options = ", ".join(dict.fromkeys(spellings.values()))
        message = text("“{written}” is not one of: {options}.", written=written, options=options)
        if guess is None:
            self.error(code, path, message)
        else:
            meant = spellings[guess]
            self.error(
                code,
                path,
                text(
                    "“{written}” is not known; did you mean “{guess}”? Possible: {options}.",
                    written=written,
                    guess=meant,
                    options=options,
                ),
                fix=(text("Change to {value}", value=meant), lambda: self.document.set(path, meant)),
            )
        return None

    def _nearest(self, word: str, known: Iterable[str]) -> str | None:
        self._guesses += 1
        return nearest(word, known) if self._guesses <= _MOST_GUESSES else None

    def unknown_keys(self, path: Path, known: Iterable[str]) -> None:
        """Note keys that nothing reads: kept, mentioned once each."""
        known = list(known)
        for key in self.value(path) or {}:
            if key in known:
                continue
            guess = self._nearest(str(key), known)
            below = (*path, key)
            if guess is not None and not self.has((*path, guess)):
                self.warning(
                    "unknown-key",
                    below,
                    text("The key “{key}” is not known; did you mean “{guess}”?", key=key, guess=guess),
                    key=True,
                    fix=(
                        text("Rename to {value}", value=guess),
                        lambda p=below, g=guess: self.document.rename(p, g),  # type: ignore[misc]
                    ),
                )
            else:
                self.hint(
                    "unknown-key",
                    below,
                    text("The key “{key}” is not known here; it is kept and not used.", key=key),
                    key=True,
                )


def _below(data: Any, part: str | int) -> Any:
    if isinstance(data, dict):
        return data.get(part)
    if isinstance(data, list) and isinstance(part, int) and part < len(data):
        return data[part]
    return None


def _number(value: Any) -> float | int | None:
    if isinstance(value, str):
        try:
            value = int(value) if value.strip().lstrip("+-").isdigit() else float(value)
        except ValueError:
            return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return value if math.isfinite(value) else None
    except OverflowError:
        return None

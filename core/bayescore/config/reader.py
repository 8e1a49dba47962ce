"""Typed reading of a YAML document, with problems reported at their position."""

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
from bayescore.i18n import Text, ntext, text

Fix = tuple[Text, Callable[[], Edit]]
FULL_WIDTH = "full-width"  # code of a problem
MAX_PER_KIND = 20  # problems: a malformed file can have a hundred thousand
_MAX_GUESSES = 200  # for misspelt words; each takes up to a millisecond


def closest_match(word: str, known: Iterable[str]) -> str | None:
    """The known word that a misspelt one most likely stands for, or ``None``."""
    by_fold = {k.casefold(): k for k in known}
    found = difflib.get_close_matches(word.casefold(), by_fold, n=1, cutoff=0.6)
    return by_fold[found[0]] if found else None


class Reader:
    """Reads values by path and collects problems.

    Parameters
    ----------
    document
        Text and data of the file.
    file
        Name of the file for the problems; ``None`` for text without a file.
    """

    def __init__(self, document: YamlDocument, file: FilePath | None = None) -> None:
        self.document = document
        self.file = file
        self.problems: list[Problem] = []
        self._counts: Counter[tuple[Severity, str]] = Counter()
        self._guesses = 0

    # ---- reporting problems

    def report(
        self,
        severity: Severity,
        code: str,
        path: Path,
        message: Text,
        *,
        key: bool = False,
        fix: Fix | None = None,
    ) -> None:
        """Report a problem at the value at ``path``, or at its key."""
        if self._exceeds_limit(severity, code):
            return
        node = self.document.key_node(path) if key else None
        node = node or self._nearest_node(path)
        start, end = (node.start, node.end) if node else (0, 0)
        self._add(severity, code, path, message, start, end, fix)

    def report_span(
        self,
        severity: Severity,
        code: str,
        path: Path,
        message: Text,
        start: int,
        end: int,
        fix: Fix | None = None,
    ) -> None:
        """Report a problem of the characters from ``start`` to ``end``."""
        if not self._exceeds_limit(severity, code):
            self._add(severity, code, path, message, start, end, fix)

    def report_part(
        self, severity: Severity, code: str, path: Path, message: Text, part: str, fix: Fix | None = None
    ) -> None:
        """Report a problem of a part of a text, or of all of it if the file writes the part otherwise."""
        node = self._nearest_node(path)
        start, end = (node.start, node.end) if node else (0, 0)
        at = self.document.text.rfind(part, start, end)
        span = (at, at + len(part)) if at >= 0 else (start, end)
        self.report_span(severity, code, path, message, *span, fix)

    def _exceeds_limit(self, severity: Severity, code: str) -> bool:
        """Count a problem; return whether it exceeds the limit of its kind."""
        self._counts[severity, code] += 1
        return self._counts[severity, code] > MAX_PER_KIND

    def finish(self) -> tuple[Problem, ...]:
        """The problems in the order of the text, each kind with a count of those that were not listed.

        Full-width punctuation hides the other problems of its line: most of them follow from it.
        """
        wide = {p.line for p in self.problems if p.code == FULL_WIDTH}
        self.problems = [p for p in self.problems if p.code == FULL_WIDTH or p.line not in wide]
        self.problems.sort(key=lambda p: (p.line, p.column))
        last = {(p.severity, p.code): i for i, p in enumerate(self.problems)}
        finished: list[Problem] = []
        for i, problem in enumerate(self.problems):
            finished.append(problem)
            kind = (problem.severity, problem.code)
            more = self._counts[kind] - MAX_PER_KIND
            if last[kind] == i and more > 0:
                message = ntext(
                    "{count} more problem of this kind is not listed.",
                    "{count} more problems of this kind are not listed.",
                    count=more,
                )
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
        """Report a problem that prevents the start of the job."""
        self.report(Severity.ERROR, code, path, message, key=key, fix=fix)

    def warning(
        self, code: str, path: Path, message: Text, *, key: bool = False, fix: Fix | None = None
    ) -> None:
        """Report something that is probably a mistake."""
        self.report(Severity.WARNING, code, path, message, key=key, fix=fix)

    def hint(
        self, code: str, path: Path, message: Text, *, key: bool = False, fix: Fix | None = None
    ) -> None:
        """Report something useful to know."""
        self.report(Severity.HINT, code, path, message, key=key, fix=fix)

    def missing(self, path: Path) -> None:
        """Report that a required key is missing."""
        self.error("missing-key", path, text("“{key}” is missing.", key=path[-1]), key=True)

    def _nearest_node(self, path: Path) -> Any:
        for depth in range(len(path), -1, -1):
            if node := self.document.node(path[:depth]):
                if depth < len(path):  # the value is missing: use the key of its parent
                    return self.document.key_node(path[:depth]) or node
                return node
        return None

    # ---- reading

    def value(self, path: Path) -> Any:
        """Data at a path; ``None`` when there is none."""
        data = self.document.data
        for part in path:
            data = _child(data, part)
        return data

    def has(self, path: Path) -> bool:
        """Whether the key at ``path`` is present, with any value."""
        parent = self.value(path[:-1])
        return isinstance(parent, dict) and path[-1] in parent

    def source(self, path: Path) -> str:
        """A scalar as written in the text, for example ``on`` or ``1.0``."""
        node = self.document.node(path)
        if node is None or node.kind is not Kind.SCALAR:
            return str(self.value(path))
        if node.style or isinstance(node.data, str):
            return str(node.data)
        return self.document.text[node.start : node.end]

    def is_string_in_all_versions(self, path: Path) -> bool:
        """Whether the scalar is a string in YAML 1.1 and in YAML 1.2 (``on`` is not)."""
        node = self.document.node(path)
        if node is None or node.kind is not Kind.SCALAR or not isinstance(node.data, str):
            return False
        return bool(node.style) or render(node.data) == node.data

    def quoted(self, path: Path) -> Edit:
        """An edit that puts a plain scalar in quotes."""
        node = self.document.node(path)
        if node is None:
            raise EditError(text("There is nothing here."))
        before = self.document.text[node.start : node.end]
        return Edit(node.start, before, render(before, quote="'"))

    def _wrong_type(self, path: Path, expected: Text) -> None:
        name = str(path[-1]) if path else "openbayes.yaml"
        self.error("wrong-type", path, text("“{name}” must be {expected}.", name=name, expected=expected))

    def mapping(self, path: Path) -> dict[str, Any] | None:
        """A mapping; ``None`` when missing or null; reports a problem for anything else."""
        value = self.value(path)
        if value is None or isinstance(value, dict):
            return value
        self._wrong_type(path, text("a mapping of keys to values"))
        return None

    def list(self, path: Path) -> list[Any] | None:
        """A list; ``None`` when missing or null; reports a problem for anything else."""
        value = self.value(path)
        if value is None or isinstance(value, list):
            return value
        self._wrong_type(path, text("a list"))
        return None

    def text(self, path: Path) -> str | None:
        """A string, including numbers and booleans as written; ``None`` when missing."""
        value = self.value(path)
        if value is None:
            return None
        if isinstance(value, dict | list):
            self._wrong_type(path, text("a string"))
            return None
        return self.source(path)

    def number(self, path: Path, *, allow_quoted: bool = False) -> float | int | None:
        """A finite number, also in quotes; ``None`` when missing or wrong."""
        value = self.value(path)
        if value is None:
            return None
        number = _number(value)
        if number is None:
            self._wrong_type(path, text("a number"))
            return None
        if isinstance(value, str) and not allow_quoted:
            self.hint(
                "quoted-number",
                path,
                text("This number is in quotes; it is read as {value}.", value=value.strip()),
                fix=(text("Remove the quotes"), lambda: self.document.set(path, number)),
            )
        return number

    def integer(self, path: Path, *, allow_quoted: bool = False) -> int | None:
        """An integer, including ``5.0``; ``None`` when missing or wrong."""
        value = self.number(path, allow_quoted=allow_quoted)
        if value is None:
            return None
        if value != int(value):
            self._wrong_type(path, text("an integer"))
            return None
        return int(value)

    def boolean(self, path: Path) -> bool | None:
        """``true`` or ``false``; ``None`` when missing or wrong."""
        value = self.value(path)
        if value is None or isinstance(value, bool):
            return value
        self._wrong_type(path, text("true or false"))
        return None

    def choice(self, path: Path, spellings: dict[str, str], code: str = "unknown-spelling") -> str | None:
        """One of several words, case-insensitive.

        Parameters
        ----------
        spellings
            Standard spelling by accepted spelling.
        """
        written = self.text(path)
        if written is None:
            return None
        by_fold = {k.casefold(): v for k, v in spellings.items()}
        if found := by_fold.get(written.strip().casefold()):
            return found
        guess = self.closest(written, spellings)
        options = ", ".join(dict.fromkeys(spellings.values()))
        message = text("“{written}” is not one of: {options}.", written=written, options=options)
        if guess is None:
            self.error(code, path, message)
        else:
            standard = spellings[guess]
            self.error(
                code,
                path,
                text(
                    "“{written}” is not known; did you mean “{guess}”? Possible: {options}.",
                    written=written,
                    guess=standard,
                    options=options,
                ),
                fix=(text("Change to {value}", value=standard), lambda: self.document.set(path, standard)),
            )
        return None

    def closest(self, word: str, known: Iterable[str]) -> str | None:
        """The known word that a misspelt one most likely stands for; none after many guesses."""
        self._guesses += 1
        return closest_match(word, known) if self._guesses <= _MAX_GUESSES else None

    def unknown_keys(self, path: Path, known: Iterable[str]) -> None:
        """Report unknown keys."""
        known = list(known)
        for key in self.value(path) or {}:
            if key in known:
                continue
            guess = self.closest(str(key), known)
            key_path = (*path, key)
            if guess is not None and not self.has((*path, guess)):
                self.warning(
                    "unknown-key",
                    key_path,
                    text("The key “{key}” is not known; did you mean “{guess}”?", key=key, guess=guess),
                    key=True,
                    fix=(
                        text("Rename to {value}", value=guess),
                        lambda p=key_path, g=guess: self.document.rename(p, g),  # type: ignore[misc]
                    ),
                )
            else:
                self.hint(
                    "unknown-key",
                    key_path,
                    text("The key “{key}” is not known; it is kept but has no effect.", key=key),
                    key=True,
                )


def _child(data: Any, part: str | int) -> Any:
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

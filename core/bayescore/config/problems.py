"""Problems of a file: what is wrong, where, and how to fix it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path as FilePath
from typing import Any

from bayescore.config.yamltext import Edit, Path
from bayescore.i18n import Text


class Severity(StrEnum):
    """Severity of a finding; an error prevents the start of a job, ``OK`` is a check that passed."""

    ERROR = "error"
    WARNING = "warning"
    HINT = "hint"
    OK = "ok"


@dataclass(frozen=True)
class QuickFix:
    """An edit that fixes a problem.

    ``make`` computes the edit when the fix is chosen: it parses the text again, which is too slow to do for
    every problem of every text. Two fixes with the same title are equal.
    """

    title: Text
    make: Callable[[], Edit] = field(compare=False, repr=False)

    def edit(self) -> Edit:
        """The edit of the text that the problem was found in.

        Raises
        ------
        EditError
            When the place cannot be changed by a small edit.
        """
        return self.make()


@dataclass(frozen=True)
class Problem:
    """A problem in a file.

    Attributes
    ----------
    code
        Stable name in kebab case, the same in every language and release.
    line, column, end_line, end_column
        Span of the text, counted from 1; the end is exclusive.
    path
        Path in the document, as keys and indices from the root.
    """

    severity: Severity
    code: str
    message: Text
    file: FilePath | None
    line: int
    column: int
    end_line: int
    end_column: int
    path: Path = ()
    fix: QuickFix | None = None

    def __str__(self) -> str:
        where = f"{self.file or '-'}:{self.line}:{self.column}"
        return f"{where}: {self.severity}: {self.message} [{self.code}]"

    def as_json(self) -> dict[str, Any]:
        """Plain data for ``--json``."""
        return {
            "severity": str(self.severity),
            "code": self.code,
            "message": self.message.render("en"),
            "message_zh": self.message.render("zh"),
            "file": str(self.file) if self.file else None,
            "line": self.line,
            "column": self.column,
            "end_line": self.end_line,
            "end_column": self.end_column,
            "path": list(self.path),
            "fix": self.fix.title.render("en") if self.fix else None,
        }


def has_errors(problems: Iterable[Problem]) -> bool:
    """Whether any problem prevents the start of a job."""
    return any(problem.severity is Severity.ERROR for problem in problems)

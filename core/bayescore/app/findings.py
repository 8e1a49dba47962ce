"""What a check found: how severe it is, and how to fix it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from bayescore.config import Edit, Problem, Severity, YamlDocument
from bayescore.errors import BayesdeskError
from bayescore.i18n import N_, Text, text

# Scripts read these words in the JSON of "doctor" and "cloud check".
_GRADES = {
    Severity.OK: N_("ok"),
    Severity.HINT: N_("ok"),
    Severity.WARNING: N_("warning"),
    Severity.ERROR: N_("problem"),
}


@dataclass(frozen=True)
class Action:
    """Something that the user can let Bayesdesk do about a finding.

    Attributes
    ----------
    edit
        Computes an edit of ``openbayes.local.yaml``.
    run
        Does it at once; raises :class:`BayesdeskError` if it cannot.
    """

    title: Text
    edit: Callable[[YamlDocument], Edit] | None = field(default=None, compare=False, repr=False)
    run: Callable[[], None] | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class Finding:
    """The result of one check; ``fix`` is a command or an instruction."""

    topic: str
    severity: Severity
    message: Text
    fix: Text | None = None
    actions: tuple[Action, ...] = ()

    @classmethod
    def of_error(cls, topic: str, error: BayesdeskError, severity: Severity = Severity.ERROR) -> Finding:
        """An error that a check has raised."""
        return cls(topic, severity, error.message, error.hint)

    @classmethod
    def of_problem(cls, topic: str, problem: Problem) -> Finding:
        """A problem of a file, with its line."""
        message = text("{message} (line {line})", message=problem.message, line=problem.line)
        return cls(topic, problem.severity, message, problem.fix.title if problem.fix else None)

    @property
    def grade(self) -> str:
        """The severity as one word: ok, warning or problem."""
        return _GRADES[self.severity]

    def as_json(self) -> dict[str, Any]:
        """Plain data for ``--json``; its keys are part of the command line's interface."""
        return {
            "topic": self.topic,
            "grade": self.grade,
            "message": self.message.render(),
            "mend": self.fix.render() if self.fix else None,
        }


def may_proceed(findings: Iterable[Finding]) -> bool:
    """Whether none of the findings is an error; warnings are the user's to accept."""
    return all(f.severity is not Severity.ERROR for f in findings)

"""The jobs as rows and columns: which columns there are, what a cell holds and says, sorting, filtering."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import PurePath
from typing import Any

from bayescore.app.job_search import matcher
from bayescore.i18n import _
from bayescore.results.where import condition
from bayescore.store import IMPORTED
from bayescore.times import now, parsed
from bayesdesk.models.formatting import number, size, span, state_word
from bayesdesk.models.job_list import local_time
from bayesdesk.models.snapshot import JobRow

Sizes = Mapping[str, int]  # bytes of a job's folder by id
COLUMNS = (
    "name", "state", "metric", "best", "trials", "failed", "duration", "created", "runner", "project", "tags",
    "note", "size",
)  # fmt: skip
NUMBERS = frozenset({"best", "trials", "failed", "duration", "size"})  # aligned to the right
DESCENDING_FIRST = NUMBERS | {"created"}  # the largest or newest are of most interest


def column_title(name: str) -> str:
    """The heading of a column."""
    titles = {
        "name": _("Name"),
        "state": _("State"),
        "metric": _("Objective"),
        "best": _("Best"),
        "trials": _("Trials"),
        "failed": _("Failed"),
        "duration": _("Duration"),
        "created": _("Created"),
        "runner": _("Runs on"),
        "project": _("Project"),
        "tags": _("Tags"),
        "note": _("Note"),
        "size": _("Size"),
    }
    return titles[name]


def value(row: JobRow, name: str, sizes: Sizes) -> Any:
    """What a column holds for a job: hours for durations, bytes for sizes; ``None`` if it is unknown."""
    job = row.job
    if name == "best":
        return row.best
    if name == "trials":
        return row.done
    if name == "failed":
        return row.failed
    if name == "duration":
        return seconds(row) / 3600
    if name == "size":
        return sizes.get(job.id)
    if name == "tags":
        return " ".join(job.tags)
    if name == "created":
        return job.created_at
    if name == "project":
        return PurePath(job.project).name
    return str(getattr(job, name))


def seconds(row: JobRow) -> float:
    """Seconds from the job's creation to its end, or until now."""
    return (parsed(row.job.ended_at or now()) - parsed(row.job.created_at)).total_seconds()


def cell_text(row: JobRow, name: str, sizes: Sizes) -> str:
    """What a cell says."""
    job = row.job
    if name == "state":
        return state_word(job.state)
    if name == "trials":
        return f"{row.done} / {job.max_trials}"
    if name == "failed":
        return str(row.failed) if row.failed else ""
    if name == "duration":
        return span(seconds(row))
    if name == "created":
        return f"{local_time(job.created_at):%Y-%m-%d %H:%M}"
    if name == "runner":
        return runner_word(job.runner)
    if name == "tags":
        return ", ".join(job.tags)
    if name == "note":
        return job.note.partition("\n")[0]
    if name == "size":
        known = sizes.get(job.id)
        return "…" if known is None else size(known)
    if name == "best":
        return "" if row.best is None else number(row.best)
    return str(value(row, name, sizes))


def runner_word(runner: str) -> str:
    """Where a job's trials run."""
    words = {"docker": "Docker", "process": _("Processes"), "ray": "Ray", IMPORTED: _("imported")}
    return words.get(runner, runner)


def ordered(rows: Sequence[JobRow], name: str, *, descending: bool, sizes: Sizes) -> list[JobRow]:
    """Rows sorted by a column; those without a value come last in both directions."""
    keyed = [(value(row, name, sizes), row) for row in rows]
    known = [pair for pair in keyed if pair[0] not in (None, "")]
    is_text = any(isinstance(key, str) for key, _row in known)
    known.sort(key=lambda pair: pair[0].casefold() if is_text else pair[0], reverse=descending)
    return [row for _key, row in known] + [row for key, row in keyed if key in (None, "")]


class JobFilter:
    """Which jobs the table shows: words of a search, a condition, and whether archived ones are among them.

    Raises
    ------
    ConfigError
        When the condition is invalid.
    """

    def __init__(self, query: str = "", expression: str = "", *, shows_archived: bool = False) -> None:
        self._matches = matcher(query)
        self._holds: Callable[[Mapping[str, Any]], bool] | None = None
        self._shows_archived = shows_archived
        if expression.strip():
            self._holds = condition(expression)

    def apply(self, rows: Sequence[JobRow], sizes: Sizes) -> list[JobRow]:
        """The rows that pass, in their order."""
        kept = [r for r in rows if (self._shows_archived or not r.job.archived) and self._matches(r.job)]
        if self._holds is None:
            return kept
        return [r for r in kept if self._holds(_Values(r, sizes))]


class _Values(Mapping[str, Any]):
    """The columns of a job for a condition; each is computed when the condition asks for it."""

    def __init__(self, row: JobRow, sizes: Sizes) -> None:
        self._row, self._sizes = row, sizes

    def __getitem__(self, name: str) -> Any:
        if name not in FILTER_NAMES:
            raise KeyError(name)
        job = self._row.job
        if name in ("id", "archived", "max_trials", "goal"):
            found = getattr(job, name)
            return int(found) if isinstance(found, bool) else str(found) if name == "goal" else found
        if name == "created":
            return job.created_at[:10]
        if name == "size":
            known = self._sizes.get(job.id)
            return None if known is None else known / 1e9
        if name == "days":
            return (datetime.now().astimezone() - parsed(job.created_at)).total_seconds() / 86400
        return value(self._row, name, self._sizes)

    def __iter__(self) -> Any:
        return iter(FILTER_NAMES)

    def __len__(self) -> int:
        return len(FILTER_NAMES)


FILTER_NAMES = (*COLUMNS, "id", "goal", "max_trials", "archived", "days")

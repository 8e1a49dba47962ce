"""The jobs as rows and columns: which columns there are, what a cell holds and says, sorting, filtering."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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
    "name", "state", "best", "trials", "failed", "stopped", "duration", "created", "tags", "project",
    "runner", "metric", "size", "note",
)  # fmt: skip
NUMBERS = frozenset({"best", "trials", "failed", "stopped", "duration", "size"})  # aligned to the right
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
        "stopped": _("Stopped early"),
        "duration": _("Duration"),
        "created": _("Created"),
        "runner": _("Runs on"),
        "project": _("Project"),
        "tags": _("Tags"),
        "note": _("Note"),
        "size": _("Size"),
    }
    return titles[name]


_VALUES: dict[str, Callable[[JobRow], Any]] = {
    "name": lambda row: row.job.name,
    "state": lambda row: row.job.state.value,
    "best": lambda row: row.best,
    "trials": lambda row: row.done,
    "failed": lambda row: row.failed,
    "stopped": lambda row: row.stopped,
    "duration": lambda row: seconds(row) / 3600,
    "created": lambda row: row.job.created_at,
    "tags": lambda row: " ".join(row.job.tags),
    "project": lambda row: row.job.project.rpartition("/")[2] or row.job.project,
    "runner": lambda row: row.job.runner,
    "metric": lambda row: row.job.metric,
    "note": lambda row: row.job.note,
}
_FILTER_VALUES: dict[str, Callable[[JobRow], Any]] = {
    **_VALUES,
    "created": lambda row: row.job.created_at[:10],
    "id": lambda row: row.job.id,
    "goal": lambda row: row.job.goal.value,
    "max_trials": lambda row: row.job.max_trials,
    "archived": lambda row: int(row.job.archived),
    "days": lambda row: (parsed(now()) - parsed(row.job.created_at)).total_seconds() / 86400,
}
FILTER_NAMES = (*_FILTER_VALUES, "size")


def value(row: JobRow, name: str, sizes: Sizes) -> Any:
    """What a column holds for a job: hours for durations, bytes for sizes; ``None`` if it is unknown."""
    return sizes.get(row.job.id) if name == "size" else _VALUES[name](row)


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
    if name in ("failed", "stopped"):
        return str(count) if (count := value(row, name, sizes)) else ""
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
            self._holds = condition(expression, FILTER_NAMES)

    def apply(self, rows: Sequence[JobRow], sizes: Sizes) -> list[JobRow]:
        """The rows that pass, in their order."""
        kept = [r for r in rows if (self._shows_archived or not r.job.archived) and self._matches(r.job)]
        if self._holds is None:
            return kept
        return [r for r in kept if self._holds(_Values(r, sizes))]


class _Values(dict[str, Any]):
    """The columns of a job for a condition; each is computed when the condition asks for it."""

    def __init__(self, row: JobRow, sizes: Sizes) -> None:
        super().__init__()
        self._row, self._sizes = row, sizes

    def get(self, name: str, default: Any = None) -> Any:
        if name == "size":
            known = self._sizes.get(self._row.job.id)
            return default if known is None else known / 1e9
        read = _FILTER_VALUES.get(name)
        return default if read is None else read(self._row)

"""A pattern that is being written, tried on a whole log: without Qt, off the GUI thread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bayescore.config import Severity, load_local_text
from bayescore.config.log_pattern import PatternError, compile_pattern, metrics_of
from bayescore.config.metric_sources import unwanted
from bayescore.i18n import Text, text
from bayescore.metrics.log_reader import has_log
from bayescore.metrics.log_search import LogSearch, search_log, spans_in
from bayescore.metrics.marked_number import Span
from bayescore.metrics.pattern_from_example import as_source


@dataclass(frozen=True)
class Draft:
    """What the user has written: a pattern, and the name of the metric that one of its groups is.

    The name is empty while the user replaces it.
    """

    pattern: str
    group: str
    name: str

    def fitted(self) -> Draft:
        """The draft with a group that the pattern has."""
        try:
            groups = metrics_of(compile_pattern(self.pattern))
        except PatternError:
            return self
        return self if self.group in groups or not groups else Draft(self.pattern, groups[0], groups[0])

    @property
    def source(self) -> dict[str, Any]:
        """An item of ``metrics``."""
        return as_source(self.pattern, self.group, self.name or self.group)


@dataclass(frozen=True)
class LogText:
    """The log of a trial, and the part of it that is shown."""

    file: Path
    shown: str


@dataclass(frozen=True)
class TriedPattern:
    """What a pattern finds.

    Attributes
    ----------
    draft
        The draft with a group that the pattern has.
    messages
        What is wrong or doubtful, the worst first.
    is_valid
        Whether the pattern has no error.
    search
        What the whole log has; ``None`` if the pattern has an error or there is no log.
    spans
        Places in the shown text: number of the line, and place in it.
    """

    draft: Draft
    messages: tuple[tuple[Severity, Text], ...]
    is_valid: bool = False
    search: LogSearch | None = None
    spans: tuple[tuple[int, Span], ...] = ()

    @property
    def is_usable(self) -> bool:
        """Whether the file may have this source."""
        return self.search is not None and bool(self.draft.name)


def try_pattern(
    draft: Draft, log: LogText, wanted: tuple[str, ...], is_stopped: Callable[[], bool]
) -> TriedPattern:
    """Check a draft as the file is checked, and read the log with it.

    Parameters
    ----------
    wanted
        The objective, then the side metrics.
    """
    draft = draft.fitted()
    loaded = load_local_text(yaml.safe_dump({"metrics": [draft.source]}, allow_unicode=True))
    messages = [(problem.severity, problem.message) for problem in loaded.problems]
    if loaded.settings is None:
        return TriedPattern(draft, tuple(messages))
    if not has_log(log.file):
        gone = text("The log “{file}” is not there any more.", file=log.file)
        return TriedPattern(draft, ((Severity.ERROR, gone), *messages), is_valid=True)
    if not draft.name:
        messages.insert(0, (Severity.ERROR, text("Enter the name of the metric.")))
    (source,) = loaded.settings.metrics
    for group in source.group_names():
        name = source.rename.get(group, group)
        if wanted and name not in wanted and (draft.name or group != draft.group):
            messages.append((Severity.WARNING, unwanted(name, wanted[0])))
    search = search_log(log.file, source, frozenset(wanted), is_stopped)
    messages += [(Severity.WARNING, note) for note in search.notes]
    if not search.count:
        messages.append((Severity.WARNING, text("The pattern finds nothing in this log.")))
    elif not search.is_whole:
        messages.append((Severity.HINT, text("Only the first part of the log has been searched.")))
    spans = tuple(spans_in(log.shown, draft.pattern, is_stopped))
    return TriedPattern(draft, tuple(messages), is_valid=True, search=search, spans=spans)

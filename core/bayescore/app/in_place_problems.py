"""Problems of ``in_place``, ``copy`` and ``send`` that only a look at the project shows."""

from __future__ import annotations

import os
import stat
from functools import cached_property
from itertools import takewhile
from pathlib import Path

from bayescore.config import LOCAL_FILE_NAME, LoadedLocal, MetricSource, Problem, Severity, SourceKind
from bayescore.config.patterns import Patterns
from bayescore.config.reader import Reader
from bayescore.config.yamltext import Path as YamlPath
from bayescore.i18n import Text, text
from bayescore.store import InPlace
from bayescore.trials.project_scan import ProjectScan

_WILD = frozenset("*?[!\\")
_MOST_NAMES = 100_000


def in_place_problems(project: Path, local: LoadedLocal, found: ProjectScan) -> tuple[Problem, ...]:
    """Entries that name nothing, something unreadable, or something that cannot be used.

    Parameters
    ----------
    found
        The scan of the project with these settings.
    """
    if local.settings is None:
        return ()
    reader = Reader(local.document, project / LOCAL_FILE_NAME)
    in_place = tuple(local.settings.in_place)
    names = _Names(project)
    for number, pattern in enumerate(in_place):
        if number not in found.matched:
            _report(reader, "in_place", number, pattern, _why_unmatched(names, pattern))
    for each in found.in_place:
        chosen_by = Patterns(in_place).deciding(each.path, is_folder=each.is_folder)
        needed = os.R_OK | (os.X_OK if each.is_folder else 0) | (os.W_OK if each.writable else 0)
        if chosen_by is not None and not os.access(each.source, needed):
            why = text("{file} cannot be read by you: change its permissions.", file=each.source)
            if each.writable and os.access(each.source, os.R_OK):
                why = text("{file} cannot be written by you: change its permissions, or use ro.",
                           file=each.source)  # fmt: skip
            _report(reader, "in_place", chosen_by, in_place[chosen_by], ("unreadable", why))
        if each.send and each.writable and chosen_by is not None:
            why = text("{name} is sent to the nodes, where changes would be lost: use ro.", name=each.path)
            _report(reader, "in_place", chosen_by, in_place[chosen_by], ("contradiction", why))
    for key, patterns in (("copy", local.settings.copied), ("send", local.settings.send)):
        for number, pattern in enumerate(patterns):
            if names.lack(pattern):
                _report(reader, key, number, pattern, _why_unmatched(names, pattern))
            elif key == "copy" and (target := _leads_out(project, pattern)) is not None:
                why = text(
                    "{name} is a link to {place}, outside the project, which is not copied. "
                    "Remove the entry, or put a copy in the project yourself.",
                    name=pattern,
                    place=target,
                )
                _report(reader, key, number, pattern, ("leads-out", why))
    for number, source in enumerate(local.settings.metrics):
        shared = next((each for each in found.in_place if _is_within(source, each.path)), None)
        if shared is not None:
            message = _why_shared(project, in_place, shared)
            reader.warning("shared-metrics", ("metrics", number, str(source.kind)), message)
    return reader.finish()


def _is_within(source: MetricSource, path: str) -> bool:
    """Whether all files of a source are within a path of the project."""
    if source.kind is SourceKind.LOG:
        return False
    certain = takewhile(_WILD.isdisjoint, (part for part in source.value.split("/") if part not in ("", ".")))
    return Path(*certain).is_relative_to(path)


def _why_shared(project: Path, in_place: tuple[str, ...], shared: InPlace) -> Text:
    """A link that leads out is used in place whether “in_place” lists it or not."""
    chosen_by = Patterns(in_place).deciding(shared.path, is_folder=shared.is_folder)
    if chosen_by is None or (project / shared.path).is_symlink():
        return text(
            "{name} is used in place: all trials write there, and whose metrics are in it is unknown, so "
            "none are read. List it in .openbayesignore: then each trial writes its own.",
            name=shared.path,
        )
    return text(
        "{name} is used in place: all trials write there, and whose metrics are in it is unknown, so "
        "none are read. Remove it from “in_place”, or list it in .openbayesignore: then each trial "
        "writes its own.",
        name=shared.path,
    )


def _report(reader: Reader, key: str, number: int, pattern: str, why: tuple[str, Text] | None) -> None:
    if why is None:
        return
    code, message = why
    value = reader.value((key,))
    is_key = isinstance(value, dict)
    path: YamlPath = (key, pattern) if is_key else (key, number) if isinstance(value, list) else (key,)
    severity = Severity.WARNING if code == "no-effect" else Severity.ERROR
    reader.report(severity, code, path, message, key=is_key)


def _why_unmatched(names: _Names, pattern: str) -> tuple[str, Text] | None:
    """Code and message for a pattern by which nothing was chosen; ``None`` for one that only excludes."""
    if pattern.startswith("!"):
        return None
    if not _WILD.isdisjoint(pattern) or not names.lack(pattern):
        place = names.project / pattern.strip("/")
        special = _WILD.isdisjoint(pattern) and _is_special(place)
        if special:
            message = text("{name} is neither a file nor a folder. Remove the entry.", name=pattern)
            return "not-a-file", message
        if place.is_symlink() and not place.exists():
            target = os.path.realpath(place)
            message = text(
                "{name} leads to {place}, which is not there. Mount its disk, or correct the link.",
                name=pattern,
                place=target,
            )
            return "missing", message
        message = text(
            "“{name}” has no effect: nothing matches it, or .openbayesignore or another entry excludes it.",
            name=pattern,
        )
        return "no-effect", message
    message = text("There is no {name} in the project. Correct or remove the entry.", name=pattern)
    return "missing", message


class _Names:
    """What is in a project, as far as entries without wild cards need to know."""

    def __init__(self, project: Path) -> None:
        self.project = project

    def lack(self, pattern: str) -> bool:
        """Whether a pattern without wild cards that names one path names nothing."""
        bare = pattern.strip("/")
        if not _WILD.isdisjoint(pattern) or os.path.lexists(self.project / bare):
            return False
        return "/" in bare or pattern.startswith("/") or bare not in self._below

    @cached_property
    def _below(self) -> frozenset[str]:
        """Names in every folder, the first ones: a pattern without a slash holds in each of them."""
        found: set[str] = set()
        for _folder, folders, files in os.walk(self.project):
            found.update(folders, files)
            if len(found) > _MOST_NAMES:
                break
        return frozenset(found)


def _is_special(place: Path) -> bool:
    try:
        mode = place.stat().st_mode
    except OSError:
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def _leads_out(project: Path, pattern: str) -> str | None:
    """Target of a link that leads out of the project, if a pattern names one."""
    place = project / pattern.strip("/")
    if not _WILD.isdisjoint(pattern) or not place.is_symlink():
        return None
    target = os.path.realpath(place)
    return None if Path(target).is_relative_to(project.resolve()) else target

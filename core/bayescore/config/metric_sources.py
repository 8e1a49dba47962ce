"""``metrics`` of ``openbayes.local.yaml``: where metrics are read of a program that does not report them."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import PurePosixPath

from pydantic import BaseModel, ConfigDict, Field

from bayescore.config.log_pattern import PatternError, compile_pattern, metrics_of
from bayescore.config.problems import Severity
from bayescore.config.reader import Reader
from bayescore.config.yamltext import Path
from bayescore.i18n import Text, text

_MAX_SOURCES = 20
_MAX_CHARACTERS = 500  # of a path
_OUTPUT = re.compile(r"/(output|openbayes/home)/+(?=.)")  # the working directory of a trial
_KEYS = "log, csv, jsonl, json, tensorboard"


class SourceKind(StrEnum):
    """What metrics are read from; also the key of the source in the file."""

    LOG = "log"
    CSV = "csv"
    JSONL = "jsonl"
    JSON = "json"
    TENSORBOARD = "tensorboard"


class MetricSource(BaseModel):
    """One source of metrics.

    Attributes
    ----------
    value
        A pattern with named groups (``log``), else the path of files or of a folder (``tensorboard``) in the
        trial's working directory; it may contain ``*``, ``?`` and ``**``.
    rename
        Name of a metric by the name that the source has for it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: SourceKind
    value: str = Field(min_length=1)
    rename: dict[str, str] = Field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.kind}: {self.value}"

    def group_names(self) -> tuple[str, ...]:
        """Names of the metrics of a ``log``, before they are renamed; other sources have their own."""
        return metrics_of(compile_pattern(self.value)) if self.kind is SourceKind.LOG else ()


def read_sources(reader: Reader, path: Path) -> tuple[MetricSource, ...] | None:
    """Read the list of sources."""
    written = reader.list(path)
    if written is None:
        return None
    if len(written) > _MAX_SOURCES:
        reader.error("too-many", path, text("At most {most} sources are read.", most=_MAX_SOURCES))
        return None
    read = [_source(reader, (*path, i)) for i in range(len(written))]
    return tuple(source for source in read if source is not None)


def _source(reader: Reader, path: Path) -> MetricSource | None:
    value = reader.value(path)
    if not isinstance(value, dict):
        message = text("Write one of {keys} and what to read, like “csv: results.csv”.", keys=_KEYS)
        reader.error("wrong-type", path, message)
        return None
    reader.unknown_keys(path, (*SourceKind, "rename"))
    kinds = [kind for kind in SourceKind if kind in value]
    if len(kinds) != 1:
        message = text("A source has exactly one of {keys}.", keys=_KEYS)
        at = (*path, str(kinds[1])) if kinds else path
        reader.error("metric-source", at, message, key=bool(kinds))
        return None
    (kind,) = kinds
    where = (*path, str(kind))
    written = reader.text(where)
    if not written:
        if not reader.problems or reader.problems[-1].path != where:
            reader.error("missing", where, text("“{name}” is empty.", name=kind), key=True)
        return None
    rename = _rename(reader, (*path, "rename"))
    source = MetricSource(kind=kind, value=written, rename=rename)
    is_usable = (
        _check_pattern(reader, where, source) if kind is SourceKind.LOG else _check_path(reader, where)
    )
    return source if is_usable else None


def _rename(reader: Reader, path: Path) -> dict[str, str]:
    found = {}
    for key in reader.mapping(path) or {}:
        name = reader.text((*path, key))
        if name:
            found[str(key)] = name
        else:
            reader.error(
                "missing", (*path, key), text("The new name of “{name}” is missing.", name=key), key=True
            )
    return found


def _check_pattern(reader: Reader, path: Path, source: MetricSource) -> bool:
    try:
        groups = metrics_of(compile_pattern(source.value))
    except PatternError as error:
        part = error.part if error.part in source.value else ""
        reader.report_part(Severity.ERROR, "pattern", path, error.message, part or source.value)
        return False
    if not groups:
        message = text(
            "The pattern has no named group, so it finds no value. Put the number into a group with the "
            "metric's name, like {example}.",
            example=r"loss=(?P<loss>[-+.\deE]+)",
        )
        reader.error("no-group", path, message)
        return False
    for name in sorted(source.rename.keys() - set(groups)):
        message = text(
            "The pattern has no group “{name}”; it has: {groups}.", name=name, groups=", ".join(groups)
        )
        reader.warning("unknown-name", (*path[:-1], "rename", name), message, key=True)
    return True


def _check_path(reader: Reader, path: Path) -> bool:
    written = str(reader.text(path))
    if inside := _OUTPUT.match(written):
        shorter = written[inside.end() :]
        reader.error(
            "path-outside",
            path,
            text("Write the path as the program sees it from its working directory: {path}.", path=shorter),
            fix=(text("Change to {value}", value=shorter), lambda: reader.document.set(path, shorter)),
        )
        return False
    is_inside = not (
        written.startswith(("/", "~"))
        or re.match(r"[A-Za-z]:", written)
        or "\\" in written
        or ".." in PurePosixPath(written).parts
    )
    if not is_inside:
        message = text(
            "The path “{path}” leads out of the trial's working directory. Metrics are read only of files "
            "that a trial writes there: make the program write them there, and name them by their relative "
            "path.",
            path=written,
        )
        reader.error("path-outside", path, message)
        return False
    if len(written) > _MAX_CHARACTERS or "\0" in written:
        reader.error(
            "path-outside", path, text("The path is longer than {most} characters.", most=_MAX_CHARACTERS)
        )
        return False
    return True


def unwanted(name: str, objective: str) -> Text:
    """The warning of a metric that has no effect."""
    return text(
        "“{name}” is neither the objective “{objective}” nor one of “side_metrics”: it is stored, "
        "but has no effect. Rename it, or add it to “side_metrics”.",
        name=name,
        objective=objective,
    )


def report_unwanted(
    reader: Reader, sources: tuple[MetricSource, ...], side_metrics: tuple[str, ...], objective: str
) -> None:
    """Warn of metrics that a source names and that are neither the objective nor a side metric.

    Parameters
    ----------
    reader
        Of ``openbayes.local.yaml``, from which the sources were read without an error.
    """
    for i, source in enumerate(sources):
        pattern: Path = ("metrics", i, str(source.kind))
        places = {new: ("metrics", i, "rename", old) for old, new in source.rename.items()}
        groups = [name for name in source.group_names() if name not in source.rename]
        for name in [*groups, *places]:
            if name == objective or name in side_metrics:
                continue
            message = unwanted(name, objective)
            if name in places:
                reader.warning("unwanted-metric", places[name], message)
            else:
                reader.report_part(Severity.WARNING, "unwanted-metric", pattern, message, f"<{name}>")

"""Bodies of requests and lines of spool files as values.

The protocol is that of ``openbayestool`` 0.3.2 (``updater.py``): ``{"metrics": {key:
[{"value": number, "created_at": text}]}}`` and ``{"parameters": {key: value}}``.
"""

from __future__ import annotations

import json
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from bayescore.errors import ListenerError
from bayescore.i18n import text

MAX_BODY_BYTES = 2**20
_MAX_KEY = 4096
_CHUNK = 4 * 2**20  # of a spool file in one transaction


@dataclass(frozen=True)
class Report:
    """What one request or one line says."""

    values: tuple[tuple[str, float], ...] = ()
    parameters: dict[str, Any] = field(default_factory=dict)
    clear: str | None = None


class BadReportError(ListenerError):
    """A body that cannot be understood."""


def parse(body: bytes) -> Report:
    """Read a body; ``NaN`` and ``Infinity`` count as numbers.

    Raises
    ------
    BadReportError
        With the reason, for the program's author to read.
    """
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        raise BadReportError(text("The body is not JSON.")) from None
    if not isinstance(data, dict):
        raise BadReportError(text("The body must be a JSON object."))
    values: list[tuple[str, float]] = []
    metrics = _object(data, "metrics")
    for key, series in metrics.items():
        _check_key(key)
        values += [(key, _value(key, p)) for p in (series if isinstance(series, list) else [series])]
    parameters = _object(data, "parameters")
    for key, value in parameters.items():
        _check_key(key)
        if not isinstance(value, str | int | float | bool | None):
            raise BadReportError(text("The parameter “{key}” must be a number or a text.", key=key))
    clear = data.get("clear")
    if clear is not None and not isinstance(clear, str):
        raise BadReportError(text("“clear” must name a metric."))
    return Report(tuple(values), parameters, clear)


def _object(data: dict[str, Any], name: str) -> dict[str, Any]:
    value = data.get(name, {})
    if not isinstance(value, dict):
        raise BadReportError(text("“{name}” must be a JSON object.", name=name))
    return value


def _check_key(key: str) -> None:
    if len(key) > _MAX_KEY:
        raise BadReportError(text("A name is longer than {most} characters.", most=_MAX_KEY))
    try:
        key.encode("utf-8")
    except UnicodeEncodeError:
        raise BadReportError(text("A name is not valid Unicode.")) from None


def _value(key: str, point: Any) -> float:
    value = point.get("value") if isinstance(point, dict) else point
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        raise BadReportError(text("A value of the metric “{key}” is not a number.", key=key)) from None


def as_line(report: Report) -> bytes:
    """A report as a line of a spool file, which :func:`parse` reads back; values keep their order."""
    metrics: dict[str, list[dict[str, float]]] = {}
    for key, value in report.values:
        metrics.setdefault(key, []).append({"value": value})
    data: dict[str, Any] = {"metrics": metrics, "parameters": report.parameters}
    if report.clear is not None:
        data["clear"] = report.clear
    return json.dumps(data).encode() + b"\n"


@dataclass(frozen=True)
class SpoolPart:
    """Whole lines of a spool file from an offset on."""

    reports: tuple[Report, ...]
    offset: int
    broken: int


def _opened(file: Path) -> BinaryIO:
    """Open a file that the trial's program made: no link that leads elsewhere, no pipe to wait for."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    descriptor = os.open(file, flags)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise FileNotFoundError(file)
    return os.fdopen(descriptor, "rb")


def read_spool(file: Path, offset: int) -> SpoolPart:
    """Read the lines behind ``offset`` (bytes) that are complete, at most 4 MiB of them."""
    try:
        with _opened(file) as spool:
            spool.seek(offset)
            chunk = spool.read(_CHUNK)
    except OSError:  # not there yet, or nothing that our client has made
        return SpoolPart((), offset, 0)
    end = chunk.rfind(b"\n") + 1
    if end == 0:
        # a line longer than any report is garbage: step over it
        skipped = len(chunk) if len(chunk) == _CHUNK else 0
        return SpoolPart((), offset + skipped, int(skipped > 0))
    reports, broken = [], 0
    for line in chunk[:end].splitlines():
        try:
            reports.append(parse(line))
        except BadReportError:
            broken += 1
    return SpoolPart(tuple(reports), offset + end, broken)

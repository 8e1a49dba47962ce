"""Parses and validates request bodies and lines of spool files.

What :func:`parse` returns can be stored.

The protocol is that of ``openbayestool`` 0.3.2 (``updater.py``): ``{"metrics": {key:
[{"value": number, "created_at": text}]}}`` and ``{"parameters": {key: value}}``.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from bayescore.errors import ListenerError
from bayescore.i18n import text

MAX_BODY_BYTES = 2**20
_MAX_KEY = 4096
_MAX_TEXT = 2**16  # characters of a parameter's value; a trial may log 1,000 parameters
_MAX_VALUES = 100_000  # more than a body holds in the client's own format; each takes 80 bytes of memory


@dataclass(frozen=True)
class Report:
    """Content of one request or line."""

    values: tuple[tuple[str, float], ...] = ()
    parameters: dict[str, Any] = field(default_factory=dict)
    clear: str | None = None

    @property
    def cost(self) -> int:
        """Relative cost of storing it; a single value costs 1."""
        return 1 + len(self.values) // 8 + len(self.parameters)


class BadReportError(ListenerError):
    """An invalid body."""


def parse(body: bytes) -> Report:
    """Parse a body; ``NaN`` and ``Infinity`` are numbers.

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
        if len(values) > _MAX_VALUES:
            raise BadReportError(text("A report has more than {most} values.", most=_MAX_VALUES))
    parameters = _object(data, "parameters")
    for key, value in parameters.items():
        _check_key(key)
        _check_parameter(key, value)
    clear = data.get("clear")
    if clear is not None:
        if not isinstance(clear, str):
            raise BadReportError(text("“clear” must name a metric."))
        _check_key(clear)
    return Report(tuple(values), parameters, clear)


def parse_clear(key: bytes) -> Report:
    """Parse a metric's name from a URL into a report that clears it.

    Raises
    ------
    BadReportError
        With the reason, for the program's author to read.
    """
    try:
        name = key.decode("utf-8")
    except UnicodeDecodeError:
        raise BadReportError(text("The metric's name is not UTF-8.")) from None
    _check_key(name)
    return Report(clear=name)


def _object(data: dict[str, Any], name: str) -> dict[str, Any]:
    value = data.get(name, {})
    if not isinstance(value, dict):
        raise BadReportError(text("“{name}” must be a JSON object.", name=name))
    return value


def _check_key(key: str) -> None:
    if len(key) > _MAX_KEY:
        raise BadReportError(text("A name is longer than {most} characters.", most=_MAX_KEY))
    if not _is_unicode(key):
        raise BadReportError(text("A name is not valid Unicode."))


def _check_parameter(key: str, value: Any) -> None:
    if not isinstance(value, str | int | float | bool | None):
        raise BadReportError(text("The parameter “{key}” must be a number or a string.", key=key))
    if isinstance(value, str) and len(value) > _MAX_TEXT:
        raise BadReportError(
            text("The parameter “{key}” is longer than {most} characters.", key=key, most=_MAX_TEXT)
        )
    if isinstance(value, str) and not _is_unicode(value):
        raise BadReportError(text("The parameter “{key}” is not valid Unicode.", key=key))


def _is_unicode(value: str) -> bool:
    """Whether it has no lone surrogates, which JSON can express but UTF-8 cannot."""
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _value(key: str, point: Any) -> float:
    value = point.get("value") if isinstance(point, dict) else point
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        raise BadReportError(text("A value of the metric “{key}” is not a number.", key=key)) from None


def as_line(report: Report) -> bytes:
    """Serialize a report as a line of a spool file, for :func:`parse`; values keep their order."""
    metrics: dict[str, list[float]] = {}
    for key, value in report.values:
        metrics.setdefault(key, []).append(value)
    data: dict[str, Any] = {"metrics": metrics, "parameters": report.parameters}
    if report.clear is not None:
        data["clear"] = report.clear
    return json.dumps(data).encode() + b"\n"

"""The HTTP endpoint that trials report to."""

from bayescore.listener.intake import Reporter, Reporting, Takes
from bayescore.listener.reports import MAX_BODY_BYTES, BadReportError, Report, as_line, parse, read_spool
from bayescore.listener.server import Listener, PortMemory, listener_of_store

__all__ = [
    "MAX_BODY_BYTES",
    "BadReportError",
    "Listener",
    "PortMemory",
    "Report",
    "Reporter",
    "Reporting",
    "Takes",
    "as_line",
    "listener_of_store",
    "parse",
    "read_spool",
]

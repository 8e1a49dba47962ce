"""The HTTP endpoint that trials report to."""

from bayescore.listener.intake import Takes
from bayescore.listener.reporter import Reporter, Reporting
from bayescore.listener.reports import MAX_BODY_BYTES, BadReportError, Report, as_line, parse
from bayescore.listener.server import Listener, PortMemory, listener_of_store
from bayescore.listener.spool import read_spool, size_of

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
    "size_of",
]

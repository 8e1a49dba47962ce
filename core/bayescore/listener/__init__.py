"""The HTTP endpoint that trials report to."""

from bayescore.listener.intake import ReportSink
from bayescore.listener.reporter import Reporter, ReporterIdentity
from bayescore.listener.reports import MAX_BODY_BYTES, BadReportError, Report, as_line, parse
from bayescore.listener.server import Listener, PortStore, listener_of_store
from bayescore.listener.spool import read_spool, size_of

__all__ = [
    "MAX_BODY_BYTES",
    "BadReportError",
    "Listener",
    "PortStore",
    "Report",
    "Reporter",
    "ReporterIdentity",
    "ReportSink",
    "as_line",
    "listener_of_store",
    "parse",
    "read_spool",
    "size_of",
]

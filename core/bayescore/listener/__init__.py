"""The HTTP endpoint that trials report to."""

from bayescore.listener.intake import Reporter
from bayescore.listener.reports import MAX_BODY_BYTES, BadReportError, Report, parse, read_spool
from bayescore.listener.server import Listener

__all__ = ["MAX_BODY_BYTES", "BadReportError", "Listener", "Report", "Reporter", "parse", "read_spool"]

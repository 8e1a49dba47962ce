"""Metrics of programs that do not report them: from their logs, tables and event files, while they run."""

from bayescore.metrics.collector import Collector, Watched
from bayescore.metrics.looks import Looks
from bayescore.metrics.summary import Note, Summary, read_summary

__all__ = ["Collector", "Looks", "Note", "Summary", "Watched", "read_summary"]

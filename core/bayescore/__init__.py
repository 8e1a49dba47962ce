"""Bayesdesk's core: everything that tunes, without a window."""

__version__ = "0.1.0"

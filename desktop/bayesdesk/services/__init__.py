"""Slow work off the GUI thread: reading the store, commands, logs, files."""

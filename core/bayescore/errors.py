"""Errors that are shown to the user."""

from __future__ import annotations

from bayescore.i18n import Text


class BayesdeskError(Exception):
    """Base class: a message for the user, with what to do next.

    Parameters
    ----------
    message
        What happened and where.
    hint
        What to do about it; ``None`` when the message is enough.
    """

    def __init__(self, message: Text, hint: Text | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __reduce__(self) -> tuple[type[BayesdeskError], tuple[Text, Text | None]]:
        """Pickle with the hint, for other processes."""
        return type(self), (self.message, self.hint)

    def __str__(self) -> str:
        return f"{self.message} {self.hint}" if self.hint else str(self.message)


class ConfigError(BayesdeskError):
    """The files of the user do not describe a job that can run."""


class RunnerError(BayesdeskError):
    """A trial cannot be started, monitored or stopped."""


class RunnerSilentError(RunnerError):
    """The runner does not respond; this may be temporary."""


class StoreError(BayesdeskError):
    """The data folder cannot be read or written."""


class NotWritableError(StoreError):
    """The data folder can be read at most: its disk is read-only or full, or its permissions forbid it."""


class ListenerError(BayesdeskError):
    """The listener cannot receive reports of trials."""

"""The one hierarchy of errors that a person may meet."""

from __future__ import annotations

from bayescore.i18n import Text


class BayesdeskError(Exception):
    """Something that a person should know, with what to do next.

    Parameters
    ----------
    message
        What happened and where.
    hint
        What to do about it; ``None`` where the message says it all.
    """

    def __init__(self, message: Text, hint: Text | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __reduce__(self) -> tuple[type[BayesdeskError], tuple[Text, Text | None]]:
        """From one process to another with its hint."""
        return type(self), (self.message, self.hint)

    def __str__(self) -> str:
        return f"{self.message} {self.hint}" if self.hint else str(self.message)


class ConfigError(BayesdeskError):
    """The user's files do not describe a job that could run."""


class RunnerError(BayesdeskError):
    """A trial cannot be started, watched or stopped."""


class RunnerSilentError(RunnerError):
    """What runs the trials does not answer at the moment; it may be back soon."""


class StoreError(BayesdeskError):
    """The data folder cannot be read or written."""


class ListenerError(BayesdeskError):
    """Trials cannot report."""

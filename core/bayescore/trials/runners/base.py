"""What a runner is: the one thing between the engine and whatever runs a program."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from bayescore.trials.launch import Launch

GRACE_S = 10.0  # between "please end" and the end


@dataclass(frozen=True)
class Exit:
    """How a program ended.

    Attributes
    ----------
    code
        Exit code; ``-n`` when signal ``n`` ended it; ``None`` when nobody knows any more.
    gone_with
        Name of the node that went away with it.
    """

    code: int | None
    out_of_memory: bool = False
    timed_out: bool = False
    gone_with: str = ""


class Runner(Protocol):
    """Starts programs that outlive the engine, finds them again, and ends them.

    A *handle* is a text that the runner makes at the start and understands for as long
    as the program's traces exist, also in another process.
    """

    def start(self, launch: Launch) -> str:
        """Start a program and return its handle; one that runs already under this name is adopted.

        Raises
        ------
        RunnerError
            When it cannot be started.
        """
        ...

    def adopt(self, launch: Launch) -> str | None:
        """Handle of the program that an earlier engine started under this name, if there is one."""
        ...

    @property
    def polls_memory(self) -> bool:
        """Whether :meth:`poll` only reads memory. If not, the engine calls it on another thread."""
        ...

    def poll(self, handle: str) -> Exit | None:
        """How the program ended, or ``None`` while it runs."""
        ...

    def stop(self, handle: str, grace: float = GRACE_S) -> None:
        """Ask the program to end, and end it after ``grace`` seconds; returns at once."""
        ...

    def save_log(self, handle: str, file: Path) -> None:
        """See that everything the program printed is in ``file``."""
        ...

    def remove(self, handle: str) -> None:
        """Take away the program's traces; the engine calls it once its result is stored."""
        ...

    def programs(self) -> dict[str, str]:
        """Handles, by name, of the data folder's programs that have not been removed."""
        ...

    def keep_only(self, jobs: Set[str]) -> None:
        """Let go of everything that is held for jobs other than these, the ones that have not ended."""
        ...

    def close(self) -> None:
        """Stop watching; programs go on."""
        ...

"""The interface of runners, by which the engine starts and watches programs."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from bayescore.trials.launch import Launch

GRACE_S = 10.0  # between SIGTERM and SIGKILL


@dataclass(frozen=True)
class Exit:
    """How a program ended.

    Attributes
    ----------
    code
        Exit code; ``-n`` if signal ``n`` ended it; ``None`` if it is unknown.
    gone_with
        Name of the node that left the cluster with it.
    """

    code: int | None
    out_of_memory: bool = False
    timed_out: bool = False
    gone_with: str = ""


class Runner(Protocol):
    """Starts programs that outlive the engine, finds them again, and ends them.

    A *handle* is a text by which the runner finds a program again, also from another process, until the
    program is removed.
    """

    def start(self, launch: Launch) -> str:
        """Start a program and return its handle. A program that already runs under this name is adopted.

        Raises
        ------
        RunnerError
            If it cannot be started.
        """
        ...

    def adopt(self, launch: Launch) -> str | None:
        """Handle of the program that was started under this name before, if any."""
        ...

    @property
    def polls_memory(self) -> bool:
        """Whether :meth:`poll` only reads memory. If not, the engine calls it on another thread."""
        ...

    def poll(self, handle: str) -> Exit | None:
        """How the program ended, or ``None`` while it runs."""
        ...

    def stop(self, handle: str, grace: float = GRACE_S) -> None:
        """Ask the program to end, and kill it after ``grace`` seconds; does not wait for its end."""
        ...

    def save_log(self, handle: str, file: Path) -> None:
        """Write everything that the program printed to ``file``, unless it is there already."""
        ...

    def remove(self, handle: str) -> None:
        """Remove what the program left, such as its container. Called once its result is stored."""
        ...

    def programs(self) -> dict[str, str]:
        """Handles, by name, of all programs of the data folder that have not been removed."""
        ...

    def keep_only(self, jobs: Set[str]) -> None:
        """Release what is held for any job that is not among these, the active ones."""
        ...

    def close(self) -> None:
        """Stop watching programs; they continue."""
        ...

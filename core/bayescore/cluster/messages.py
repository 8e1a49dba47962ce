"""Messages between the head and the agents."""

from __future__ import annotations

from dataclasses import dataclass

from bayescore.trials.runners import Exit

UNKNOWN = ""  # inner handle of a program whose node was lost before it answered whether it started


@dataclass(frozen=True)
class Handle:
    """A program on a node; the store holds it as a string.

    Attributes
    ----------
    inner
        Handle of the node's runner, or ``UNKNOWN``.
    """

    node: str
    job: str
    number: int
    attempt: int
    inner: str

    def __str__(self) -> str:
        return f"{self.node}|{self.job}|{self.number}|{self.attempt}|{self.inner}"

    @property
    def program(self) -> tuple[str, str, int, int]:
        """Identifies the program, whether or not its inner handle is known."""
        return self.node, self.job, self.number, self.attempt

    @classmethod
    def of(cls, text: str) -> Handle:
        """Parse the string."""
        node, job, number, attempt, inner = text.split("|", 4)
        return cls(node, job, int(number), int(attempt), inner)


@dataclass(frozen=True)
class SyncOffsets:
    """How much of a trial's files the head has copied, in bytes.

    Attributes
    ----------
    log_file
        Inode of the file to which the log's offset belongs: a bounded log is rotated when it is full.
    summary
        Digest of the summary of metrics that the head has.
    """

    spool: int
    log: int = 0
    log_file: int = 0
    summary: str = ""


@dataclass(frozen=True)
class Packed:
    """A packed output: size in bytes, folder on the node if more of it stays there, and first part."""

    size: int
    rest: str
    first: bytes


@dataclass(frozen=True)
class ImageState:
    """Whether an image is on a node, and the pulled share of it, from 0 to 1."""

    here: bool
    share: float = 0.0


@dataclass(frozen=True)
class TrialUpdate:
    """New bytes of a trial, and the summary of its metrics; ``exit`` once no more will follow."""

    spool: bytes
    log: bytes
    offsets: SyncOffsets
    exit: Exit | None
    summary: bytes = b""

    @property
    def is_any(self) -> bool:
        """Whether there is anything new."""
        return bool(self.spool or self.log or self.exit or self.summary)

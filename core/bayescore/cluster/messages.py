"""What the head and the agents tell each other."""

from __future__ import annotations

from dataclasses import dataclass

from bayescore.trials.runners import Exit

UNKNOWN = ""  # inner handle of a program whose node went away before it could say whether it began


@dataclass(frozen=True)
class Handle:
    """A program on a node, as one text in the store.

    Attributes
    ----------
    inner
        Handle of the node's own runner; ``UNKNOWN`` where the node could not say it.
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
        """What it is a handle of, whether or not the node's own handle is known."""
        return self.node, self.job, self.number, self.attempt

    @classmethod
    def of(cls, text: str) -> Handle:
        """Read it back."""
        node, job, number, attempt, inner = text.split("|", 4)
        return cls(node, job, int(number), int(attempt), inner)


@dataclass(frozen=True)
class Seen:
    """How much of a trial's files the head has, in bytes.

    Attributes
    ----------
    log_file
        Which file the log's offset belongs to (its inode): a bounded log begins a new one when it is full.
    """

    spool: int
    log: int = 0
    log_file: int = 0


@dataclass(frozen=True)
class Packed:
    """A packed output: its bytes, the folder on its node where more of it stays, and its first part."""

    size: int
    rest: str
    first: bytes


@dataclass(frozen=True)
class ImageState:
    """Whether an image is on a node, and the share of it that has come, from 0 to 1."""

    here: bool
    share: float = 0.0


@dataclass(frozen=True)
class News:
    """What is new of a trial since :class:`Seen`; ``exit`` once it has ended and this is all."""

    spool: bytes
    log: bytes
    seen: Seen
    exit: Exit | None

    @property
    def is_any(self) -> bool:
        """Whether it says anything."""
        return bool(self.spool or self.log or self.exit)

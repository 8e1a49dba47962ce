"""What was found where, for people: stored beside the trial's folder of outputs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bayescore.files import read_bytes, replace
from bayescore.i18n import Text

FILE_NAME = "metrics.json"
_MAX_BYTES = 2**20
_MAX_NOTES = 20


@dataclass(frozen=True)
class Note:
    """Something that the trial's author should know about a source."""

    kind: str
    message: Text


@dataclass(frozen=True)
class Summary:
    """Number of points by source, as it is written in the file, and by metric; and notes."""

    found: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()

    def as_bytes(self) -> bytes:
        """The content of the file."""
        notes = [[note.kind, note.message.to_json()] for note in self.notes[:_MAX_NOTES]]
        return json.dumps({"found": self.found, "notes": notes}).encode()

    @classmethod
    def of(cls, content: bytes) -> Summary:
        """Parse the file's content; empty if it is not one."""
        try:
            data = json.loads(content)
            notes = tuple(Note(str(kind), Text.from_json(message)) for kind, message in data["notes"])
            return cls(_counts(data["found"]), notes)
        except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError):
            return cls()


def read_summary(root: Path) -> Summary:
    """What was found for the trial in a folder."""
    return Summary.of(summary_bytes(root))


def summary_bytes(root: Path) -> bytes:
    """The content of a trial's file; empty if there is none."""
    try:
        return read_bytes(root / FILE_NAME, _MAX_BYTES, follow=False)
    except OSError:
        return b""


def write_summary(root: Path, content: bytes) -> None:
    """Replace a trial's file."""
    replace(root / FILE_NAME, content, 0o600)


def _counts(found: Any) -> dict[str, dict[str, int]]:
    return {
        str(source): {str(name): int(count) for name, count in metrics.items()}
        for source, metrics in found.items()
    }

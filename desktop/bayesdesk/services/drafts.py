"""Drafts: unsaved texts, stored in case the window does not exit cleanly."""

from __future__ import annotations

import hashlib
import itertools
import json
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from bayescore.errors import ConfigError
from bayescore.files import reason_of, replace
from bayescore.i18n import text
from bayescore.times import now


@dataclass(frozen=True)
class Draft:
    """The unsaved text of a file, when it was stored, and its number among the drafts of the file."""

    file: str
    text: str
    at: str
    number: int = 0


class Drafts:
    """Stores each draft as a file in the data folder; not for the GUI thread."""

    def __init__(self, root: Path) -> None:
        self._folder = root / "drafts"

    def _name(self, file: Path) -> str:
        return hashlib.sha256(str(file).encode()).hexdigest()[:24]

    def _place(self, file: Path, number: int) -> Path:
        name = self._name(file)
        return self._folder / (f"{name}.{number}.json" if number else f"{name}.json")

    def keep(self, file: Path, typed: str, number: int = 0) -> None:
        """Store a draft, replacing an earlier one of the same number."""
        place = self._place(file, number)
        draft = {"file": str(file), "text": typed, "at": now()}
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            replace(place, json.dumps(draft, ensure_ascii=False).encode(), mode=0o600)
        except OSError as error:
            raise ConfigError(
                text("{file} cannot be written: {reason}.", file=place, reason=reason_of(error))
            ) from None

    def find(self, file: Path) -> list[Draft]:
        """The drafts of a file, newest first; those that cannot be read are left out."""
        found = []
        for place in self._folder.glob(f"{self._name(file)}*.json"):
            number = place.name.removesuffix(".json").partition(".")[2]
            with suppress(OSError, ValueError, TypeError, KeyError):
                read = json.loads(place.read_text(encoding="utf-8"))
                found.append(Draft(str(read["file"]), str(read["text"]), str(read["at"]), int(number or 0)))
        return sorted(found, key=lambda draft: draft.at, reverse=True)

    def free_number(self, file: Path) -> int:
        """A number that no draft of a file has."""
        return next(n for n in itertools.count() if not self._place(file, n).exists())

    def forget(self, file: Path, number: int = 0) -> None:
        """Delete a draft, if there is one."""
        self._place(file, number).unlink(missing_ok=True)

"""Drafts: unsaved texts, stored in case the window does not exit cleanly."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from bayescore.errors import ConfigError
from bayescore.files import replace
from bayescore.i18n import text
from bayescore.times import now


@dataclass(frozen=True)
class Draft:
    """The unsaved text of a file, and when it was stored."""

    file: str
    text: str
    at: str


class Drafts:
    """Stores each draft as a file in the data folder; not for the GUI thread."""

    def __init__(self, root: Path) -> None:
        self._folder = root / "drafts"

    def _place(self, file: Path) -> Path:
        name = hashlib.sha256(str(file).encode()).hexdigest()[:24]
        return self._folder / f"{name}.json"

    def keep(self, file: Path, typed: str) -> None:
        """Store a draft, replacing an earlier one."""
        draft, place = Draft(str(file), typed, now()), self._place(file)
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            replace(place, json.dumps(asdict(draft), ensure_ascii=False).encode(), mode=0o600)
        except OSError as error:
            reason = error.strerror or str(error)
            raise ConfigError(
                text("{file} cannot be written: {reason}.", file=place, reason=reason)
            ) from None

    def find(self, file: Path) -> Draft | None:
        """The draft of a file; ``None`` when there is none or it cannot be read."""
        try:
            return Draft(**json.loads(self._place(file).read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def forget(self, file: Path) -> None:
        """Delete a draft, if there is one."""
        self._place(file).unlink(missing_ok=True)

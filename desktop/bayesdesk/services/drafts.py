"""Texts that were typed and not saved, kept for the case that the window does not end in peace."""

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
    """A file's unsaved text and the moment it was kept."""

    file: str
    text: str
    at: str


class Drafts:
    """One small file a draft, in the data folder; for other threads than the GUI's."""

    def __init__(self, root: Path) -> None:
        self._folder = root / "drafts"

    def _place(self, file: Path) -> Path:
        name = hashlib.sha256(str(file).encode()).hexdigest()[:24]
        return self._folder / f"{name}.json"

    def keep(self, file: Path, typed: str) -> None:
        """Keep a text in place of the one before."""
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
        """The draft of a file; ``None`` when there is none that can be read."""
        try:
            return Draft(**json.loads(self._place(file).read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def forget(self, file: Path) -> None:
        """Let a draft go; it is well if there is none."""
        self._place(file).unlink(missing_ok=True)

"""The two files of a project as the editor has them: what differs from the disk, and saving it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bayescore.config import Contents
from bayesdesk.editor.file_sync import FileSync


@dataclass(frozen=True)
class FileChange:
    """The text of a file on disk and in the editor."""

    file: Path
    before: str
    after: str


class ProjectFiles:
    """``openbayes.yaml`` and ``openbayes.local.yaml``."""

    def __init__(self, config: FileSync, local: FileSync) -> None:
        self.config, self.local = config, local

    @property
    def file(self) -> Path:
        """The ``openbayes.yaml``."""
        return self.config.model.file

    @property
    def is_changed(self) -> bool:
        """Whether there is something to save."""
        return self.config.model.is_changed or self.local.model.is_changed

    def contents(self) -> Contents:
        """What the files will contain once they are saved."""
        return Contents(self.config.model.content(), self.local.model.content())

    def changes(self) -> tuple[FileChange, ...]:
        """What saving would change."""
        models = (self.config.model, self.local.model)
        return tuple(FileChange(m.file, m.saved_text, m.text) for m in models if m.is_changed)

    def after_edits(self, callback: Callable[[], object]) -> None:
        """Call back once the texts contain everything that was typed into the form."""
        self.config.model.after_edits(lambda: self.local.model.after_edits(callback))

    def save(
        self, done: Callable[[], object], failed: Callable[[Exception], object] = lambda _error: None
    ) -> None:
        """Write the changed files, each atomically, then call ``done``; at the first error, ``failed``."""
        self.after_edits(partial(self._save, done, failed))

    def _save(self, done: Callable[[], object], failed: Callable[[Exception], object]) -> None:
        changed = next((file for file in (self.config, self.local) if file.model.is_changed), None)
        if changed is None:
            done()
        else:
            changed.save(partial(self.save, done, failed), failed)

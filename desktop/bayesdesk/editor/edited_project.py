"""A project being edited: its texts, drafts and undo order, which outlive the page that shows them."""

from __future__ import annotations

from pathlib import Path

from bayescore.store import Job
from bayesdesk.editor.draft_recovery import DraftRecovery
from bayesdesk.editor.sources import Project
from bayesdesk.editor.text_model import ConfigModel, LocalModel
from bayesdesk.editor.undo_order import UndoOrder
from bayesdesk.services.background import Background
from bayesdesk.services.drafts import Drafts


class EditedProject:
    """The page of the editor is built again in another language or theme; all of this stays.

    Attributes
    ----------
    follows
        The job that the next one learns from.
    """

    def __init__(
        self, config: ConfigModel, local: LocalModel, drafts: Drafts, background: Background
    ) -> None:
        self.config, self.local = config, local
        config.sibling, local.sibling = local, config
        self.undo_order = UndoOrder(config, local)
        self.drafts = [DraftRecovery(model, drafts, background) for model in (config, local)]
        self.follows: Job | None = None

    @classmethod
    def of(cls, project: Project, data_folder: Path, background: Background) -> EditedProject:
        """A project as it was read."""
        config = ConfigModel(project.config, background)
        return cls(config, LocalModel(project.local, background), Drafts(data_folder), background)

    def discard_drafts(self) -> None:
        """Delete the drafts of what has been typed; those that nobody has looked at stay."""
        for draft in self.drafts:
            draft.discard()

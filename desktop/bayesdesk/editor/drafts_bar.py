"""The bar that offers unsaved texts of earlier windows."""

from __future__ import annotations

from bayescore.i18n import _
from bayescore.times import parsed
from bayesdesk.editor.edited_project import EditedProject
from bayesdesk.ui.diff_view import DiffDialog
from bayesdesk.ui.widgets import NoticeBar, button


class DraftsBar(NoticeBar):
    """Shown while a text waits for a decision; with several, one after the other, newest first."""

    def __init__(self, project: EditedProject) -> None:
        self.restore = button(_("Restore"), self._restore)
        self.compare = button(_("Compare"), self._compare, kind="link")
        self.discard = button(_("Discard"), self._discard, kind="link")
        super().__init__(self.restore, self.compare, self.discard)
        self._project = project
        for draft in project.drafts:
            draft.found.connect(self.show_waiting)

    def show_waiting(self) -> None:
        """Show the newest text that waits, if there is one."""
        moments = [draft.waiting[0].at for draft in self._project.drafts if draft.waiting]
        if moments:
            moment = parsed(max(moments)).astimezone().strftime("%Y-%m-%d %H:%M")
            self.show_text(_("There are unsaved changes from {moment}.", moment=moment))
        else:
            self.hide()

    def _restore(self) -> None:
        for draft in self._project.drafts:
            draft.restore()
        self.show_waiting()

    def _discard(self) -> None:
        for draft in self._project.drafts:
            draft.reject()
        self.show_waiting()

    def _compare(self) -> None:
        models = (self._project.config, self._project.local)
        for draft, model in zip(self._project.drafts, models, strict=True):
            if draft.waiting:
                DiffDialog(self.window(), _("Unsaved changes"), model.text, draft.waiting[0].text).open()

"""The left side of the window: the list of jobs, or a strip with what is used most."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bayescore.i18n import _
from bayesdesk.jobs.job_actions import JobActions
from bayesdesk.jobs.sidebar import JobListModel, Sidebar
from bayesdesk.services.machine_watch import MachineWatch
from bayesdesk.ui.collapsible import Collapsible
from bayesdesk.ui.widgets import button


@dataclass(frozen=True)
class Routes:
    """What the left side leads to."""

    start: Callable[[], object]
    job: Callable[[str], object]
    jobs: Callable[[], object]
    compare: Callable[[], object]
    diagnostics: Callable[[], object]
    language: Callable[[], object]
    theme: Callable[[], object]


class LeftSide(Collapsible):
    """Built again in another language or theme; the jobs are those of the model."""

    def __init__(
        self, jobs: JobListModel, machine: MachineWatch, actions: JobActions, routes: Routes
    ) -> None:
        self.sidebar = made = Sidebar(jobs, machine, actions)
        made.new_requested.connect(routes.start)
        made.job_chosen.connect(routes.job)
        made.table_requested.connect(routes.jobs)
        made.diagnostics_requested.connect(routes.diagnostics)
        made.language_requested.connect(routes.language)
        made.theme_requested.connect(routes.theme)
        tools = (
            button("", routes.start, kind="quiet", meaning="new", tip=_("New job")),
            button("", routes.jobs, kind="quiet", meaning="table", tip=_("All jobs")),
            button("", routes.compare, kind="quiet", meaning="compare", tip=_("Compare jobs")),
            button("", routes.diagnostics, kind="quiet", meaning="diagnostics", tip=_("Diagnostics")),
        )
        super().__init__("jobs", made, "left", (_("Hide the jobs"), _("Show the jobs")), tools)

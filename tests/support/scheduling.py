"""Which worker of pytest-xdist runs which test."""

from __future__ import annotations

from typing import Any

from xdist.scheduler import LoadScopeScheduling

_SHARE_A_CLUSTER = "test_ray_job.py"


class OneByOne(LoadScopeScheduling):
    """Gives a test to any worker, but tests that share a cluster to the same one, before all others.

    Marks of pytest-xdist 3.8 for this have no effect in pytest 9.2.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return file if file.endswith(_SHARE_A_CLUSTER) else nodeid

    def remove_node(self, node: Any) -> str | None:
        """Take away a worker that has crashed, and the test that it ran; the others get the rest of its work.

        The class above would also hand out again what is done, in units without a test.  A worker that gets
        one does not report, gets nothing more, and the run does not end.
        """
        work = self.assigned_work[node]
        crashed = next((test for unit in work.values() for test, done in unit.items() if not done), None)
        for unit in work.values():
            if crashed in unit:
                unit[crashed] = True
        left = {scope: unit for scope, unit in work.items() if not all(unit.values())}
        self.assigned_work[node] = {}
        super().remove_node(node)
        self.workqueue.update(left)
        for other in self.assigned_work:
            self._reschedule(other)
        return crashed

    def _reschedule(self, node: Any) -> None:
        """Keep two tests at a worker, which begins one only when it knows the next."""
        super()._reschedule(node)
        work = self.assigned_work[node]
        if self.workqueue and not node.shutting_down and self._pending_of(work) < 2:
            self._assign_work_unit(node)

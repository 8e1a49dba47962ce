"""Prepares nodes for a job: checks the folders that its trials read, and pulls the image."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait

from bayescore.cluster.agents import ANSWER_S, Agents
from bayescore.cluster.connection import Node
from bayescore.errors import RunnerError, RunnerSilentError
from bayescore.i18n import Text, text
from bayescore.store import Submission

_log = logging.getLogger(__name__)
_LOOK_S = 0.5
_AT_ONCE = 16  # nodes prepared at the same time
_Key = tuple[str, str]  # job, id of the node: a node that was fixed and restarted has a new id


class Readiness:
    """Prepares nodes for jobs, and excludes nodes that cannot run them.

    Parameters
    ----------
    changed
        Called when a node has become ready.
    left_out
        Called with a job and why a node gets none of its trials.
    """

    def __init__(
        self, agents: Agents, changed: Callable[[], None], left_out: Callable[[str, Text], None]
    ) -> None:
        self._agents = agents
        self._changed = changed
        self._left_out = left_out
        self._known: dict[_Key, Future[None]] = {}
        self._shares: dict[_Key, float] = {}
        self._lock = threading.Lock()
        self._ending = threading.Event()
        self._pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="ready")

    def make_all(
        self,
        job: str,
        submission: Submission,
        nodes: list[Node],
        report: Callable[[str, float], None],
        is_cancelled: Callable[[], bool],
    ) -> None:
        """Prepare nodes and wait for them.

        Parameters
        ----------
        report
            Called with a node that is waited for and the share of the image that it has.

        Raises
        ------
        RunnerError
            When none of them can be prepared.
        """
        begun = {node: self._preparation(job, submission, node) for node in nodes}
        while waiting := [node for node, future in begun.items() if not future.done()]:
            wait([begun[node] for node in waiting], timeout=_LOOK_S)
            if is_cancelled():
                return
            if submission.image is not None:
                report(waiting[0].name, self._shares.get((job, waiting[0].id), 0.0))
        made = [future for future in begun.values() if not future.cancelled()]
        errors = [error for future in made if (error := future.exception()) is not None]
        if errors and len(errors) == len(nodes):
            raise errors[0]

    def has(self, job: str, submission: Submission, node: Node) -> bool:
        """Whether a node is ready; starts to prepare one that has joined later."""
        future = self._preparation(job, submission, node)
        return future.done() and not future.cancelled() and future.exception() is None

    def is_refused(self, job: str, node: str) -> bool:
        """Whether a node (by id) could not be prepared."""
        with self._lock:
            future = self._known.get((job, node))
        return future is not None and future.done() and future.exception() is not None

    def forget(self, job: str) -> None:
        """Drop the state of a job that has ended, and wait for preparations that are under way.

        One that is under way may start an agent, and agents are stopped after the last job.
        """
        with self._lock:
            begun = [future for key, future in self._known.items() if key[0] == job]
            self._known = {key: future for key, future in self._known.items() if key[0] != job}
            self._shares = {key: share for key, share in self._shares.items() if key[0] != job}
        wait([future for future in begun if not future.cancel()], timeout=ANSWER_S)

    def close(self) -> None:
        """Stop preparing nodes."""
        self._ending.set()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _preparation(self, job: str, submission: Submission, node: Node) -> Future[None]:
        with self._lock:
            if (known := self._known.get((job, node.id))) is not None:
                return known
            made = self._known[job, node.id] = self._pool.submit(self._make, job, submission, node)
        return made

    def _make(self, job: str, submission: Submission, node: Node) -> None:
        try:
            agent = self._agents.on(node.name)
            in_place = submission.uncopied.in_place
            self._agents.ask(node.name, agent.check.remote(submission.inputs, in_place))
            while submission.image is not None:
                mirror = submission.local.registry_mirror
                state = self._agents.ask(node.name, agent.ensure_image.remote(submission.image, mirror))
                if state.here:
                    break
                self._shares[job, node.id] = state.share
                if self._ending.wait(_LOOK_S) or (job, node.id) not in self._known:
                    return
        except RunnerSilentError:
            with self._lock:
                self._known.pop((job, node.id), None)  # try again when it is back
            raise
        except RunnerError as error:
            hint = error.hint or Text("")
            message = text(
                "The node {node} gets no trials: {message} {hint}",
                node=node.name,
                message=error.message,
                hint=hint,
            )
            self._left_out(job, message)
            raise
        except Exception:
            _log.exception("the node %s gets no trials of %s", node.name, job)
            raise
        finally:
            self._changed()

"""A store with addresses that record what they get, and engines that come and go."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bayescore.app import notifications
from bayescore.engine.notifier import Notifier
from bayescore.engine.services import Services
from bayescore.i18n import text
from bayescore.notify.notices import Notice
from bayescore.notify.sending import Attempt, Outcome
from bayescore.store import Database, DataFolder, Job, JobState, TrialState, events, jobs, trials
from support.notice_server import SECRET
from support.stored_jobs import add_job
from support.workspace import wait_until

SENT = Attempt(Outcome.SENT, text(""))
REFUSED = Attempt(Outcome.NOT_SENT, text("HTTP 503"))
LOST = Attempt(Outcome.UNKNOWN, text("the server did not answer in time"))


class Desk:
    """A store, addresses that record what they get, and engines that come and go."""

    def __init__(self, folder: Path, addresses: int = 1) -> None:
        self.database = Database(DataFolder(folder)).open()
        self.moment = datetime.now(UTC)
        self.received: list[tuple[str, Notice]] = []
        self.answer: Callable[[], Attempt] = lambda: SENT
        self.has_desktop = False
        for number in range(addresses):
            notifications.add(self.database, f"json://{SECRET}/{number}", check=lambda _url: "JSON")
        self.start()

    def start(self) -> None:
        """An engine begins; an earlier one is gone, as after a crash."""
        listener: Any = None
        gpus: Any = None
        services = Services(self.database, listener, gpus, lambda: None, clock=lambda: self.moment)
        self.notifier = Notifier(services, self._send)
        self.notifier._has_desktop = self.has_desktop

    def _send(self, url: str, notice: Notice) -> Attempt:
        answer = self.answer()
        if answer is not REFUSED:
            self.received.append((url, notice))
        return answer

    def step(self) -> None:
        """Take steps until no attempt is under way."""
        self.notifier.step()
        wait_until(lambda: all(f.done() for f in self.notifier._attempts.values()), "an attempt does not end")
        self.notifier.step()

    def wait(self, **time: float) -> None:
        self.moment += timedelta(**time)
        self.step()

    def end_job(self, state: JobState = JobState.SUCCEEDED) -> Job:
        """A job with two trials ends."""
        job = add_job(self.database, TrialState.RUNNING, TrialState.RUNNING)
        with self.database.write() as connection:
            for trial in trials.of_job(connection, job.id):
                trials.move(connection, trial, TrialState.SUCCEEDED, value=trial.number / 2)
            job = jobs.move(connection, job.id, state)
            events.add(connection, job.id, "ended", text("The job has ended."))
        return job

    def failures(self, job: Job) -> list[str]:
        """Events about notifications that were not sent."""
        with self.database.read() as connection:
            found = events.of_job(connection, job.id)
        return [str(e.text) for e in found if e.kind == "notification_failed"]


def opened_desk(folder: Path) -> Iterator[Desk]:
    """A desk with one address whose engine has taken its first steps; it is closed afterwards."""
    made = Desk(folder)
    made.step()
    yield made
    made.database.close()

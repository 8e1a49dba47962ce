"""Sends notifications to the user's addresses: what to announce, when to try, and when to try again.

Nothing here waits: each attempt is a process that a thread of its own looks after.
"""

from __future__ import annotations

import logging
import subprocess
from collections import Counter
from collections.abc import Collection
from concurrent.futures import Future, wait
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

import sqlalchemy as sa

from bayescore.engine.services import Services
from bayescore.engine.standstill import STILL
from bayescore.engine.threads import Threads
from bayescore.errors import StoreError
from bayescore.files import ensure
from bayescore.i18n import N_, Text, text, translate
from bayescore.notify import deliveries, desktop
from bayescore.notify.deliveries import Delivery, Seen
from bayescore.notify.notices import Notice, best_notice, disk_notice, end_kind, end_notice, still_notice
from bayescore.notify.sending import Attempt, Outcome, send
from bayescore.notify.settings import Address, NoticeKind, NotifySettings, load
from bayescore.results import best
from bayescore.store import Event, Job, Trial, TrialState, events, jobs, trials
from bayescore.store.runtime_folders import runtime_folders
from bayescore.times import parsed, stored

ENDED = "ended"  # kinds of events
_log = logging.getLogger(__name__)
_SHOW = N_("Show")
_FOR = timedelta(hours=1)
_RETRY_S = (5.0, 15.0, 60.0, 120.0, 300.0, 600.0)  # before each further attempt; the last one repeats
_AT_A_TIME = 4
_CLOSE_S = 2.0
_DISK_FOR = timedelta(seconds=10)  # for which nothing can be stored; a moment is not worth a notification
_DISK_MARK = "disk-full-notified"  # file in the runtime folder, which is writable then


class Sending(Protocol):
    """What sends; see :func:`bayescore.notify.sending.send`."""

    def __call__(self, url: str, notice: Notice) -> Attempt:
        """Send once."""
        ...


@dataclass(frozen=True)
class _News:
    """Something to notify about; ``key`` is its own."""

    kind: NoticeKind
    key: str
    job: str
    notice: Notice
    at: str


class Notifier:
    """The notifications of an engine."""

    def __init__(self, services: Services, sending: Sending = send) -> None:
        self._s = services
        self._sending = sending
        self._threads = Threads(_AT_A_TIME, "notify", set())  # the end of an engine waits for none of them
        self._has_desktop = desktop.is_possible()
        self._shown: list[subprocess.Popen[bytes]] = []  # notifications that are on the desktop
        self._settings = NotifySettings()
        self._read: tuple[int, int] | None = (0, 0)  # inode and time of change of the settings
        self._seen: Seen | None = None  # None before it is read
        self._tallies: dict[str, Counter[TrialState]] = {}
        self._waiting: dict[str, Delivery] | None = None  # by key; None before they are read
        self._unstored: dict[str, Delivery] = {}  # the same of a disk that is full
        self._attempts: dict[str, Future[Attempt]] = {}
        self._full_since: datetime | None = None
        self._is_marked: bool | None = None

    @property
    def is_busy(self) -> bool:
        """Whether a notification is to be sent."""
        return bool(self._waiting or self._unstored or self._attempts)

    def step(self) -> None:
        """Look for what to tell, and take up what is due. Does not wait.

        Raises
        ------
        StoreError
            When the store cannot be read or written; nothing is sent that could not be marked.
        """
        self._read_settings()
        if self._waiting is None:
            self._waiting = self._take_over()
        self._disk_works()
        self._shown = [process for process in self._shown if process.poll() is None]
        if self._settings.addresses or self._uses_desktop:
            self._look()
        self._take_results()
        self._begin_due()

    def step_without_store(self, waiting: Collection[Job]) -> None:
        """The same while nothing can be stored.

        Parameters
        ----------
        waiting
            Jobs that have not ended.
        """
        moment = self._s.clock()
        self._full_since = self._full_since or moment
        self._read_settings()
        if waiting and moment - self._full_since >= _DISK_FOR and NoticeKind.DISK in self._settings.kinds:
            self._tell_disk_full(list(waiting))
        with suppress(StoreError):  # results of what was marked before
            self._take_results()
        with suppress(StoreError):
            self._begin_due()

    def close(self) -> None:
        """Begin nothing more. An attempt that ends within a moment is noted; a longer one continues."""
        wait(self._attempts.values(), timeout=_CLOSE_S)
        with suppress(StoreError):
            self._take_results()
        self._threads.close()

    # ---- what to tell

    def _read_settings(self) -> None:
        file = self._s.database.folder.notifications
        try:
            status = file.stat()
            mark = (status.st_ino, status.st_mtime_ns)
        except OSError:
            mark = None
        if mark == self._read:
            return
        self._read, self._seen = mark, None
        self._tallies.clear()
        try:
            self._settings = load(self._s.database.folder)
        except StoreError as error:
            self._settings = NotifySettings()
            _log.error("no notifications are sent: %s", error)

    def _take_over(self) -> dict[str, Delivery]:
        """What an earlier engine has left; attempts of which nobody knows the result are not repeated."""
        with self._s.database.read() as connection:
            found = deliveries.every(connection)
        for each in (d for d in found if d.is_sending):
            self._finish(each, text("the engine ended during the attempt, so it may have arrived"))
        return {d.key: d for d in found if not d.is_sending}

    def _look(self) -> None:
        """Store deliveries for what is new, together with the mark that it is no longer new."""
        with self._s.database.read() as connection:
            before = self._seen or deliveries.seen(connection) or Seen(events.newest(connection))
            new = events.after(connection, before.event, (ENDED, STILL))
            improved, best_now = self._improved(connection, before)
        mark = Seen(new[-1].seq if new else before.event, best_now)
        if mark == self._seen:
            return
        with self._s.database.write() as connection:
            found = [news for event in new if (news := self._of_event(connection, event)) is not None]
            found += [self._of_best(job, its, trial) for job, its, trial in improved]
            made = [delivery for news in found for delivery in self._to_all(news)]
            for each in made:
                deliveries.put(connection, each)
            deliveries.put_seen(connection, mark)
        self._seen = mark
        assert self._waiting is not None
        self._waiting.update((each.key, each) for each in made)
        for news in found:
            self._show(news)

    def _of_event(self, connection: sa.Connection, event: Event) -> _News | None:
        if not self._is_recent(event.at) or not jobs.exists(connection, event.job):
            return None
        job, spoken = jobs.get(connection, event.job), self._settings.language
        its = trials.of_job(connection, job.id)
        if event.kind == ENDED and not job.state.ended:
            return None  # it was continued before anybody could be notified
        if event.kind == STILL:
            kind, notice = NoticeKind.STILL, still_notice(job, its, event.text, event.at, spoken)
        else:
            kind, notice = end_kind(job.state), end_notice(job, its, spoken)
        return _News(kind, str(event.seq), job.id, notice, event.at) if kind in self._settings.kinds else None

    def _improved(
        self, connection: sa.Connection, before: Seen
    ) -> tuple[list[tuple[Job, list[Trial], Trial]], dict[str, int]]:
        """Jobs with a better best trial than before, and the number of each job's best trial."""
        improved: list[tuple[Job, list[Trial], Trial]] = []
        best_now: dict[str, int] = {}
        if NoticeKind.BEST not in self._settings.kinds:
            return improved, best_now
        for job in jobs.active(connection):
            tally = trials.count_by_state(connection, job.id)
            if job.id in before.best:
                best_now[job.id] = before.best[job.id]
            if tally == self._tallies.get(job.id):
                continue
            self._tallies[job.id] = tally
            its = trials.of_job(connection, job.id)
            found = best(its, job.config.hyper_tuning.goal)
            if found is None:
                continue
            if job.id in before.best and found.number != before.best[job.id]:
                improved.append((job, its, found))
            best_now[job.id] = found.number
        return improved, best_now

    def _of_best(self, job: Job, its: list[Trial], found: Trial) -> _News:
        at = found.ended_at or self._clock()
        notice = best_notice(job, found, its, self._settings.language)
        return _News(NoticeKind.BEST, f"best.{found.id}.{found.attempt}", job.id, notice, at)

    def _to_all(self, news: _News) -> list[Delivery]:
        due, title, body = self._clock(), news.notice.title, news.notice.body
        return [
            Delivery(f"{news.key}.{a.id}", news.job, a.id, title, body, news.at, due)
            for a in self._settings.addresses
        ]

    def _show(self, news: _News) -> None:
        """Show news on the desktop; an open window shows the ends of jobs itself."""
        is_shown_by_window = news.kind in (NoticeKind.ENDED, NoticeKind.FAILED)
        if not self._uses_desktop or (is_shown_by_window and desktop.has_window(self._s.database.folder)):
            return
        button = translate(_SHOW, self._settings.language)
        title, body = news.notice.title, news.notice.body
        self._shown.append(desktop.start(title, body, button, news.job, self._s.database.folder))

    @property
    def _uses_desktop(self) -> bool:
        return self._settings.desktop and self._has_desktop

    def _is_recent(self, at: str) -> bool:
        return self._s.clock() - parsed(at) < _FOR

    def _clock(self) -> str:
        return stored(self._s.clock())

    # ---- a disk that is full

    def _tell_disk_full(self, waiting: list[Job]) -> None:
        """Once for each time that the disk is full, also when the engine starts again meanwhile."""
        if self._is_marked:
            return
        self._is_marked = True
        for folder in runtime_folders(self._s.database.folder, make=True):
            mark = folder / _DISK_MARK
            if mark.exists():
                return
            try:
                ensure(mark, 0o600)
            except OSError:
                continue
            break
        else:
            return  # without a mark it could be sent again by the next engine
        at = self._clock()
        notice = disk_notice(waiting, at, self._settings.language)
        news = _News(NoticeKind.DISK, "disk", waiting[0].id, notice, at)
        self._unstored = {d.key: d for d in self._to_all(news)}
        self._show(news)

    def _disk_works(self) -> None:
        self._full_since = None
        if self._is_marked is False:
            return
        for folder in runtime_folders(self._s.database.folder, make=False):
            with suppress(OSError):
                (folder / _DISK_MARK).unlink(missing_ok=True)
        self._is_marked = False

    # ---- attempts

    def _begin_due(self) -> None:
        moment = self._clock()
        for each in [*(self._waiting or {}).values(), *self._unstored.values()]:
            if each.key in self._attempts or each.due > moment:
                continue
            address = self._address(each)
            if address is None:
                self._finish(each)
                continue
            marked = replace(each, is_sending=True, tries=each.tries + 1)
            self._store(marked)
            notice = Notice(each.title, each.body)
            future = self._threads.submit(self._sending, address.url, notice)
            future.add_done_callback(lambda _: self._s.wake())
            self._attempts[each.key] = future

    def _address(self, delivery: Delivery) -> Address | None:
        return next((a for a in self._settings.addresses if a.id == delivery.address), None)

    def _take_results(self) -> None:
        for key, future in [(k, f) for k, f in self._attempts.items() if f.done()]:
            each = self._unstored.get(key) or (self._waiting or {})[key]
            error = future.exception()
            attempt = (
                future.result()
                if error is None
                else Attempt(Outcome.UNKNOWN, text("{error}", error=str(error)))
            )
            if attempt.outcome is Outcome.SENT:
                self._finish(each)
            elif attempt.outcome is Outcome.UNKNOWN or not self._is_recent(each.at):
                self._finish(each, attempt.reason)
            else:
                pause = _RETRY_S[min(each.tries, len(_RETRY_S)) - 1]
                due = self._s.clock() + timedelta(seconds=pause)
                self._store(replace(each, is_sending=False, due=stored(due)))
            del self._attempts[key]

    def _store(self, delivery: Delivery) -> None:
        if delivery.key in self._unstored:
            self._unstored[delivery.key] = delivery
            return
        assert self._waiting is not None
        with self._s.database.write() as connection:
            deliveries.put(connection, delivery)
        self._waiting[delivery.key] = delivery

    def _finish(self, delivery: Delivery, why_not: Text | None = None) -> None:
        """Forget a delivery; one that failed becomes an event of its job."""
        if self._unstored.pop(delivery.key, None) is not None:
            if why_not is not None:
                _log.warning("a notification of a full disk was not sent: %s", why_not)
            return
        with self._s.database.write() as connection:
            deliveries.remove(connection, delivery)
            if why_not is not None and jobs.exists(connection, delivery.job):
                address = self._address(delivery)
                message = text(
                    "A notification to {address} was not sent: {reason}.",
                    address=address.label if address else "?",
                    reason=why_not,
                )
                events.add(connection, delivery.job, "notification_failed", message, level="warning")
        if self._waiting is not None:
            self._waiting.pop(delivery.key, None)

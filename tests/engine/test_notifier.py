"""Notifications: each arrives once, over failures of the network and ends of the engine."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from bayescore.app import notifications
from bayescore.errors import StoreError
from bayescore.i18n import language, set_language, text
from bayescore.notify.sending import Attempt
from bayescore.notify.settings import NoticeKind
from bayescore.store import JobState, TrialState, events, jobs, trials
from bayescore.store import settings as stored
from support.builders import a_submission
from support.notice_desk import LOST, REFUSED, SENT, Desk, opened_desk
from support.notice_server import SECRET
from support.small_disk import SmallDisk
from support.stored_jobs import add_job
from support.workspace import wait_until


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    yield from opened_desk(tmp_path)


# ---- what is announced


def test_that_the_end_of_a_job_is_announced_once(desk: Desk) -> None:
    desk.end_job()
    desk.step()
    desk.step()
    desk.start()
    desk.step()
    (_url, notice), *others = desk.received
    assert others == []
    assert notice.title == "test: succeeded"
    assert notice.body.splitlines()[:3] == [
        "Best score: 1, trial 2",
        "x = 0.2",
        "2 of 10 trials have ended",
    ]


@pytest.mark.parametrize(
    ("state", "kind", "title"),
    [
        (JobState.SUCCEEDED, NoticeKind.ENDED, "test: succeeded"),
        (JobState.CANCELLED, NoticeKind.ENDED, "test: cancelled"),
        (JobState.FAILED, NoticeKind.FAILED, "test: failed"),
        (JobState.SYSTEM_ERROR, NoticeKind.FAILED, "test: system error"),
    ],
)
def test_that_only_the_chosen_events_are_announced(
    desk: Desk, state: JobState, kind: NoticeKind, title: str
) -> None:
    notifications.choose(desk.database, set(NoticeKind) - {kind})
    desk.step()
    desk.end_job(state)
    desk.step()
    assert desk.received == []
    notifications.choose(desk.database, {kind})
    desk.step()
    desk.end_job(state)
    desk.step()
    assert [notice.title for _, notice in desk.received] == [title]


def test_that_a_new_best_trial_is_announced_and_the_first_one_is_not(desk: Desk) -> None:
    notifications.choose(desk.database, {NoticeKind.BEST})
    job = add_job(desk.database, *[TrialState.RUNNING] * 4)
    with desk.database.read() as connection:
        running = trials.of_job(connection, job.id)
    for trial, value in zip(running, (0.5, 0.4, 0.7, 0.6), strict=True):
        with desk.database.write() as connection:
            trials.move(connection, trial, TrialState.SUCCEEDED, value=value)
        desk.step()
    assert [notice.body.splitlines()[0] for _, notice in desk.received] == ["Best score: 0.7, trial 3"]


def test_that_the_text_is_in_the_language_of_whoever_has_chosen_last(desk: Desk) -> None:
    before = language()
    set_language("zh")
    try:
        notifications.keep_language(desk.database)
    finally:
        set_language(before)
    desk.end_job()
    desk.step()
    assert desk.received[0][1].title == "test：已完成"


def test_that_the_text_has_no_paths_and_no_control_characters(desk: Desk) -> None:
    with desk.database.write() as connection:
        job = jobs.add(connection, a_submission(name="night\x1b[2J\nX"))
        jobs.move(connection, job.id, JobState.RUNNING)
        given = {"data": "/home/me/secret/train.csv", "other": "C:\\Users\\me\\a.csv", "lr": 0.1 + 0.2}
        trial = trials.add(connection, job.id, 1, given, "random")
        trial = trials.move(connection, trial, TrialState.STARTING)
        trials.move(connection, trial, TrialState.SUCCEEDED, value=1.0)
        jobs.move(connection, job.id, JobState.SUCCEEDED)
        events.add(connection, job.id, "ended", text("The job has ended."))
    desk.step()
    notice = desk.received[0][1]
    assert notice.title == "night [2J X: succeeded"
    assert notice.body.splitlines()[1:4] == ["data = train.csv", "other = a.csv", "lr = 0.3"]


def test_that_what_happened_before_the_first_address_is_not_told(tmp_path: Path) -> None:
    desk = Desk(tmp_path, addresses=0)
    desk.end_job()
    desk.step()
    notifications.add(desk.database, "json://x", check=lambda _url: "JSON")
    desk.step()
    assert desk.received == []
    desk.end_job()
    desk.step()
    assert len(desk.received) == 1
    desk.database.close()


# ---- failures


def test_that_a_notification_is_repeated_until_the_server_takes_it(desk: Desk) -> None:
    desk.answer = lambda: REFUSED
    job = desk.end_job()
    desk.step()
    for _ in range(4):
        desk.wait(minutes=2)
    assert desk.received == []
    desk.answer = lambda: SENT
    desk.wait(minutes=10)
    desk.wait(minutes=10)
    assert len(desk.received) == 1
    assert desk.failures(job) == []
    assert not desk.notifier.is_busy


def test_that_it_is_given_up_after_an_hour_with_an_event_that_says_why(desk: Desk) -> None:
    desk.answer = lambda: REFUSED
    job = desk.end_job()
    desk.step()
    for _ in range(8):
        desk.wait(minutes=10)
    assert desk.failures(job) == ["A notification to JSON was not sent: HTTP 503."]
    desk.answer = lambda: SENT
    desk.wait(minutes=10)
    assert desk.received == []
    assert not desk.notifier.is_busy


def test_that_one_that_may_have_arrived_is_not_repeated(desk: Desk) -> None:
    desk.answer = lambda: LOST
    job = desk.end_job()
    desk.step()
    desk.wait(minutes=10)
    assert len(desk.received) == 1
    assert desk.failures(job) == ["A notification to JSON was not sent: the server did not answer in time."]


def test_that_a_slow_server_holds_up_neither_the_engine_nor_other_addresses(tmp_path: Path) -> None:
    desk = Desk(tmp_path, addresses=2)
    desk.notifier.step()
    release, lock, is_first = threading.Event(), threading.Lock(), [True]

    def slow_once() -> Attempt:
        with lock:
            is_slow, is_first[0] = is_first[0], False
        if is_slow:
            release.wait(60)
        return SENT

    desk.answer = slow_once
    desk.end_job()
    desk.notifier.step()
    wait_until(lambda: len(desk.received) == 1, "the other address gets nothing")
    desk.end_job()
    desk.notifier.step()
    wait_until(lambda: len(desk.received) == 3, "a later notification waits")
    release.set()
    wait_until(lambda: len(desk.received) == 4, "the slow one is lost")
    desk.database.close()


def test_that_an_engine_that_ends_during_an_attempt_sends_it_no_second_time(desk: Desk) -> None:
    release = threading.Event()
    desk.answer = lambda: SENT if release.wait(60) else LOST
    job = desk.end_job()
    desk.notifier.step()  # the attempt is under way, and the engine is killed
    desk.start()
    desk.answer = lambda: SENT
    desk.step()
    assert desk.received == []
    assert "may have arrived" in desk.failures(job)[0]
    release.set()


def test_that_an_engine_that_ends_before_an_attempt_leaves_it_to_the_next(desk: Desk) -> None:
    desk.answer = lambda: REFUSED
    desk.end_job()
    desk.step()
    desk.start()
    desk.answer = lambda: SENT
    desk.wait(minutes=1)
    assert len(desk.received) == 1


def test_that_nothing_is_sent_to_an_address_that_was_removed(desk: Desk) -> None:
    desk.answer = lambda: REFUSED
    desk.end_job()
    desk.step()
    notifications.remove(desk.database, notifications.current(desk.database).addresses[0].id)
    desk.answer = lambda: SENT
    desk.wait(minutes=10)
    assert desk.received == []
    assert not desk.notifier.is_busy


@settings(max_examples=25)
@given(st.lists(st.sampled_from(["end", "down", "up", "lost", "crash", "minutes", "hour"]), max_size=14))
def test_that_nothing_arrives_twice_whatever_happens(
    tmp_path_factory: pytest.TempPathFactory, happenings: list[str]
) -> None:
    desk = Desk(tmp_path_factory.mktemp("desk"), addresses=2)
    desk.step()
    answers = {"down": REFUSED, "up": SENT, "lost": LOST}
    for what in happenings:
        if what == "end":
            desk.end_job()
        elif what == "crash":
            desk.start()
        elif what in answers:
            desk.answer = lambda answer=answers[what]: answer  # type: ignore[misc]
        else:
            desk.moment += timedelta(minutes=10) if what == "minutes" else timedelta(hours=1)
        desk.step()
    with desk.database.read() as connection:
        ended = len(jobs.identifiers(connection))
    assert len(desk.received) <= 2 * ended
    if set(happenings) <= {"end", "crash", "up", "minutes"}:
        assert len(desk.received) == 2 * ended
    desk.database.close()


# ---- a disk that is full


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting needs root")
def test_that_a_full_disk_is_announced_once_also_by_the_next_engine_and_again_the_next_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime = tmp_path / "run"
    runtime.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
    disk = SmallDisk(tmp_path / "home")
    desk = Desk(disk.folder)
    job = add_job(desk.database, TrialState.RUNNING)
    desk.step()

    def write_on() -> None:
        while True:
            with desk.database.write() as connection:
                stored.put(connection, "filler", os.urandom(2**14).hex())

    def fill() -> None:
        disk.fill()
        with pytest.raises(StoreError):
            write_on()

    def wait_without_store() -> None:
        for _ in range(4):
            desk.moment += timedelta(seconds=4)
            desk.notifier.step_without_store([job])
        wait_until(lambda: all(f.done() for f in desk.notifier._attempts.values()), "it is not sent")
        desk.notifier.step_without_store([job])

    try:
        fill()
        wait_without_store()
        desk.start()
        wait_without_store()
        assert [notice.title for _, notice in desk.received] == ["1 job waits: the disk is full"]
        disk.free()
        desk.step()
        fill()
        wait_without_store()
        assert len(desk.received) == 2
    finally:
        desk.database.close()
        disk.unmount()


# ---- secrets


def test_that_an_address_is_in_one_private_file_only(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    desk.answer = lambda: REFUSED
    desk.end_job()
    for _ in range(9):
        desk.wait(minutes=10)
    root = desk.database.folder.root
    holding = [f for f in root.rglob("*") if f.is_file() and SECRET.encode() in f.read_bytes()]
    assert holding == [desk.database.folder.notifications]
    assert holding[0].stat().st_mode & 0o077 == 0
    assert SECRET not in caplog.text
    assert SECRET not in repr(notifications.current(desk.database))


def test_that_a_file_that_others_can_read_is_not_used(desk: Desk) -> None:
    file = desk.database.folder.notifications
    file.chmod(0o644)
    with pytest.raises(StoreError, match="chmod 600"):
        notifications.current(desk.database)


def test_that_a_job_that_was_continued_meanwhile_is_not_announced_as_ended(desk: Desk) -> None:
    job = desk.end_job()
    with desk.database.write() as connection:
        jobs.begin_run(connection, job.id)
    desk.step()
    assert desk.received == []


def test_that_damaged_rows_of_the_store_do_not_stop_notifications(desk: Desk) -> None:
    with desk.database.write() as connection:
        stored.put(connection, "notify.seen", "[1]")
        stored.put(connection, "notify.delivery.x", '{"key": 1}')
    desk.start()
    desk.step()
    desk.end_job()
    desk.step()
    assert len(desk.received) == 1


# ---- the end of an engine


def test_that_an_engine_that_is_stopped_notes_what_has_arrived_and_waits_for_no_slow_server(
    desk: Desk,
) -> None:
    desk.end_job()
    desk.notifier.step()
    desk.notifier.close()
    desk.start()
    desk.step()
    assert len(desk.received) == 1
    release = threading.Event()
    desk.answer = lambda: SENT if release.wait(60) else LOST
    job = desk.end_job()
    desk.notifier.step()
    began = time.monotonic()
    desk.notifier.close()
    assert time.monotonic() - began < 30
    release.set()
    assert desk.failures(job) == []

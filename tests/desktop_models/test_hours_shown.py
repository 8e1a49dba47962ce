"""What the window and the command line say of a job that waits for its hours."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from time import tzset

import pytest

from bayescore.config import JobChange, LocalSettings
from bayescore.config.hours import Hours
from bayescore.results.job_changes import change_text
from bayescore.results.job_texts import opening_of, opening_text
from bayescore.store import JobState
from bayesdesk.models.configuration import groups_of
from bayesdesk.models.header import header_of
from bayesdesk.models.job_list import short_line, status_line
from bayesdesk.models.snapshot import Change, JobRow, difference
from support.views import S, a_job, a_summary, a_trial, a_view

NOON = datetime(2026, 11, 28, 4, tzinfo=UTC)  # in Shanghai
EVENING = NOON + timedelta(hours=8)
NIGHT = LocalSettings(hours=Hours(when="20:00-08:00"))


@pytest.fixture(autouse=True)
def shanghai(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    tzset()
    yield
    monkeypatch.undo()
    tzset()


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (EVENING, "waits for its hours, begins 20:00"),
        (EVENING + timedelta(days=2), "waits for its hours, begins 11-30 20:00"),
    ],
)
def test_that_the_opening_is_shown_by_the_clock_and_its_day_if_it_is_not_soon(
    moment: datetime, words: str
) -> None:
    assert str(opening_text(moment, NOON)) == words


@pytest.mark.parametrize(
    ("state", "opening"),
    [
        (JobState.RUNNING, EVENING),
        (JobState.QUEUED, EVENING),
        (JobState.PAUSED, None),
        (JobState.SUCCEEDED, None),
    ],
)
def test_that_only_a_job_that_would_run_waits_for_its_hours(
    state: JobState, opening: datetime | None
) -> None:
    assert opening_of(a_job(state=state, local=NIGHT), NOON) == opening
    assert opening_of(a_job(state=state, local=NIGHT), EVENING) is None


def test_that_header_and_list_show_what_a_job_waits_for() -> None:
    view = a_view(
        [a_trial(1, 0.9), a_trial(2, None, S.RUNNING, ended_at=None)], opening=EVENING, seconds_left=60.0
    )
    assert header_of(view).time_left == "–"
    assert header_of(view).progress.startswith("1 of 10 · 1 running · waits for its hours, begins ")
    row = JobRow(a_summary(), 1, None, 60.0, opening=EVENING)
    assert status_line(row) == short_line(row)
    assert status_line(row).startswith("1 of 10 · begins ")
    assert difference(view, a_view(view.trials)) & Change.STATE


def test_that_the_configuration_shows_the_hours() -> None:
    local = LocalSettings(hours=Hours(when="sat", zone="Asia/Shanghai"))
    shown = {s.title: s.value for g in groups_of(a_job(local=local)) for s in g.settings}
    assert shown["Hours in which trials begin"] == "sat (Asia/Shanghai)"


@pytest.mark.parametrize(
    ("before", "written", "after", "words"),
    [
        (None, "sat", Hours(when="sat"), "none → sat"),
        (Hours(when="sun", give_back=True), "sat", Hours(when="sat", give_back=True), "sun → sat"),
        (Hours(when="sun"), "none", None, "sun → none"),
    ],
)
def test_that_the_hours_of_a_running_job_are_changed(
    before: Hours | None, written: str, after: Hours | None, words: str
) -> None:
    local, change = LocalSettings(hours=before), JobChange(hours=written)
    assert change.of_local(local).hours == after
    assert words in str(change_text(a_job(local=local), change))

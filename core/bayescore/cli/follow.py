"""Following a job: a live table on a terminal, plain lines elsewhere."""

from __future__ import annotations

import json
import signal
import sys
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import TYPE_CHECKING, Any

from bayescore.app import engine_control
from bayescore.cli.output import aside, number, printable, write
from bayescore.i18n import _, n_, translate
from bayescore.results import best, ended_count, gain_text, time_left
from bayescore.results.early_stops import early_stops
from bayescore.results.job_texts import budget_text, opening_of, opening_text, stops_text
from bayescore.store import (
    STATE_NAMES,
    ChangeWatch,
    Database,
    Event,
    Job,
    JobState,
    Trial,
    TrialState,
    events,
    jobs,
    settings,
    transfers,
    trials,
)
from bayescore.times import now, utc

if TYPE_CHECKING:
    from rich.console import RenderableType

_POLL_S = 0.1
_ENGINE_CHECK_S = 3.0
_SHOWN_TRIALS = 15
_STYLES = {TrialState.FAILED: "red", TrialState.STOPPED_EARLY: "dim"}


def follow(database: Database, identifier: str, *, quiet: bool = False) -> int:
    """Show a job until it ends; Ctrl-C leaves it running.

    Parameters
    ----------
    quiet
        Keep standard output free: lines go to standard error.

    Returns
    -------
    int
        The exit code: 0 succeeded or exhausted, 1 ended otherwise, 130 interrupted.
    """
    is_interrupted = threading.Event()

    def interrupted(_number: int, _frame: FrameType | None) -> None:
        is_interrupted.set()  # the exception may be raised where Python ignores exceptions
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, interrupted)
    watcher = _Watcher(database, identifier, is_interrupted)
    try:
        if sys.stdout.isatty() and not quiet:
            job = _live(database, identifier, watcher)
        else:
            job = _lines(database, identifier, watcher, aside if quiet else write)
    except KeyboardInterrupt:
        aside()
        aside(_("The job continues. Stop it with: bayesdesk cancel {id}", id=identifier))
        return 130
    finally:
        signal.signal(signal.SIGINT, before)
    return exit_code(job)


def exit_code(job: Job) -> int:
    """What a command that waited for this job returns."""
    return 0 if job.state in (JobState.SUCCEEDED, JobState.EXHAUSTED) else 1


class _Watcher:
    """Waits for changes of a job, and starts the engine again if it was killed, but not if it was stopped."""

    def __init__(self, database: Database, identifier: str, is_interrupted: threading.Event) -> None:
        self._database = database
        self._identifier = identifier
        self._is_interrupted = is_interrupted
        self._watch = ChangeWatch(database.folder)
        self._next_check = time.monotonic() + _ENGINE_CHECK_S
        self._is_stopped = False

    def read(self) -> tuple[Job, list[Trial]]:
        """The job and its trials now."""
        with self._database.read() as connection:
            return jobs.get(connection, self._identifier), trials.of_job(connection, self._identifier)

    def wait(self, at_most: float) -> None:
        """Return when something has changed, or after a while."""
        until = time.monotonic() + at_most
        while time.monotonic() < until and not self._watch.changed():
            if self._is_interrupted.is_set():
                raise KeyboardInterrupt
            time.sleep(_POLL_S)
        if time.monotonic() >= self._next_check:
            self._next_check = time.monotonic() + _ENGINE_CHECK_S
            engine_control.resume(self._database)
            self._note_stop()

    def _note_stop(self) -> None:
        is_stopped = engine_control.is_stopped(self._database.folder)
        if is_stopped and not self._is_stopped:
            aside(_("The engine has been stopped. The job continues after: bayesdesk engine start"))
        self._is_stopped = is_stopped


def _lines(database: Database, identifier: str, watcher: _Watcher, show: Callable[[str], None]) -> Job:
    shown: dict[int, tuple[TrialState, int]] = {}
    cursor = 0
    while True:
        job, found = watcher.read()
        has_news = False
        with database.read() as connection:
            happened = events.of_job(connection, identifier, cursor)
        for event in happened:
            cursor = event.seq
            if event.kind != "ended" and not event.kind.startswith("trial_"):
                show(_event_line(event))
        for trial in found:
            if trial.state.ended and shown.get(trial.id) != (trial.state, trial.attempt):
                shown[trial.id] = (trial.state, trial.attempt)
                show(trial_line(job, trial, found))
                has_news = True
        if job.state.ended:
            show(end_line(job, found))
            return job
        if has_news and (left := budget_text(job, found, now())) is not None:
            show(str(left))
        watcher.wait(1.0)


def _event_line(event: Event) -> str:
    who = _("trial {number}: ", number=event.trial) if event.trial else ""
    return f"{who}{event.text}"


def trial_line(job: Job, trial: Trial, found: list[Trial]) -> str:
    """One line about a trial that has ended."""
    state = translate(STATE_NAMES[trial.state])
    words = " ".join(f"{k}={_shown(v)}" for k, v in trial.parameters.items())
    value = f" {job.metric}={number(trial.value)}" if trial.value is not None else ""
    ended = [t for t in found if t.state.ended]
    star = " *" if best(ended, job.config.hyper_tuning.goal) == trial else ""
    reason = f" ({trial.reason})" if trial.reason else ""
    return _("trial {number} {state}", number=trial.number, state=state) + f"{value}{star}  {words}{reason}"


def _shown(value: Any) -> str:
    return number(value) if isinstance(value, float) else str(value)


def end_line(job: Job, found: list[Trial]) -> str:
    """The state of a job, and its best trial."""
    state = translate(STATE_NAMES[job.state])
    line = _("Job {id}: {state}.", id=job.id, state=state)
    if job.reason:
        line += f" {job.reason}"
    winner = best(found, job.config.hyper_tuning.goal)
    if winner is not None:
        line += "\n" + _(
            "Best: trial {number}, {metric} = {value}",
            number=winner.number,
            metric=job.metric,
            value=number(winner.value),
        )
        if (gain := gain_text(job, found)) is not None:
            line += f", {gain}"
        line += "\n" + "\n".join(f"  {k}: {_shown(v)}" for k, v in winner.parameters.items())
    if (stops := stops_text(found)) is not None:
        line += f"\n{stops}"
    return line


def standing(job: Job, found: list[Trial]) -> str:
    """How far a job is, and what is left of its budget."""
    done = ended_count(found)
    line = n_("{done} of {count} trial", "{done} of {count} trials", job.max_trials, done=done)
    if stopped := early_stops(found).count:
        line += n_(", {count} stopped early", ", {count} stopped early", stopped)
    if job.state.ended:
        return line
    if (opening := opening_of(job, utc())) is not None:
        return f"{line}, {opening_text(opening, utc())}"
    if (left := time_left(job, found)) is not None:
        line += _(", about {minutes} min left", minutes=max(1, round(left / 60)))
    budget = budget_text(job, found, now())
    return line if budget is None else f"{line}\n{budget}"


# ---- the live table


def _live(database: Database, identifier: str, watcher: _Watcher) -> Job:
    from rich.live import Live  # here and below: rich is slow to import and only needed on a terminal

    with Live(refresh_per_second=8, transient=True) as live:
        while True:
            job, found = watcher.read()
            live.update(_picture(database, job, found))
            if job.state.ended:
                break
            watcher.wait(0.5)
    write(end_line(job, found))
    return job


def _picture(database: Database, job: Job, found: list[Trial]) -> RenderableType:
    from rich.console import Group
    from rich.progress_bar import ProgressBar
    from rich.table import Table
    from rich.text import Text

    winner = best(found, job.config.hyper_tuning.goal)
    names = [s.name for s in job.config.hyper_tuning.parameter_specs]
    table = Table(box=None, pad_edge=False, header_style="bold")
    for header in ("#", _("state"), job.metric, *names):
        table.add_column(Text(printable(header)), justify="right" if header == job.metric else "left")
    for trial in found[-_SHOWN_TRIALS:]:
        style = "bold green" if trial == winner else _STYLES.get(trial.state, "")
        cells = [str(trial.number), translate(STATE_NAMES[trial.state]), number(trial.value)]
        cells += [_shown(trial.parameters.get(n, "")) for n in names]
        table.add_row(*(Text(printable(cell)) for cell in cells), style=style)
    done = ended_count(found)
    state = standing(job, found)
    pull = _transfer_line(database, job) or _pull_line(database, job)
    bar = ProgressBar(total=job.max_trials, completed=done, width=50)
    name = printable(job.submission.name)
    title = Text(f"{name} {job.id}  {translate(STATE_NAMES[job.state])}", style="bold")
    return Group(title, table, bar, Text(printable(pull or state)))


def _transfer_line(database: Database, job: Job) -> str | None:
    with database.read() as connection:
        found = transfers.get(connection, job.id)
    return None if found is None else f"{found[0]}, {found[1]:.0%}"


def _pull_line(database: Database, job: Job) -> str | None:
    if job.state is not JobState.RUNNING:
        return None
    with database.read() as connection:
        stored = settings.get(connection, transfers.pull_key(job.id))
        if stored is None or trials.of_job(connection, job.id):
            return None
    progress = json.loads(stored)
    return n_(
        "Pulling {image}: {percent:.0f}%, {count} layer",
        "Pulling {image}: {percent:.0f}%, {count} layers",
        len(progress["layers"]),
        image=progress["image"],
        percent=100 * progress["share"],
    )

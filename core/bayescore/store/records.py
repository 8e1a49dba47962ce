"""Rows as values: what the store hands out and takes in."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from bayescore.config import LocalSettings, OpenBayesConfig
from bayescore.i18n import Text
from bayescore.store.states import JobState, TrialState

PROCESS = "process"  # the runner of trials that are programs of this machine
IMPORTED = "imported"  # the runner of a job that ran elsewhere: it never runs here


@dataclass(frozen=True)
class Input:
    """A folder that trials see under ``path``.

    Attributes
    ----------
    source
        The folder of this machine, and of the nodes of a cluster that are not in ``nodes``.
    nodes
        The folder of each node that has one of its own.
    """

    source: str
    path: str
    writable: bool = False
    nodes: Mapping[str, str] = field(default_factory=dict)

    def on(self, node: str) -> Input:
        """As the trials of one node see it."""
        return replace(self, source=self.nodes.get(node, self.source), nodes={})


@dataclass(frozen=True)
class Submission:
    """A job as it is wished for.

    Attributes
    ----------
    file_text
        ``openbayes.yaml`` as it was, byte order mark and line ends included.
    config
        What it came to, with the command line's options applied.
    midpoint
        Whether one trial at mid-range is wanted instead of a search.
    """

    name: str
    project: str
    file_text: str
    config: OpenBayesConfig
    local: LocalSettings
    runner: str
    seed: int
    endpoint: str | None = None
    image: str | None = None
    message: str = ""
    inputs: tuple[Input, ...] = ()
    history: tuple[str, ...] = ()
    midpoint: bool = False

    @property
    def is_imported(self) -> bool:
        """Whether it ran elsewhere: it can be looked at and learned from, and does not go on."""
        return self.runner == IMPORTED

    @property
    def has_place(self) -> bool:
        """Whether it says where its trials run; a restored job may have lost the address of its cluster."""
        return self.runner == PROCESS or self.endpoint is not None


@dataclass(frozen=True)
class Job:
    """A job as it stands."""

    seq: int
    id: str
    submission: Submission
    state: JobState
    reason: Text | None
    max_trials: int
    run_since: str
    created_at: str
    ended_at: str | None

    @property
    def config(self) -> OpenBayesConfig:
        """Settings of the job."""
        return self.submission.config

    @property
    def local(self) -> LocalSettings:
        """Settings of this machine, as they were when the job began."""
        return self.submission.local

    @property
    def metric(self) -> str:
        """Name of the objective."""
        return self.config.hyper_tuning.hyperparameter_metric


@dataclass(frozen=True)
class Forecast:
    """What the search expected when it suggested a trial, in the objective's unit.

    Attributes
    ----------
    mean, deviation
        Of the trial's objective.
    why
        What the trial is for: ``best_guess``, ``near_best`` or ``exploring``.
    gain, gain_low, gain_high
        Gain over the best that the next ``gain_trials`` trials can bring: expected, and an
        interval that holds it four out of five times.
    """

    mean: float
    deviation: float
    why: str
    gain: float
    gain_low: float
    gain_high: float
    gain_trials: int


@dataclass(frozen=True)
class Trial:
    """A trial as it stands; ``parameters`` are the tuned ones."""

    id: int
    job: str
    number: int
    attempt: int
    state: TrialState
    reason: Text | None
    exit_code: int | None
    origin: str
    parameters: dict[str, Any]
    value: float | None
    gpus: tuple[str, ...]
    handle: str | None
    token: str
    created_at: str
    started_at: str | None
    ended_at: str | None
    starred: bool = False
    note: str = ""
    foresight: Forecast | None = None


@dataclass(frozen=True)
class Point:
    """One reported value; ``seq`` is its place in the order of arrival."""

    seq: int
    trial: int
    attempt: int
    metric: str
    value: float
    at: float


@dataclass(frozen=True)
class Event:
    """Something that happened to a job or to one of its trials."""

    seq: int
    job: str
    trial: int | None
    at: str
    level: str
    kind: str
    text: Text


@dataclass(frozen=True)
class Request:
    """Something that the user wishes of a job."""

    seq: int
    job: str
    kind: str
    trial: int | None = None
    count: int | None = None


@dataclass(frozen=True)
class NewPoints:
    """What one request of a trial brings, in the order of its body."""

    job_seq: int
    trial: int
    attempt: int
    values: tuple[tuple[str, float], ...] = ()
    parameters: dict[str, Any] = field(default_factory=dict)
    clear: str | None = None


def to_column(value: float) -> float | None:
    """NaN as NULL."""
    return None if math.isnan(value) else value


def from_column(value: float | None) -> float:
    """NULL as NaN."""
    return math.nan if value is None else value


def dumps(value: Any) -> str:
    """Compact JSON that keeps Chinese readable."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

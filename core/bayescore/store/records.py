"""Rows of the store as dataclasses."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from bayescore.config import Goal, LocalSettings, OpenBayesConfig
from bayescore.i18n import Text
from bayescore.store.curve_records import CurveRecord
from bayescore.store.states import JobState, TrialState

PROCESS = "process"  # runner of trials that are processes of this machine
MEASURED = "measured"  # in place of an origin: the trial was measured elsewhere and not run
IMPORTED = "imported"  # in place of a runner: the job ran elsewhere and cannot be continued here
_NO_CURVE = CurveRecord()
_UNSEEN = "•••"  # in place of a value that is a secret


@dataclass(frozen=True)
class Input:
    """A folder that is mounted for trials at ``path``.

    Attributes
    ----------
    source
        Folder on this machine, and on the nodes of a cluster that are not in ``nodes``.
    nodes
        Folder on each node that has its own.
    """

    source: str
    path: str
    writable: bool = False
    nodes: Mapping[str, str] = field(default_factory=dict)

    def on(self, node: str) -> Input:
        """The input as it is on one node."""
        return replace(self, source=self.nodes.get(node, self.source), nodes={})


@dataclass(frozen=True)
class InPlace:
    """A file or folder of a project that trials use where it is: it is not copied.

    Attributes
    ----------
    path
        Its path in the project, with ``/``.
    source
        Its real path; outside the project if ``path`` is a link that leads out.
    files, size
        Number of files and their bytes when the job was submitted.
    is_whole
        Whether everything was counted; large folders outside the project are not.
    send
        Whether it is sent to the nodes of a cluster.
    """

    path: str
    source: str
    is_folder: bool = True
    writable: bool = False
    files: int = 1
    size: int = 0
    is_whole: bool = True
    send: bool = False


@dataclass(frozen=True)
class Uncopied:
    """What trials get no copy of.

    Attributes
    ----------
    in_place
        What is used where it is.
    outputs
        Paths of large outputs of earlier runs, which trials do not get at all.
    """

    in_place: tuple[InPlace, ...] = ()
    outputs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Submission:
    """A job as the user submits it.

    Attributes
    ----------
    file_text
        ``openbayes.yaml`` unchanged, with its byte order mark and line ends.
    config
        Its settings, with the options of the command line applied.
    midpoint
        Whether to run one trial at the middle of the search space instead of a search.
    environment
        The environment in which the job was started, for trials that run as processes. ``None`` in place of
        a value stands for a secret; ``None`` as a whole for a job that keeps none.
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
    uncopied: Uncopied = field(default_factory=Uncopied)
    history: tuple[str, ...] = ()
    midpoint: bool = False
    environment: Mapping[str, str | None] | None = None

    def shown_environment(self) -> dict[str, str]:
        """The environment in which the job was started; dots stand for secrets, ``\\xff`` for a byte."""
        return {
            _shown(name): _UNSEEN if value is None else _shown(value)
            for name, value in (self.environment or {}).items()
        }

    @property
    def is_imported(self) -> bool:
        """Whether the job ran elsewhere: it can be viewed and used as history, but not continued."""
        return self.runner == IMPORTED

    @property
    def has_endpoint(self) -> bool:
        """Whether it is known where to run trials; a restored job may lack the address of its cluster."""
        return self.runner == PROCESS or self.endpoint is not None


@dataclass(frozen=True)
class JobSummary:
    """What a list shows of a job: its row without the file, the settings and the inputs."""

    seq: int
    id: str
    name: str
    note: str
    tags: tuple[str, ...]
    archived: bool
    state: JobState
    reason: Text | None
    project: str
    runner: str
    metric: str
    goal: Goal
    max_trials: int
    created_at: str
    ended_at: str | None


@dataclass(frozen=True)
class JobFigures:
    """Figures of a job's trials; ``lowest`` and ``highest`` are finite values of succeeded ones."""

    ended: int = 0
    failed: int = 0
    stopped: int = 0  # early
    lowest: float | None = None
    highest: float | None = None

    def best(self, goal: Goal) -> float | None:
        """Best value in the direction of a goal."""
        return self.highest if goal is Goal.MAXIMIZE else self.lowest


@dataclass(frozen=True)
class Job:
    """A job and its state.

    Attributes
    ----------
    baseline
        Number of the trial that the user compares others with; ``None`` for the baseline of the settings.
    """

    seq: int
    id: str
    submission: Submission
    state: JobState
    reason: Text | None
    max_trials: int
    run_since: str
    created_at: str
    ended_at: str | None
    note: str = ""
    tags: tuple[str, ...] = ()
    archived: bool = False
    baseline: int | None = None

    @property
    def config(self) -> OpenBayesConfig:
        """Settings of ``openbayes.yaml``."""
        return self.submission.config

    @property
    def local(self) -> LocalSettings:
        """Settings of this machine at the time of the submission."""
        return self.submission.local

    @property
    def metric(self) -> str:
        """Name of the objective metric."""
        return self.config.hyper_tuning.hyperparameter_metric


@dataclass(frozen=True)
class Forecast:
    """Prediction of the search when it suggested a trial, in the unit of the objective.

    Attributes
    ----------
    mean, deviation
        Mean and standard deviation of the objective.
    why
        Purpose of the trial: ``best_guess``, ``near_best`` or ``exploring``.
    gain, gain_low, gain_high
        Improvement over the incumbent within the next ``gain_trials`` trials: expected value and 80 %
        interval.
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
    """A trial and its state; ``parameters`` are the tuned ones."""

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
    forecast: Forecast | None = None
    curve: CurveRecord = _NO_CURVE


@dataclass(frozen=True)
class Point:
    """A reported value; ``seq`` is its position in the order of arrival."""

    seq: int
    trial: int
    attempt: int
    metric: str
    value: float
    at: float


@dataclass(frozen=True)
class Event:
    """An event of a job or of one of its trials."""

    seq: int
    job: str
    trial: int | None
    at: str
    level: str
    kind: str
    text: Text


@dataclass(frozen=True)
class Request:
    """Something that the user asks the engine to do with a job."""

    seq: int
    job: str
    kind: str
    trial: int | None = None
    count: int | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class NewPoints:
    """The content of one report of a trial, in its order."""

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


def _shown(variable: str) -> str:
    return variable.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def dumps(value: Any) -> str:
    """Compact JSON without escapes for non-ASCII characters."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

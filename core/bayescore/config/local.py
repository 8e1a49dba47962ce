"""``openbayes.local.yaml``: settings of this machine."""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import StrEnum
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from bayescore.config.beliefs import Belief, read_expect_shape
from bayescore.config.early_stopping import EarlyStopping, read_early_stopping
from bayescore.config.hours import Hours, read_hours
from bayescore.config.known_sets import KnownSet, read_baseline_shape, read_shape
from bayescore.config.metric_sources import MetricSource, read_sources
from bayescore.config.models import Access
from bayescore.config.read_in_place import read_in_place, read_patterns
from bayescore.config.reader import Reader
from bayescore.config.yamltext import Path
from bayescore.i18n import text

DEFAULT_FORM = "--{name}={value}"  # as on the platform
_AMOUNT = r"([0-9]{1,18}(?:\.[0-9]{1,18})?)"
_SIZE = re.compile(rf"{_AMOUNT}\s*([kmgt]?)i?b?\Z", re.IGNORECASE)
_UNITS = {"": 1, "k": 2**10, "m": 2**20, "g": 2**30, "t": 2**40}
_MAX_BYTES = 2**63  # that Docker and the kernel accept
_DURATION = re.compile(rf"{_AMOUNT}\s*(s|m|min|h|d)?\Z", re.IGNORECASE)
_SECONDS = {None: 1, "s": 1, "m": 60, "min": 60, "h": 3600, "d": 86400}


class RunnerChoice(StrEnum):
    """What runs a trial."""

    AUTO = "auto"
    DOCKER = "docker"
    PROCESS = "process"
    RAY = "ray"


class NodeRunner(StrEnum):
    """What runs a trial on a node of a cluster."""

    DOCKER = "docker"
    PROCESS = "process"


class CommandShell(StrEnum):
    """The shell that runs the command of a trial."""

    SH = "sh"
    BASH = "bash"


class RaySettings(BaseModel):
    """The Ray cluster that trials run on.

    Attributes
    ----------
    address
        ``auto`` (the cluster that this machine belongs to) or ``HOST:PORT`` of its head.
    resources
        Ray resources that one trial requests, besides CPUs and GPUs.
    outputs
        Output files to copy back: ``all``, ``none``, or a pattern of file names such as ``*.pt``; the
        others stay on their node, and an event names it.
    patience
        Seconds a node may be unreachable before its trials are run again on other nodes.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    address: str = "auto"
    runner: NodeRunner = NodeRunner.DOCKER
    resources: dict[str, float] = Field(default_factory=dict)
    outputs: str = "all"
    patience: float = Field(default=180.0, gt=0)


class ObjectiveRule(StrEnum):
    """Which of a trial's reported values is its objective."""

    LAST = "last"
    BEST = "best"


class LocalSettings(BaseModel):
    """Settings of this machine; every one has a default.

    Attributes
    ----------
    gpus
        ``"all"``, ``"none"``, or indices and UUIDs of the GPUs that trials may use.
    parameters_as
        How a parameter is written on the command line: words with ``{name}`` and ``{value}``.
    gpus_per_trial
        GPUs that one trial gets; 0 for none.
    use_busy_gpus
        Whether trials also use GPUs on which other programs compute.
    cpus
        CPUs per trial; ``None`` for no limit.
    memory, shm_size
        Bytes per trial.
    pids_limit
        Processes and threads in the container of a trial.
    data
        Local folder for each ``data`` of a binding; on a cluster optionally one for each node, with
        ``default`` for the others.
    in_place, copied
        Patterns of what trials use where it is, with their access, and of what is copied whatever its
        size; ``copied`` is the key ``copy`` of the file.
    send
        Patterns of what is used in place that is sent to the nodes of a cluster.
    trial_timeout
        Seconds a trial may run.
    metrics
        Where metrics are read of a program that does not report them.
    early_stopping
        How hopeless trials are stopped; ``None`` for not at all.
    max_hours, max_gpu_hours
        Time after which the job ends with its best: of the clock, and of all its trials together on each GPU.
    hours
        When trials may begin; ``None`` for at any time.
    known, baseline
        Parameter sets that are run before any other, or were measured elsewhere, and the one that is run
        first; they are filled in when a job is prepared.
    expect
        Where the best value of a parameter is believed to be, by name; filled in when a job is prepared.
    max_failed_trials
        The job ends when this many trials have failed; ``None``: the first 3, or 5 in a row.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    runner: RunnerChoice = RunnerChoice.AUTO
    image: str | None = None
    registry_mirror: str | None = None
    python: str | None = None
    shell: CommandShell = CommandShell.SH
    parameters_as: str = DEFAULT_FORM
    gpus: Literal["all", "none"] | tuple[int | str, ...] = "all"
    gpus_per_trial: int = Field(default=1, ge=0)
    trials_per_gpu: int = Field(default=1, ge=1)
    use_busy_gpus: bool = False
    cpus: float | None = Field(default=None, gt=0)
    memory: int | None = Field(default=None, gt=0)
    shm_size: int | None = Field(default=None, gt=0)
    pids_limit: int = Field(default=4096, gt=0)
    data: dict[str, str | dict[str, str]] = Field(default_factory=dict)
    in_place: dict[str, Access] = Field(default_factory=dict)
    copied: tuple[str, ...] = Field(default=(), alias="copy")
    send: tuple[str, ...] = ()
    environment: dict[str, str] = Field(default_factory=dict)
    trial_timeout: float | None = Field(default=None, gt=0)
    max_failed_trials: int | None = Field(default=None, ge=1)
    early_stopping: EarlyStopping | None = None
    max_hours: float | None = Field(default=None, gt=0)
    max_gpu_hours: float | None = Field(default=None, gt=0)
    hours: Hours | None = None
    known: tuple[KnownSet, ...] = ()
    baseline: KnownSet | None = None
    expect: dict[str, Belief] = Field(default_factory=dict)
    seed: int | None = None
    objective: ObjectiveRule = ObjectiveRule.LAST
    inject_client: bool = True
    metrics: tuple[MetricSource, ...] = ()
    stop_when_exhausted: bool = True
    ray: RaySettings = Field(default_factory=RaySettings)


def parse_size(written: str) -> int | None:
    """Parse ``8g``, ``512 MB`` or ``1.5GiB`` into bytes; ``None`` when it is not a size."""
    match = _SIZE.match(written.strip())
    size = int(float(match[1]) * _UNITS[match[2].lower()]) if match else None
    return size if size is not None and size < _MAX_BYTES else None


def parse_duration(written: str) -> float | None:
    """Parse ``90``, ``30m`` or ``2h`` into seconds; ``None`` when it is not a duration."""
    match = _DURATION.match(written.strip())
    return float(match[1]) * _SECONDS[match[2].lower() if match[2] else None] if match else None


def written_duration(seconds: float) -> str:
    """A duration as the file writes it, in the largest unit of which it is a whole number."""
    for unit, size in (("h", 3600), ("m", 60)):
        if seconds >= size and seconds % size == 0:
            return f"{seconds / size:g}{unit}"
    return f"{seconds:g}"


def read_local(reader: Reader) -> LocalSettings | None:
    """Read the settings; ``None`` when there are errors."""
    data = reader.document.data
    if data is None:
        return LocalSettings()
    if not isinstance(data, dict):
        reader.error("wrong-type", (), text("The file must hold keys and values, like “runner: docker”."))
        return None
    reader.unknown_keys((), _READERS)
    found = {key: read(reader, (key,)) for key, read in _READERS.items() if reader.value((key,)) is not None}
    if any(p.severity == "error" for p in reader.problems):
        return None
    return LocalSettings(**{key: value for key, value in found.items() if value is not None})


def _choice(options: type[StrEnum]) -> Callable[[Reader, Path], Any]:
    return lambda reader, path: reader.choice(path, {o.value: o.value for o in options})


def _positive(integer: bool) -> Callable[[Reader, Path], Any]:
    def read(reader: Reader, path: Path) -> Any:
        value = reader.integer(path) if integer else reader.number(path)
        if value is not None and value <= 0:
            reader.error("out-of-range", path, text("“{name}” must be greater than 0.", name=path[-1]))
            return None
        return value

    return read


def _parsed(parse: Callable[[str], float | None], example: str) -> Callable[[Reader, Path], Any]:
    def read(reader: Reader, path: Path) -> Any:
        written = reader.text(path)
        value = parse(written) if written is not None else None
        if written is not None and not value:
            reader.error(
                "wrong-type",
                path,
                text(
                    "“{written}” is not a valid value; write it like {example}.",
                    written=written,
                    example=example,
                ),
            )
        return value

    return read


def _strings(reader: Reader, path: Path) -> Any:
    return {str(key): reader.text((*path, key)) or "" for key in reader.mapping(path) or {}}


def _ray(reader: Reader, path: Path) -> Any:
    if reader.mapping(path) is None:
        return None
    reader.unknown_keys(path, RaySettings.model_fields)
    found = {
        "address": reader.text((*path, "address")),
        "runner": _choice(NodeRunner)(reader, (*path, "runner")),
        "resources": _amounts(reader, (*path, "resources")),
        "outputs": reader.text((*path, "outputs")),
        "patience": _parsed(parse_duration, "3m")(reader, (*path, "patience")),
    }
    return RaySettings(**{key: value for key, value in found.items() if value is not None})


def _amounts(reader: Reader, path: Path) -> dict[str, float]:
    read = _positive(integer=False)
    found = {str(key): read(reader, (*path, key)) for key in reader.mapping(path) or {}}
    return {key: float(value) for key, value in found.items() if value is not None}


def _data_folders(reader: Reader, path: Path) -> Any:
    found: dict[str, str | dict[str, str]] = {}
    for key, value in (reader.mapping(path) or {}).items():
        item = (*path, key)
        found[str(key)] = _strings(reader, item) if isinstance(value, dict) else reader.text(item) or ""
    return found


def _form(reader: Reader, path: Path) -> Any:
    written = reader.text(path)
    if written is None:
        return None
    others = re.sub(r"\{name\}|\{value\}", "", written)
    if "{value}" not in written or "{name}" not in written or "{" in others or "}" in others:
        reader.error(
            "wrong-form",
            path,
            text(
                "“{name}” must contain {places}: {forms}.",
                name=path[-1],
                places="{name} {value}",
                forms='"--{name}={value}", "{name}={value}", "--{name} {value}"',
            ),
        )
        return None
    return written


def _gpus(reader: Reader, path: Path) -> Any:
    value = reader.value(path)
    if not isinstance(value, list):
        return reader.choice(path, {"all": "all", "none": "none"})
    gpus: dict[int | str, None] = {}
    for i, item in enumerate(value):
        if isinstance(item, bool) or not isinstance(item, int | str):
            reader.error("wrong-type", (*path, i), text("Name a GPU by its number or its UUID."))
        elif item in gpus:
            reader.warning("repeated-value", (*path, i), text("GPU {item} is listed twice.", item=item))
        else:
            gpus[item] = None
    return tuple(gpus) or "none"


def _gpus_per_trial(reader: Reader, path: Path) -> Any:
    value = reader.integer(path)
    if value is not None and value < 0:
        reader.error("out-of-range", path, text("“{name}” must not be negative.", name=path[-1]))
        return None
    share = reader.document.data.get("trials_per_gpu")
    if value is not None and value > 1 and isinstance(share, int) and share > 1:
        reader.error(
            "contradiction",
            path,
            text("A trial with several GPUs shares none: remove “gpus_per_trial” or “trials_per_gpu”."),
        )
    return value


_READERS: dict[str, Callable[[Reader, Path], Any]] = {
    "runner": _choice(RunnerChoice),
    "image": Reader.text,
    "registry_mirror": Reader.text,
    "python": Reader.text,
    "shell": _choice(CommandShell),
    "parameters_as": _form,
    "gpus": _gpus,
    "gpus_per_trial": _gpus_per_trial,
    "trials_per_gpu": _positive(integer=True),
    "use_busy_gpus": Reader.boolean,
    "cpus": _positive(integer=False),
    "memory": _parsed(parse_size, "8g"),
    "shm_size": _parsed(parse_size, "1g"),
    "pids_limit": _positive(integer=True),
    "data": _data_folders,
    "in_place": read_in_place,
    "copy": read_patterns,
    "send": read_patterns,
    "environment": _strings,
    "trial_timeout": _parsed(parse_duration, "2h"),
    "max_failed_trials": _positive(integer=True),
    "early_stopping": read_early_stopping,
    "max_hours": _positive(integer=False),
    "max_gpu_hours": _positive(integer=False),
    "hours": read_hours,
    "known": read_shape,
    "baseline": read_baseline_shape,
    "expect": read_expect_shape,
    "seed": Reader.integer,
    "objective": _choice(ObjectiveRule),
    "inject_client": Reader.boolean,
    "metrics": read_sources,
    "stop_when_exhausted": Reader.boolean,
    "ray": _ray,
}

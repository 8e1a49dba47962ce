"""Options of a start, and the settings of the files with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bayescore.config import Access, DataBinding, EarlyStopping, LocalSettings, OpenBayesConfig, RunnerChoice
from bayescore.config.read_root import parse_short_binding
from bayescore.errors import ConfigError
from bayescore.i18n import text
from bayescore.store import Job
from bayescore.trials.gpus import is_gpu_index


@dataclass(frozen=True)
class Options:
    """What the command line or the window sets in place of the files' settings; ``None`` keeps those.

    Attributes
    ----------
    data
        Data bindings as ``DATA:PATH`` or ``DATA:PATH:ro|rw``; they replace the file's.
    early_stopping
        Whether hopeless trials are stopped.
    midpoint
        Run one trial with parameters in the middle of their ranges.
    history
        Earlier jobs that the new one learns from; their own histories are included.
    """

    data: Sequence[str] = ()
    env: str | None = None
    message: str = ""
    name: str | None = None
    runner: str | None = None
    address: str | None = None
    image: str | None = None
    gpus: str | None = None
    seed: int | None = None
    command: str | None = None
    history: tuple[Job, ...] = ()
    early_stopping: bool | None = None
    midpoint: bool = False


def with_options(config: OpenBayesConfig, options: Options) -> OpenBayesConfig:
    """The settings of ``openbayes.yaml`` with those of the options.

    Raises
    ------
    ConfigError
        For a data binding that cannot be read.
    """
    changes: dict[str, object] = {}
    if options.env:
        changes["env"] = options.env
    if options.command:
        changes["command"] = options.command
    if options.data:
        changes["data_bindings"] = tuple(_binding(written) for written in options.data)
    return config.model_copy(update=changes)


def _binding(written: str) -> DataBinding:
    try:
        data, path, access = parse_short_binding(written)
    except ValueError:
        raise ConfigError(
            text("“{written}” is not DATA:PATH or DATA:PATH:ro|rw.", written=written),
            text("For example: -d ~/data/mnist:/input0"),
        ) from None
    return DataBinding(data=data, path=path, type=Access(access))


def local_with_options(local: LocalSettings, options: Options) -> LocalSettings:
    """The settings of ``openbayes.local.yaml`` with those of the options.

    Raises
    ------
    ConfigError
        For an unknown runner.
    """
    changes: dict[str, object] = {}
    if options.runner:
        try:
            changes["runner"] = RunnerChoice(options.runner.lower())
        except ValueError:
            raise ConfigError(text("The runner is one of: auto, docker, process, ray.")) from None
    if options.address:
        changes["ray"] = local.ray.model_copy(update={"address": options.address})
    if options.image:
        changes["image"] = options.image
    if options.seed is not None:
        changes["seed"] = options.seed
    if options.early_stopping is not None:
        settings = local.early_stopping or EarlyStopping()
        changes["early_stopping"] = settings if options.early_stopping else None
    if options.gpus:
        changes["gpus"] = parse_gpus(options.gpus)
    return local.model_copy(update=changes)


def parse_gpus(written: str) -> str | tuple[int | str, ...]:
    """``all``, ``none``, or indices and UUIDs separated by commas."""
    if written.lower() in ("all", "none"):
        return written.lower()
    parts = [part.strip() for part in written.split(",") if part.strip()]
    return tuple(int(part) if is_gpu_index(part) else part for part in parts)

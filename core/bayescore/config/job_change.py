"""Changes of the settings of a job that runs."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from bayescore.config.early_stopping import EarlyStopping
from bayescore.config.hours import Hours, parse_hours
from bayescore.config.local import LocalSettings
from bayescore.config.models import OpenBayesConfig
from bayescore.i18n import Text

MOST_TRIALS = 1000
NO_LIMIT: Literal["none"] = "none"
Limit = Annotated[float, Field(gt=0, allow_inf_nan=False)] | Literal["none"]


class JobChange(BaseModel):
    """What is changed; ``None`` stays as it is.

    Attributes
    ----------
    count
        Number of trials, beside those that were measured elsewhere or added by hand.
    parallel
        Number of trials at a time.
    early_stopping
        Whether hopeless trials are stopped.
    trial_timeout, max_failed_trials, max_hours, max_gpu_hours
        ``"none"`` removes the limit.
    hours
        Times and days at which trials may begin, as :func:`parse_hours` reads them; ``"none"`` for always.
        Whether trials are given back, and the time zone, stay as they are.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    count: int | None = Field(default=None, ge=1, le=MOST_TRIALS)
    parallel: int | None = Field(default=None, ge=1)
    gpus: Literal["all", "none"] | tuple[int | str, ...] | None = None
    trials_per_gpu: int | None = Field(default=None, ge=1)
    trial_timeout: Limit | None = None
    max_failed_trials: Annotated[int, Field(ge=1)] | Literal["none"] | None = None
    early_stopping: bool | None = None
    max_hours: Limit | None = None
    max_gpu_hours: Limit | None = None
    hours: str | None = None

    @field_validator("hours")
    @classmethod
    def _check_hours(cls, written: str | None) -> str | None:
        if written not in (None, NO_LIMIT) and isinstance(found := parse_hours(written), Text):
            raise ValueError(str(found))
        return written

    def of_config(self, config: OpenBayesConfig) -> OpenBayesConfig:
        """The settings of ``openbayes.yaml`` with the changes."""
        if self.parallel is None:
            return config
        tuning = config.hyper_tuning.model_copy(update={"parallel_count": self.parallel})
        return config.model_copy(update={"hyper_tuning": tuning})

    def of_local(self, local: LocalSettings) -> LocalSettings:
        """The settings of this machine with the changes."""
        found = self.model_dump(exclude={"count", "parallel", "early_stopping", "hours"}, exclude_none=True)
        for name in ("trial_timeout", "max_failed_trials", "max_hours", "max_gpu_hours"):
            if found.get(name) == NO_LIMIT:
                found[name] = None
        if self.early_stopping is not None:
            found["early_stopping"] = (
                (local.early_stopping or EarlyStopping()) if self.early_stopping else None
            )
        if self.hours == NO_LIMIT:
            found["hours"] = None
        elif self.hours is not None:
            before = local.hours or Hours(when=self.hours)
            found["hours"] = before.model_copy(update={"when": self.hours})
        return local.model_copy(update=found)

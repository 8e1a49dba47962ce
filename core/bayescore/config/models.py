"""The normalised settings of ``openbayes.yaml``.

The readers accept several spellings; these models contain the standard one.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

MAX_TRIALS = 100  # limit of the platform for one run
Number = int | float
ParameterValue = str | int | float | bool | None | list[Any] | dict[str, Any]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=True)


class Algorithm(StrEnum):
    """How the parameters of the next trial are chosen."""

    BAYESIAN = "Bayesian"
    RANDOM = "Random"
    GRID = "Grid"


class Goal(StrEnum):
    """Whether larger or smaller values of the objective are better."""

    MAXIMIZE = "MAXIMIZE"
    MINIMIZE = "MINIMIZE"


class Scale(StrEnum):
    """Scale of a numeric parameter between its bounds."""

    LINEAR = "UNIT_LINEAR_SCALE"
    LOG = "UNIT_LOG_SCALE"


class Access(StrEnum):
    """Whether a trial may write into a bound folder."""

    READ_ONLY = "ro"
    READ_WRITE = "rw"


class DoubleSpec(_Model):
    """A real number between two bounds, both included."""

    type: Literal["DOUBLE"] = "DOUBLE"
    name: str
    min_value: float
    max_value: float
    scale_type: Scale = Scale.LINEAR


class IntegerSpec(_Model):
    """An integer between two bounds, both included."""

    type: Literal["INTEGER"] = "INTEGER"
    name: str
    min_value: int
    max_value: int
    scale_type: Scale = Scale.LINEAR


class DiscreteSpec(_Model):
    """One of several numbers, whose order and distances matter."""

    type: Literal["DISCRETE"] = "DISCRETE"
    name: str
    discrete_values: tuple[Number, ...] = Field(min_length=1)


class CategoricalSpec(_Model):
    """One of several strings without an order."""

    type: Literal["CATEGORICAL"] = "CATEGORICAL"
    name: str
    categorical_values: tuple[str, ...] = Field(min_length=1)


NumericSpec = DoubleSpec | IntegerSpec
ParameterSpec = Annotated[
    DoubleSpec | IntegerSpec | DiscreteSpec | CategoricalSpec, Field(discriminator="type")
]
PARAMETER_SPECS: TypeAdapter[tuple[ParameterSpec, ...]] = TypeAdapter(tuple[ParameterSpec, ...])


class DataBinding(_Model):
    """A folder that is mounted for trials: its source, its path, and whether it is writable."""

    data: str
    path: str
    type: Access = Access.READ_ONLY
    name: str | None = None


class Secret(_Model):
    """A parameter that is passed to the program as an environment variable only.

    ``env`` is the name of the environment variable that holds the value when the job is submitted; ``None``
    for the older form with the value in the file.
    """

    env: str | None = None


class HyperTuning(_Model):
    """The ``hyper_tuning`` section."""

    max_job_count: int = Field(ge=1, le=MAX_TRIALS)
    parallel_count: int = Field(default=1, ge=1)
    hyperparameter_metric: str = Field(min_length=1)
    goal: Goal
    algorithm: Algorithm
    parameter_specs: tuple[ParameterSpec, ...] = Field(min_length=1)
    side_metrics: tuple[str, ...] = ()


class OpenBayesConfig(_Model):
    """A complete ``openbayes.yaml`` without errors."""

    data_bindings: tuple[DataBinding, ...] = ()
    resource: str | None = None
    env: str | None = None
    command: str
    node: int = 1
    parameters: dict[str, ParameterValue] = Field(default_factory=dict)
    secrets: dict[str, Secret] = Field(default_factory=dict)
    hyper_tuning: HyperTuning

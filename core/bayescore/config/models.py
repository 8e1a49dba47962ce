"""The settings of ``openbayes.yaml``, normalised: what every other part works with.

Reading the many spellings that files have is the readers' work; these models hold
the one spelling that is left after it.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

MAX_TRIALS = 100  # the platform's limit of one run
Number = int | float
ParameterValue = str | int | float | bool | None | list[Any] | dict[str, Any]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=True)


class Algorithm(StrEnum):
    """How the next trial's parameters are chosen."""

    BAYESIAN = "Bayesian"
    RANDOM = "Random"
    GRID = "Grid"


class Goal(StrEnum):
    """Whether larger or smaller values of the objective are better."""

    MAXIMIZE = "MAXIMIZE"
    MINIMIZE = "MINIMIZE"


class Scale(StrEnum):
    """Distribution of a numeric parameter between its ends."""

    LINEAR = "UNIT_LINEAR_SCALE"
    LOG = "UNIT_LOG_SCALE"


class Access(StrEnum):
    """Whether a trial may write into a bound folder."""

    READ_ONLY = "ro"
    READ_WRITE = "rw"


class DoubleSpec(_Model):
    """A real number between two ends, both included."""

    type: Literal["DOUBLE"] = "DOUBLE"
    name: str
    min_value: float
    max_value: float
    scale_type: Scale = Scale.LINEAR


class IntegerSpec(_Model):
    """A whole number between two ends, both included."""

    type: Literal["INTEGER"] = "INTEGER"
    name: str
    min_value: int
    max_value: int
    scale_type: Scale = Scale.LINEAR


class DiscreteSpec(_Model):
    """One of several numbers, whose order and distances mean something."""

    type: Literal["DISCRETE"] = "DISCRETE"
    name: str
    discrete_values: tuple[Number, ...] = Field(min_length=1)


class CategoricalSpec(_Model):
    """One of several texts, none nearer to one than to another."""

    type: Literal["CATEGORICAL"] = "CATEGORICAL"
    name: str
    categorical_values: tuple[str, ...] = Field(min_length=1)


NumericSpec = DoubleSpec | IntegerSpec
ParameterSpec = Annotated[
    DoubleSpec | IntegerSpec | DiscreteSpec | CategoricalSpec, Field(discriminator="type")
]
PARAMETER_SPECS: TypeAdapter[tuple[ParameterSpec, ...]] = TypeAdapter(tuple[ParameterSpec, ...])


class DataBinding(_Model):
    """A folder that trials see: what it is, where it appears, whether it may be written."""

    data: str
    path: str
    type: Access = Access.READ_ONLY
    name: str | None = None


class Secret(_Model):
    """A parameter that reaches the program as an environment variable only.

    ``env`` names the variable of the starting machine that holds the value; ``None``
    for the older form whose value stands in the file.
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
    """A whole ``openbayes.yaml`` whose job could start."""

    data_bindings: tuple[DataBinding, ...] = ()
    resource: str | None = None
    env: str | None = None
    command: str
    node: int = 1
    parameters: dict[str, ParameterValue] = Field(default_factory=dict)
    secrets: dict[str, Secret] = Field(default_factory=dict)
    hyper_tuning: HyperTuning

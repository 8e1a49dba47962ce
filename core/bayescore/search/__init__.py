"""The search: what to try next, and the model behind it.

:func:`suggest` returns the parameters of the next trial. :func:`fit` returns the model that the
Bayesian search uses, for plots. Both are pure functions of their arguments.
"""

from bayescore.search.fit import fit
from bayescore.search.records import (
    ExhaustedReason,
    GainForecast,
    Observation,
    Origin,
    Outcome,
    Prediction,
    Suggestion,
    Why,
)
from bayescore.search.space import Point, SearchSpace
from bayescore.search.suggest import suggest

__all__ = [
    "ExhaustedReason",
    "GainForecast",
    "Observation",
    "Origin",
    "Outcome",
    "Point",
    "Prediction",
    "SearchSpace",
    "Suggestion",
    "Why",
    "fit",
    "suggest",
]

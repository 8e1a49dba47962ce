"""What to try next."""

from bayescore.search.space import Point, SearchSpace
from bayescore.search.suggest import suggest
from bayescore.search.suggestion import ExhaustedReason, Observation, Origin, Outcome, Suggestion

__all__ = [
    "ExhaustedReason",
    "Observation",
    "Origin",
    "Outcome",
    "Point",
    "SearchSpace",
    "Suggestion",
    "suggest",
]

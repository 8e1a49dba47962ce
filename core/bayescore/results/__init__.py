"""Results of a job: best trial, model plots, narrower ranges, exports, changes to ``openbayes.yaml``."""

from bayescore.results.baseline import Baseline, baseline_of, gain_text
from bayescore.results.best import best, best_so_far, history
from bayescore.results.budget import BudgetLeft, budget_left, fits_budget
from bayescore.results.compare import Difference, differences
from bayescore.results.early_stops import EarlyStops, early_stops
from bayescore.results.export import (
    csv_text,
    dumps,
    job_json,
    parameters_yaml,
    points_csv,
    trial_json,
    trials_csv,
)
from bayescore.results.importance import LEAST_TRIALS, Importance, importances
from bayescore.results.lanes import Span, lanes
from bayescore.results.narrow import leading, narrowed, readable
from bayescore.results.observations import expected_value, observation_of
from bayescore.results.progress import ended_count, planned_seconds, time_left, usual_seconds
from bayescore.results.surface import Surface, surface
from bayescore.results.write_back import diff, replace_bytes, replace_file, with_parameters, with_specs

__all__ = [
    "LEAST_TRIALS",
    "Baseline",
    "BudgetLeft",
    "Difference",
    "EarlyStops",
    "Importance",
    "Span",
    "Surface",
    "baseline_of",
    "best",
    "best_so_far",
    "budget_left",
    "diff",
    "differences",
    "csv_text",
    "early_stops",
    "dumps",
    "ended_count",
    "expected_value",
    "fits_budget",
    "gain_text",
    "history",
    "importances",
    "job_json",
    "lanes",
    "leading",
    "narrowed",
    "observation_of",
    "parameters_yaml",
    "planned_seconds",
    "points_csv",
    "readable",
    "replace_bytes",
    "replace_file",
    "surface",
    "time_left",
    "trial_json",
    "trials_csv",
    "usual_seconds",
    "with_parameters",
    "with_specs",
]

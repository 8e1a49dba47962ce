"""What came out: the best trial, narrower ranges, exports, and writing back."""

from bayescore.results.best import best, best_so_far, history
from bayescore.results.export import dumps, job_json, parameters_yaml, points_csv, trial_json, trials_csv
from bayescore.results.importance import LEAST_TRIALS, Importance, importances
from bayescore.results.lanes import Span, lanes
from bayescore.results.narrow import leading, narrowed, readable
from bayescore.results.progress import time_left
from bayescore.results.write_back import diff, replace_bytes, replace_file, with_parameters, with_specs

__all__ = [
    "LEAST_TRIALS",
    "Importance",
    "Span",
    "best",
    "best_so_far",
    "diff",
    "dumps",
    "history",
    "importances",
    "job_json",
    "lanes",
    "leading",
    "narrowed",
    "parameters_yaml",
    "points_csv",
    "readable",
    "replace_bytes",
    "replace_file",
    "time_left",
    "trial_json",
    "trials_csv",
    "with_parameters",
    "with_specs",
]

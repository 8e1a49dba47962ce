"""What came out: the best trial, narrower ranges, exports, and writing back."""

from bayescore.results.best import best, history
from bayescore.results.export import dumps, job_json, parameters_yaml, points_csv, trial_json, trials_csv
from bayescore.results.narrow import leading, narrowed
from bayescore.results.write_back import diff, with_parameters, with_specs

__all__ = [
    "best",
    "diff",
    "dumps",
    "history",
    "job_json",
    "leading",
    "narrowed",
    "parameters_yaml",
    "points_csv",
    "trial_json",
    "trials_csv",
    "with_parameters",
    "with_specs",
]

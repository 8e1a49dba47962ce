"""What came out: the best trial, narrower ranges, exports, and writing back."""

from bayescore.results.best import best, best_so_far, history
from bayescore.results.export import dumps, job_json, parameters_yaml, points_csv, trial_json, trials_csv
from bayescore.results.narrow import leading, narrowed
from bayescore.results.progress import time_left
from bayescore.results.write_back import diff, replace_bytes, replace_file, with_parameters, with_specs

__all__ = [
    "best",
    "best_so_far",
    "diff",
    "dumps",
    "history",
    "job_json",
    "leading",
    "narrowed",
    "parameters_yaml",
    "points_csv",
    "replace_bytes",
    "replace_file",
    "time_left",
    "trial_json",
    "trials_csv",
    "with_parameters",
    "with_specs",
]

"""Charts of a job's trials and metrics."""

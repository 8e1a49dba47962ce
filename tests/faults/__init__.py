"""Real jobs with injected faults: nothing is lost, nothing runs twice, and each end is reported."""

"""Real jobs with injected faults: nothing is lost, nothing runs twice, and every end is recorded."""

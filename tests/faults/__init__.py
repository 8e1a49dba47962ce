"""Real jobs under faults: nothing is lost, nothing runs twice, and the end is told."""

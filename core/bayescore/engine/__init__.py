"""The loop that runs jobs, and the process that hosts it."""

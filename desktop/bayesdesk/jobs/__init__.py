"""The page of one job, and the list of jobs."""

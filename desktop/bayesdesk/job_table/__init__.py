"""The page with all jobs as a table."""

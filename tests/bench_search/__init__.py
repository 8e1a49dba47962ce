"""How good the search is, beside others: real trainings, functions with a known best, failing corners, noise."""

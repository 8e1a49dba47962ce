"""How one trial runs: its folder, its command line, its GPUs, and what runs it."""

from bayescore.trials.launch import Launch, Limits, TrialFolder

__all__ = ["Launch", "Limits", "TrialFolder"]

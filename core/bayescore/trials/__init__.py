"""How one trial runs: its folder, its command line, its GPUs, and what runs it."""

from bayescore.trials.launch import Content, Launch, Limits, TrialFolder, reporting

__all__ = ["Content", "Launch", "Limits", "TrialFolder", "reporting"]

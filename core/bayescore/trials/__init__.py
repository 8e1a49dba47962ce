"""How one trial runs: its folder, command line, image, GPUs, and runner."""

from bayescore.trials.launch import Content, Launch, Limits, TrialFolder, reporting

__all__ = ["Content", "Launch", "Limits", "TrialFolder", "reporting"]

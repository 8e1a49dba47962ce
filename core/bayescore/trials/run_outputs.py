"""Recognises the outputs of earlier runs in a project: by what a folder holds, not by its name alone."""

from __future__ import annotations

import re

NAMES = frozenset(("runs", "wandb", "mlruns", "lightning_logs", "checkpoints", "outputs", "multirun"))
# Files that training programs write and that people do not: the folder that holds one, and its name.
_WRITTEN = re.compile(
    r"""(?:^|/)(?:
        events\.out\.tfevents\.[^/]+                      # TensorBoard
      | (?:offline-)?run-[^/]+/files/[^/]+                # Weights & Biases
      | (?:offline-)?run-[^/]+/[^/]+\.wandb
      | wandb-metadata\.json
      | [0-9a-f]{32}/meta\.yaml                           # MLflow: a run
      | version_\d+/(?:hparams\.yaml|metrics\.csv)        # Lightning
      | epoch=[^/]+\.ckpt
      | trainer_state\.json | training_args\.bin          # Hugging Face
      | \.hydra/(?:config|overrides)\.yaml                # Hydra
      | train\d*/(?:results\.csv|args\.yaml)              # Ultralytics
    )$""",
    re.X,
)


def is_written_by_a_run(path: str) -> bool:
    """Whether a file, by its path, is one that training programs write."""
    return _WRITTEN.search(path) is not None

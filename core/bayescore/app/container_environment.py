"""Variables of the user's shell that programs in containers will miss."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

from bayescore.app.findings import Finding
from bayescore.app.starter_environment import is_secret
from bayescore.config import Severity
from bayescore.i18n import text
from bayescore.store import Submission

# What training programs and their libraries read: model hubs, trackers, proxies, caches, communication.
_READ = re.compile(
    r"(HF|HUGGING_?FACE|TRANSFORMERS|WANDB|MLFLOW|COMET|NCCL|MODELSCOPE)_.*"
    r"|(HTTP|HTTPS|ALL|NO|FTP)_PROXY|TORCH_HOME|PIP_INDEX_URL",
    re.IGNORECASE,
)


def missing_variables(submission: Submission, environment: Mapping[str, str]) -> Iterator[Finding]:
    """Variables that the shell has, programs of this kind read, and the job's containers do not get.

    Parameters
    ----------
    environment
        Of the shell or window that starts the job.
    """
    given = {*submission.local.environment, *submission.config.parameters, *submission.config.secrets}
    missing = {n: v for n, v in environment.items() if v and _READ.fullmatch(n) and n not in given}
    plain = {name: value for name, value in missing.items() if not is_secret(name, value)}
    if plain:
        lines = "\n".join(
            f"  {name}: {json.dumps(value, ensure_ascii=False)}" for name, value in plain.items()
        )
        yield Finding(
            "environment",
            Severity.WARNING,
            text("Containers do not get these variables of your shell: {names}", names=", ".join(plain)),
            text(
                "If the program needs them, add to openbayes.local.yaml:\n{lines}",
                lines=f"environment:\n{lines}",
            ),
        )
    for name in missing.keys() - plain.keys():
        yield Finding(
            "environment",
            Severity.WARNING,
            text("Containers do not get the secret {name} of your shell", name=name),
            text(
                "If the program needs it, add to “parameters” in openbayes.yaml:\n{line}",
                line=f"  {name}: {{is_secret: true, source: env, env: {name}}}",
            ),
        )

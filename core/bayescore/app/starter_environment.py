"""The environment of the shell or window that starts a job, which is what its processes get.

The engine may have been started days ago from another shell: its own environment says nothing about the job.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

# About the shell itself, or about the trial in which a job is started.
_NOT_KEPT = {"_", "SHLVL", "PWD", "OLDPWD", "JOB_UPDATE_URL", "JOB_ACCESS_TOKEN", "BAYESDESK_SPOOL"}
_NOT_KEPT_PREFIX = "OPENBAYES_"
_SECRET_WORDS = {
    *("APIKEY", "CREDENTIAL", "CREDENTIALS", "KEY", "PASSPHRASE"),
    *("PASSWD", "PASSWORD", "SECRET", "TOKEN"),
}
_SECRET_ENDS = {"AUTH", "PASS", "PAT", "PWD"}
_PASSWORD_IN_URL = re.compile(r"://[^/@\s]*:[^/@\s]*@")


@dataclass(frozen=True)
class StarterEnvironment:
    """Environment variables by name.

    Attributes
    ----------
    variables
        Those that may be stored and shown.
    secrets
        Those that must not reach a disk.
    """

    variables: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)

    def stored(self) -> dict[str, str | None]:
        """The variables as a job stores them: without the values of secrets."""
        return {**self.variables, **dict.fromkeys(self.secrets)}


def environment_of_starter(environment: Mapping[str, str], secret: Collection[str]) -> StarterEnvironment:
    """What a job keeps of the environment in which it is started.

    Parameters
    ----------
    secret
        Names of variables that the project declares as secrets.
    """
    found = StarterEnvironment()
    for name, value in environment.items():
        if name in _NOT_KEPT or name.startswith(_NOT_KEPT_PREFIX):
            continue
        hidden = name in secret or is_secret(name, value)
        (found.secrets if hidden else found.variables)[name] = value
    return found


def is_secret(name: str, value: str) -> bool:
    """Whether a variable looks like a secret: by its name, or by a password in its value."""
    words = name.upper().split("_")
    return (
        not _SECRET_WORDS.isdisjoint(words)
        or words[-1] in _SECRET_ENDS
        or _PASSWORD_IN_URL.search(value) is not None
    )

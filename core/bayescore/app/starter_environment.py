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
_SECRET_WORDS = {"CREDENTIAL", "CREDENTIALS", "KEY", "KEYS"}
_SECRET_ENDS = {"AUTH", "COOKIE", "DSN", "PAT", "PWD"}
# Also within a word, as in PGPASSWORD, SSHPASS and GHTOKEN.
_SECRET_WORD = re.compile(r".*(PASSWORD|PASSPHRASE|PASSWD|PASS|SECRET|TOKEN|APIKEY|ACCESSKEY)S?")
_SECRET_VALUES = (
    re.compile(r"://[^/@\s]{1,1000}@"),  # a URL with a password, or with a token in place of a name
    re.compile(
        r"(password|passwd|pwd|secret|token|api_?key|accesskey|accountkey|[?&]sig)[\"']?\s{0,3}[=:]\s{0,3}[^;&\s]",
        re.I,
    ),
    re.compile(r"\b(bearer|basic) [\w+/.~-]{8}", re.IGNORECASE),  # a header
    re.compile(r"\b(sk-|hf_|gh[a-z]_|github_pat_|glpat-|xox[a-z]-|eyJ|AKIA)[\w-]{16}"),
    re.compile(r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY"),
)


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
    """Whether a variable looks like a secret: by its name, or by a password, token or key in its value."""
    words = name.upper().split("_")
    return (
        not _SECRET_WORDS.isdisjoint(words)
        or words[-1] in _SECRET_ENDS
        or any(_SECRET_WORD.fullmatch(word) is not None for word in words)
        or any(pattern.search(value) is not None for pattern in _SECRET_VALUES)
    )

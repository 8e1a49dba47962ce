"""Running the official command line and passing on its output."""

from __future__ import annotations

import codecs
import os
import re
import subprocess
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bayescore.cloud.official import INSTALL
from bayescore.cloud.plan import Plan
from bayescore.errors import ConfigError
from bayescore.files import reason_of
from bayescore.i18n import text

_LINK = re.compile(r"https?://[^\s\"'<>，。]+")
_POLL_S = 0.1
_PART = 1 << 12


@dataclass(frozen=True)
class Outcome:
    """How the command ended: its exit code, and the last link in its output; empty without one."""

    code: int
    link: str


def run(
    plan: Plan, message: str, report: Callable[[str], None], cancelled: threading.Event | None = None
) -> Outcome:
    """Run the job on the platform as the plan says; blocks until the command ends.

    Parameters
    ----------
    report
        Called with the output of the command, as it comes.
    cancelled
        Stops the command when it is set; files that are uploaded by then stay there unused.

    Raises
    ------
    ConfigError
        When the plan may not run, or the command cannot be started.
    """
    if not plan.may_run:
        raise ConfigError(text("This cannot run on the platform yet."), text("See: bayesdesk cloud check"))
    return _official(plan.arguments(message), plan.project, report, cancelled)


def bind(
    plan: Plan, name: str, report: Callable[[str], None], cancelled: threading.Event | None = None
) -> Outcome:
    """Bind the folder to the project of that name on the platform, which is created if there is none.

    The official command line reads the file for this, so the file must be complete.

    Raises
    ------
    ConfigError
        When the command is not installed or cannot be started.
    """
    if plan.official is None:
        raise ConfigError(
            text("The official command line “bayes” is not installed."),
            text("Install it with: {command}", command=INSTALL),
        )
    arguments = [str(plan.official.program), "gear", "init", name]
    return _official(arguments, plan.project, report, cancelled)


def _official(
    arguments: list[str], folder: Path, report: Callable[[str], None], cancelled: threading.Event | None
) -> Outcome:
    try:
        process = subprocess.Popen(
            arguments,
            cwd=folder,
            env={**os.environ, "PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
    except OSError as error:
        raise ConfigError(
            text("The official command line cannot be started: {reason}.", reason=reason_of(error))
        ) from None
    ended = threading.Event()
    if cancelled is not None:
        threading.Thread(target=_terminate_when, args=(process, cancelled, ended), daemon=True).start()
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    output = ""
    assert process.stdout is not None
    with process.stdout as pipe:
        while part := os.read(pipe.fileno(), _PART):
            words = decoder.decode(part)
            output += words
            report(words)
    code = process.wait()
    ended.set()
    links = _LINK.findall(output)
    return Outcome(code, links[-1] if links and code == 0 else "")


def _terminate_when(
    process: subprocess.Popen[bytes], cancelled: threading.Event, ended: threading.Event
) -> None:
    while not ended.is_set():
        if cancelled.wait(_POLL_S):
            process.terminate()
            return

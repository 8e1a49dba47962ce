"""The arguments of ``bayesdesk-gui``, with help and errors in the language in use."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import NoReturn

from bayescore import __version__
from bayescore.i18n import _
from bayesdesk.single_instance import JOB


def read_target() -> str:
    """What to open: the path of a file or folder, ``job:ID``, or nothing."""
    parser = _Parser(prog="bayesdesk-gui", formatter_class=_Formatter, add_help=False)
    positional = parser.add_argument_group(_("Arguments"))
    positional.add_argument("path", nargs="?", default="", help=_("openbayes.yaml, or its folder"))
    options = parser.add_argument_group(_("Options"))
    options.add_argument("--job", default="", help=_("A job to show: its id, or “last”."))
    options.add_argument(
        "--version",
        action="version",
        version=f"bayesdesk {__version__}",
        help=_("Print the version and exit."),
    )
    options.add_argument("-h", "--help", action="help", help=_("Show this message and exit."))
    found = parser.parse_args()
    if found.job:
        return f"{JOB}{found.job}"
    return str(Path(found.path).absolute()) if found.path else ""


class _Formatter(argparse.HelpFormatter):
    def add_usage(
        self,
        usage: str | None,
        actions: Iterable[argparse.Action],
        groups: Iterable[argparse._MutuallyExclusiveGroup],
        prefix: str | None = None,
    ) -> None:
        super().add_usage(usage, actions, groups, prefix or _("Usage: "))


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Exit; argparse's message is English, so the arguments are shown instead."""
        del message
        self.print_usage(sys.stderr)
        words = _("These arguments are not valid: {arguments}", arguments=shlex.join(sys.argv[1:]))
        self.exit(2, "{}\n".format(_("error: {message}", message=words)))

"""The argument parser's own texts, in the language in use: headings of the help, and errors.

Typer formats them in English.  Its errors are recognised by their templates, which are in the catalogue.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import typer

from bayescore.i18n import N_, _, language, translate

if TYPE_CHECKING:
    from collections.abc import Iterator

_Error: Any = typer.BadParameter.__bases__[0]  # of every wrong usage; Typer does not export it
_Formatter: Any = typer.Context.formatter_class
# Later templates match what earlier ones match, too: the first one counts.
_ERRORS = (
    N_("No such option: {option} (Possible options: {names})"),
    N_("No such option: {option}"),
    N_("No such command {name}. Did you mean {names}?"),
    N_("No such command {name}."),
    N_("Missing command."),
    N_("Missing argument {name}."),
    N_("Missing option {name}."),
    N_("Option {name} requires an argument."),
    N_("Option {name} does not take a value."),
    N_("Got unexpected extra argument(s) ({names})"),
    N_("Invalid value for {name}: {detail}"),
    N_("Invalid value: {detail}"),
    N_("Input should be a valid integer, unable to parse string as an integer"),
    N_("Input should be less than or equal to {most}"),
    N_("Input should be greater than or equal to {least}"),
)
_QUOTED = re.compile(r"'([^']*)'")


def translated(message: str) -> str:
    """An error of the parser in the language in use; one that is not known stays as it is."""
    if language() == "en":
        return message
    for template in _ERRORS:
        found = _pattern(template).fullmatch(message)
        if found is not None:
            fields = {
                name: _QUOTED.sub(r"“\1”", translated(value)) for name, value in found.groupdict().items()
            }
            return translate(template).format_map(fields)
    return message


def _pattern(template: str) -> re.Pattern[str]:
    pieces = re.split(r"\{(\w+)\}", template)
    return re.compile(
        "".join(f"(?P<{piece}>.+?)" if i % 2 else re.escape(piece) for i, piece in enumerate(pieces)),
        re.DOTALL,
    )


class _ShownError(typer.BadParameter):
    """An error whose message is complete."""

    def format_message(self) -> str:
        return self.message


class _TranslatedFormatter(_Formatter):  # type: ignore[misc]
    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, args, prefix or _("Usage: "))


class _TranslatedContext(typer.Context):
    """Translates the texts of its command that Typer writes."""

    formatter_class = _TranslatedFormatter

    def __init__(self, command: Any, *arguments: Any, **options: Any) -> None:
        super().__init__(command, *arguments, **options)
        command.options_metavar = _("[OPTIONS]")
        if hasattr(command, "subcommand_metavar"):
            command.subcommand_metavar = _("COMMAND [ARGS]...")
        help_option = command.get_help_option(self)
        if help_option is not None:
            help_option.help = _("Show this message and exit.")

    def get_help(self) -> str:
        _translate_headings()
        return super().get_help()


def speak(command: Any) -> Any:
    """Make a command, and those below it, write help and usage in the language in use."""
    command.context_class = _TranslatedContext
    for each in getattr(command, "commands", {}).values():
        speak(each)
    return command


@contextmanager
def translated_errors() -> Iterator[None]:
    """Raise the parser's errors again in the language in use."""
    try:
        yield
    except _Error as error:
        _translate_headings()
        if isinstance(error, _ShownError) or type(error).__name__ == "NoArgsIsHelpError":  # the help itself
            raise
        raise _ShownError(translated(error.format_message()), ctx=error.ctx) from error
    except typer.Abort:
        _translate_headings()
        raise


def _translate_headings() -> None:
    """Typer's headings are constants of a module that is slow to import and only needed to show them."""
    from typer import rich_utils

    rich_utils.ARGUMENTS_PANEL_TITLE = _("Arguments")
    rich_utils.OPTIONS_PANEL_TITLE = _("Options")
    rich_utils.COMMANDS_PANEL_TITLE = _("Commands")
    rich_utils.ERRORS_PANEL_TITLE = _("Error")
    rich_utils.DEFAULT_STRING = translate(N_("[default: {}]"))
    rich_utils.REQUIRED_LONG_STRING = _("[required]")
    rich_utils.ABORTED_TEXT = _("Aborted.")
    rich_utils.RICH_HELP = translate(N_("Try [blue]'{command_path} {help_option}'[/] for help."))

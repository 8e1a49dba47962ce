"""The entry of the command line: language first, then the commands, then errors for people."""

from __future__ import annotations

import sys
from typing import Any, NoReturn

from bayescore.errors import BayesdeskError, ConfigError
from bayescore.i18n import LANGUAGES, preferred_language, set_language

FAILED = 1
WRONG_INPUT = 2
INTERRUPTED = 130


def main() -> NoReturn:
    """Run the command line and exit."""
    set_language(_language(sys.argv[1:]))
    from bayescore.cli.commands import application  # their help texts are in the language chosen above

    try:
        application()
    except BayesdeskError as error:
        _say(error)
        sys.exit(WRONG_INPUT if isinstance(error, ConfigError) else FAILED)
    except BrokenPipeError:  # a reader like "head" had enough
        sys.stderr.close()
        sys.exit(FAILED)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except Exception as error:
        _log_traceback(error)
        sys.exit(FAILED)
    sys.exit(0)


def _language(arguments: list[str]) -> str:
    """Language of ``--lang``, which must be known before the commands are, else the environment's."""
    for i, argument in enumerate(arguments):
        if argument == "--":
            break
        value = arguments[i + 1] if argument == "--lang" and i + 1 < len(arguments) else ""
        value = value or argument.removeprefix("--lang=") * argument.startswith("--lang=")
        if value in LANGUAGES:
            return value
    return preferred_language()


def _say(error: BayesdeskError) -> None:
    from bayescore.cli.output import complain

    complain(error.message, error.hint)


def _log_traceback(error: Exception) -> None:
    """Nobody is helped by a traceback in the terminal; whoever mends it is, by one in the log."""
    import traceback

    from bayescore.cli.output import complain
    from bayescore.files import append_to
    from bayescore.i18n import text
    from bayescore.store.data_folder import DataFolder

    file = DataFolder.default().root / "cli.log"
    details: Any = "".join(traceback.format_exception(error))
    try:
        DataFolder.default().prepare()
        with append_to(file) as log:
            log.write(details.encode("utf-8", "replace"))
    except (OSError, BayesdeskError):
        sys.stderr.write(details)
    complain(
        text("Something unexpected happened: {error}", error=f"{type(error).__name__}: {error}"),
        text("The details are in {file}.", file=file),
    )


if __name__ == "__main__":
    main()

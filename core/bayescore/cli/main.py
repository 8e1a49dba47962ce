"""The entry point of the command line: the language, the command, and errors as messages."""

from __future__ import annotations

import sys
from typing import Any, NoReturn

from bayescore.cli.output import accept_any_text, complain
from bayescore.errors import BayesdeskError, ConfigError
from bayescore.i18n import LANGUAGES, preferred_language, set_language, text

FAILED = 1
WRONG_INPUT = 2
INTERRUPTED = 130


def main() -> NoReturn:
    """Run the command line and exit."""
    accept_any_text()
    set_language(_language(sys.argv[1:]))
    from bayescore.cli.commands import application  # its help texts are translated when it is imported

    try:
        application()
    except BayesdeskError as error:
        complain(error.message, error.hint)
        sys.exit(WRONG_INPUT if isinstance(error, ConfigError) else FAILED)
    except BrokenPipeError:  # the reader, such as "head", has ended
        sys.stderr.close()
        sys.exit(FAILED)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except Exception as error:
        _log_traceback(error)
        sys.exit(FAILED)
    sys.exit(0)


def _language(arguments: list[str]) -> str:
    """Language of ``--lang``, which is needed before the commands are imported, or of the environment."""
    for i, argument in enumerate(arguments):
        if argument == "--":
            break
        value = arguments[i + 1] if argument == "--lang" and i + 1 < len(arguments) else ""
        value = value or argument.removeprefix("--lang=") * argument.startswith("--lang=")
        if value in LANGUAGES:
            return value
    return preferred_language()


def _log_traceback(error: Exception) -> None:
    """Write the traceback to a log file and show where it is."""
    import traceback  # the modules here are only needed for a bug

    from bayescore.files import append_to
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
        text("Unexpected error: {error}", error=f"{type(error).__name__}: {error}"),
        text("Details are in {file}.", file=file),
    )


if __name__ == "__main__":
    main()

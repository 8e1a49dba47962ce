"""Early stopping as it was last chosen on the command line, kept with the project."""

from __future__ import annotations

from pathlib import Path

from bayescore.app.local_edits import switch_early_stopping
from bayescore.config import LOCAL_FILE_NAME, EditError, YamlDocument
from bayescore.config.load import read_utf8
from bayescore.errors import ConfigError
from bayescore.i18n import text
from bayescore.results import replace_file


def remember_early_stopping(project: Path, *, on: bool) -> Path | None:
    """Write the choice into the file, which need not exist; returns the file if it has changed.

    Raises
    ------
    ConfigError
        When the file cannot be read or written, or holds something else than keys and values.
    """
    file = project / LOCAL_FILE_NAME
    written = read_utf8(file).decode("utf-8") if file.exists() else ""
    document = YamlDocument.parse(written)
    try:
        changed = document.apply(switch_early_stopping(document, on=on))
    except EditError as error:
        raise ConfigError(text("{file}: {error}", file=file, error=str(error))) from None
    if changed.text == document.text:
        return None
    replace_file(file, changed.text)
    return file

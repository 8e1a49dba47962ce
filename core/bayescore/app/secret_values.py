"""Values of a job's secrets, and the file's text without them."""

from __future__ import annotations

from collections.abc import Mapping

from bayescore.config import OpenBayesConfig, YamlDocument
from bayescore.config.masking import MASK
from bayescore.errors import ConfigError
from bayescore.i18n import text


def collect(config: OpenBayesConfig, file_text: str, environment: Mapping[str, str]) -> dict[str, str]:
    """Values of a job's secrets by parameter name.

    Raises
    ------
    ConfigError
        When a variable is unset or empty.
    """
    values: dict[str, str] = {}
    for name, secret in config.secrets.items():
        if secret.env is None:
            values[name] = str(YamlDocument.parse(file_text).data["parameters"][name]["value"])
            continue
        value = environment.get(secret.env, "")
        if not value:
            raise ConfigError(
                text(
                    "The secret “{name}” needs the environment variable {variable}, which is not set.",
                    name=name,
                    variable=secret.env,
                ),
                text("Set it first: export {variable}=…", variable=secret.env),
            )
        values[name] = value
    return values


def masked(config: OpenBayesConfig, file_text: str) -> str:
    """The file's text as it may be stored: secrets in clear text are replaced by a mask."""
    document = YamlDocument.parse(file_text)
    for name, secret in config.secrets.items():
        if secret.env is None:
            document = document.apply(document.set(("parameters", name, "value"), MASK))
    return document.text

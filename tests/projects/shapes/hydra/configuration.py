"""A configuration of groups of files, changed by ``key=value`` on the command line."""

import sys
from datetime import datetime
from pathlib import Path

GROUPS = ("optimizer", "model")


def compose(folder: Path, overrides: list[str]) -> dict[str, str]:
    """All values by their dotted keys."""
    if wrong := [given for given in overrides if given.startswith("-") or "=" not in given]:
        sys.exit(f"error: unrecognized arguments: {' '.join(wrong)}")
    given = dict(override.split("=", 1) for override in overrides)
    config = _read(folder / "config.yaml")
    config |= {key: given[key] for key in GROUPS if key in given}
    for group in GROUPS:
        file = folder / group / f"{config[group]}.yaml"
        config |= {f"{group}.{key}": value for key, value in _read(file).items()}
    if unknown := sorted(given.keys() - config.keys()):
        sys.exit(f"Could not override '{unknown[0]}'. Key '{unknown[0]}' is not in struct")
    return config | given


def output_folder(overrides: list[str]) -> Path:
    """A folder for this run, with the overrides."""
    folder = Path("outputs") / datetime.now().strftime("%Y-%m-%d/%H-%M-%S")
    (folder / ".hydra").mkdir(parents=True, exist_ok=True)
    (folder / ".hydra" / "overrides.yaml").write_text("".join(f"- {o}\n" for o in overrides))
    return folder


def _read(file: Path) -> dict[str, str]:
    lines = (line for line in file.read_text().splitlines() if line and not line.startswith("#"))
    return dict(line.split(": ", 1) for line in lines)

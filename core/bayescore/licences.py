"""The licences of everything that is shipped, read from what is installed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

_US = "bayesdesk"
_NAME = re.compile(r"[A-Za-z0-9._-]+")
_EXTRA = re.compile(r"extra\s*==\s*['\"]([\w-]+)['\"]")
_SHIPPED_EXTRAS = ("gui",)
_TEXTS = re.compile(r"licen[cs]e|copying|notice", re.IGNORECASE)


@dataclass(frozen=True)
class Shipped:
    """A package that Bayesdesk runs on, and what it says of its licence."""

    name: str
    version: str
    licence: str
    texts: tuple[str, ...]


def shipped() -> list[Shipped]:
    """What Bayesdesk and its window need, directly or not, as far as it is installed here; by name."""
    found: dict[str, Shipped] = {}
    waiting = [_US]
    while waiting:
        name = waiting.pop()
        try:
            package = metadata.distribution(name)
        except metadata.PackageNotFoundError:  # of another platform, or the window's and not wanted
            continue
        key = package.metadata["Name"].lower()
        if key in found:
            continue
        found[key] = Shipped(package.metadata["Name"], package.version, _licence(package), _texts(package))
        for requirement in package.requires or ():
            extra = _EXTRA.search(requirement)
            if extra is None or (key == _US and extra[1] in _SHIPPED_EXTRAS):
                waiting.append(_NAME.match(requirement)[0])  # type: ignore[index]  # each begins with a name
    return [found[key] for key in sorted(found)]


def _licence(package: metadata.Distribution) -> str:
    """The expression, else the free text where it is a name and no whole licence, else the classifiers."""
    about = package.metadata.json
    said = str(about.get("license_expression") or about.get("license") or "").strip()
    if said and "\n" not in said:
        return said
    classes = [c for c in about.get("classifier", ()) if c.startswith("License ::")]
    return ", ".join(c.rpartition(" :: ")[2] for c in classes) or said.partition("\n")[0] or "?"


def _texts(package: metadata.Distribution) -> tuple[str, ...]:
    files = [f for f in package.files or () if _TEXTS.search(f.name) and f.suffix not in (".py", ".pyc")]
    files.sort(key=lambda f: ".dist-info" not in str(f))  # its own before those of what it brings along
    return tuple(
        words for f in files if (words := f.read_text(encoding="utf-8") if Path(f.locate()).is_file() else "")
    )

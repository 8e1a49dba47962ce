"""Licences of the shipped packages, from their installed metadata."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

_OWN_NAME = "bayesdesk"
_NAME = re.compile(r"[A-Za-z0-9._-]+")
_EXTRA = re.compile(r"extra\s*==\s*['\"]([\w-]+)['\"]")
_SHIPPED_EXTRAS = ("gui",)
_TEXTS = re.compile(r"licen[cs]e|copying|notice", re.IGNORECASE)


@dataclass(frozen=True)
class Shipped:
    """A package that Bayesdesk depends on, with its licence and licence texts."""

    name: str
    version: str
    licence: str
    texts: tuple[str, ...]


def shipped() -> list[Shipped]:
    """Installed direct and indirect dependencies of Bayesdesk and its window, by name."""
    found: dict[str, Shipped] = {}
    pending = [_OWN_NAME]
    while pending:
        name = pending.pop()
        try:
            package = metadata.distribution(name)
        except metadata.PackageNotFoundError:  # of another platform, or the window is not installed
            continue
        key = package.metadata["Name"].lower()
        if key in found:
            continue
        found[key] = Shipped(package.metadata["Name"], package.version, _licence(package), _texts(package))
        for requirement in package.requires or ():
            extra = _EXTRA.search(requirement)
            if extra is None or (key == _OWN_NAME and extra[1] in _SHIPPED_EXTRAS):
                pending.append(_NAME.match(requirement)[0])  # type: ignore[index]  # starts with a name
    return [found[key] for key in sorted(found)]


def _licence(package: metadata.Distribution) -> str:
    """The licence expression, or the licence field unless it is a whole text, or the classifiers."""
    about = package.metadata.json
    field = str(about.get("license_expression") or about.get("license") or "").strip()
    if field and "\n" not in field:
        return field
    classes = [c for c in about.get("classifier", ()) if c.startswith("License ::")]
    return ", ".join(c.rpartition(" :: ")[2] for c in classes) or field.partition("\n")[0] or "?"


def _texts(package: metadata.Distribution) -> tuple[str, ...]:
    files = [f for f in package.files or () if _TEXTS.search(f.name) and f.suffix not in (".py", ".pyc")]
    files.sort(key=lambda f: ".dist-info" not in str(f))  # its own before those of bundled code
    return tuple(
        content for f in files if Path(f.locate()).is_file() and (content := f.read_text(encoding="utf-8"))
    )

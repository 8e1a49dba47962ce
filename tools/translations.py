"""The translation catalogue: ``update`` merges new texts, ``check`` reports missing translations."""

from __future__ import annotations

import sys
from pathlib import Path
from string import Formatter

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
CATALOGUE = ROOT / "resources" / "translations" / "zh" / "LC_MESSAGES" / "bayesdesk.po"
KEYWORDS = {"_": None, "N_": None, "text": None}


def extracted() -> Catalog:
    """All messages in the source."""
    found = Catalog(project="Bayesdesk", charset="utf-8")
    for root in ("core/bayescore", "desktop/bayesdesk"):
        for name, line, message, _, _ in extract_from_dir(
            ROOT / root, method_map=[("**.py", "python")], keywords=KEYWORDS
        ):
            if isinstance(message, str) and message:
                found.add(message, locations=[(f"{root}/{name}", line)])
    return found


def existing() -> Catalog:
    """The current catalogue."""
    if not CATALOGUE.exists():
        return Catalog(locale="zh", charset="utf-8")
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="zh")


def update() -> int:
    """Merge new messages and drop those no longer in the source."""
    catalogue = existing()
    catalogue.update(extracted(), no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    with CATALOGUE.open("wb") as file:
        write_po(file, catalogue, width=100, sort_output=True, omit_header=False, include_lineno=False)
    return 0


def check() -> int:
    """Return 1 when a message has no translation, or one with different fields."""
    catalogue = existing()
    wrong = []
    for message in extracted():
        if not message.id:
            continue
        entry = catalogue.get(message.id)
        translated = entry.string if entry is not None else ""
        if not translated:
            wrong.append(f"not translated: {message.id!r} ({message.locations[0][0]})")
        elif _fields(str(message.id)) != _fields(str(translated)):
            wrong.append(f"different fields: {message.id!r} → {translated!r}")
    for line in wrong:
        print(line)
    print(f"translations: {len(list(extracted()))} messages, {len(wrong)} to fix")
    return 1 if wrong else 0


def _fields(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name}


if __name__ == "__main__":
    sys.exit({"update": update, "check": check}[sys.argv[1]]())

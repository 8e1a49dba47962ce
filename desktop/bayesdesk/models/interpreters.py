"""What the window says about a Python interpreter."""

from __future__ import annotations

from dataclasses import dataclass

from bayescore.i18n import _, n_
from bayescore.pythons import CONDA_PREFIX, Candidate, Survey

_MOST_NAMED = 3  # missing modules


@dataclass(frozen=True)
class Mark:
    """A short word about an interpreter, and the tone of its badge."""

    text: str
    tone: str


def title(candidate: Candidate) -> str:
    """Short name of an interpreter; a conda environment is called as the settings call it."""
    if candidate.written.startswith("/"):
        return candidate.interpreter.name
    return candidate.written.removesuffix("/bin/python")


def origin(candidate: Candidate) -> str:
    """Version, and what made the environment."""
    interpreter = candidate.interpreter
    version = f"Python {interpreter.version}" if interpreter.version else "Python"
    return f"{version} · {_kinds().get(interpreter.kind, interpreter.kind)}"


def marks(candidate: Candidate, survey: Survey) -> list[Mark]:
    """Whose it is, what it has, and what the program lacks in it."""
    found = []
    if candidate.interpreter.is_of_project:
        found.append(Mark(_("of this project"), "accent"))
    if candidate.is_default:
        found.append(Mark(_("default"), ""))
    return found + package_marks(candidate, survey)


def package_marks(candidate: Candidate, survey: Survey) -> list[Mark]:
    """What an interpreter has, and what the program lacks in it."""
    found = [Mark(f"{name} {version}".strip(), "good") for name, version in candidate.frameworks.items()]
    if candidate.lacking:
        found.append(Mark(lacks(candidate), "warning"))
    elif not candidate.interpreter.is_known:
        found.append(Mark(_("packages unknown"), ""))
    elif survey.imports:
        found.append(Mark(_("has all packages"), "good"))
    return found


def lacks(candidate: Candidate) -> str:
    """What the program imports and the interpreter does not have; the first of many."""
    named = ", ".join(candidate.lacking[:_MOST_NAMED])
    more = len(candidate.lacking) - _MOST_NAMED
    if more > 0:
        return n_("lacks {modules} and {count} more", "lacks {modules} and {count} more", more, modules=named)
    return _("lacks {modules}", modules=named)


def spoken(candidate: Candidate, survey: Survey) -> str:
    """Everything about an interpreter in one line."""
    words = [title(candidate), origin(candidate), *(mark.text for mark in marks(candidate, survey))]
    return ", ".join([*words, str(candidate.interpreter.path)])


def imports_line(survey: Survey) -> str:
    """What the program needs."""
    if not survey.imports:
        return _("The program imports no packages, as far as its files show.")
    return _("The program imports {modules}.", modules=", ".join(survey.imports))


def unlisted(python: str, *, is_there: bool) -> str:
    """Why no interpreter of the list is the one that the settings name."""
    if is_there:
        return _("The interpreter in use, {python}, is not in this list.", python=python)
    if python.startswith(CONDA_PREFIX):
        return _(
            "The conda environment “{name}” is not on this machine. Choose another interpreter.",
            name=python.removeprefix(CONDA_PREFIX).strip(),
        )
    return _("There is no interpreter {file} on this machine. Choose another interpreter.", file=python)


def _kinds() -> dict[str, str]:
    return {"venv": _("virtual environment"), "system": _("system")}

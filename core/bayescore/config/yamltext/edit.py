"""An edit of a text, and the errors when it is not possible."""

from __future__ import annotations

from dataclasses import dataclass

from bayescore.errors import ConfigError
from bayescore.i18n import Text, text


@dataclass(frozen=True)
class Edit:
    """Replaces ``replaced`` at ``start`` with ``text``; offsets count characters."""

    start: int
    replaced: str
    text: str

    @property
    def end(self) -> int:
        """End of the replaced text, before the edit."""
        return self.start + len(self.replaced)

    @property
    def inverse(self) -> Edit:
        """The edit that undoes this one."""
        return Edit(self.start, self.text, self.replaced)

    def apply(self, source: str) -> str:
        """Apply the edit to a text.

        Raises
        ------
        ValueError
            When ``source`` is not the text of the edit.
        """
        if source[self.start : self.end] != self.replaced:
            raise ValueError("the text has changed since this edit was made")
        return source[: self.start] + self.text + source[self.end :]

    @classmethod
    def between(cls, before: str, after: str) -> Edit:
        """The smallest single edit from one text to another."""
        limit = min(len(before), len(after))
        start = next((i for i in range(limit) if before[i] != after[i]), limit)
        tail = 0
        while tail < limit - start and before[-1 - tail] == after[-1 - tail]:
            tail += 1
        return cls(start, before[start : len(before) - tail], after[start : len(after) - tail])


class EditError(ConfigError):
    """The change cannot be made as a small edit of the text."""


class AliasedError(EditError):
    """The value is shared through a YAML anchor and alias.

    Attributes
    ----------
    write_out
        Edit that replaces the aliases with copies of the value, after which the change is possible.
    """

    def __init__(self, name: str, write_out: Edit) -> None:
        message: Text = text("This value is shared through the YAML anchor “{name}”.", name=name)
        super().__init__(message, text("Replace the aliases with copies of the value first, then change it."))
        self.write_out = write_out

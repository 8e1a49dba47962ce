"""What users say about jobs: a name, a note, tags, and whether they are archived."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from bayescore.errors import ConfigError
from bayescore.i18n import text
from bayescore.store import Database, Job, jobs

MOST_NAME_CHARACTERS = 200
MOST_NOTE_CHARACTERS = 10_000
MOST_TAG_CHARACTERS = 40
_MOST_TAGS = 50  # of one job


def rename(database: Database, identifier: str, name: str) -> None:
    """Give a job another name.

    Raises
    ------
    ConfigError
        When the name is empty or too long, or there is no such job.
    """
    wanted = " ".join(_storable(name).split())
    if not wanted:
        raise ConfigError(text("A job needs a name."))
    _check_length(wanted, MOST_NAME_CHARACTERS)
    with database.write() as connection:
        _get(connection, identifier)
        jobs.mark(connection, identifier, name=wanted)


def annotate(database: Database, identifiers: Iterable[str], note: str) -> None:
    """Write a note on jobs; an empty one removes it.

    Raises
    ------
    ConfigError
        When the note is too long, or there is no such job; then nothing is changed.
    """
    wanted = _storable(note).strip()
    _check_length(wanted, MOST_NOTE_CHARACTERS)
    with database.write() as connection:
        for identifier in identifiers:
            _get(connection, identifier)
            jobs.mark(connection, identifier, note=wanted)


def tag(
    database: Database, identifiers: Iterable[str], add: Sequence[str], remove: Sequence[str] = ()
) -> None:
    """Add tags to jobs and remove others; tags that differ only in case are the same.

    Raises
    ------
    ConfigError
        When a tag is too long or a job has too many, or there is no such job; then nothing is changed.
    """
    new, old = parsed_tags(",".join(add)), {t.casefold() for t in parsed_tags(",".join(remove))}
    with database.write() as connection:
        for identifier in identifiers:
            kept = [t for t in _get(connection, identifier).tags if t.casefold() not in old]
            known = {t.casefold() for t in kept}
            tags = [*kept, *(t for t in new if t.casefold() not in known)]
            if len(tags) > _MOST_TAGS:
                raise ConfigError(text("A job has at most {most} tags.", most=_MOST_TAGS))
            jobs.mark(connection, identifier, tags=tags)


def archive(database: Database, identifiers: Iterable[str], *, archived: bool = True) -> None:
    """Hide jobs that have ended from the lists, or show them again.

    Raises
    ------
    ConfigError
        When a job that is to be archived has not ended, or there is no such job; then nothing is changed.
    """
    with database.write() as connection:
        for identifier in identifiers:
            job = _get(connection, identifier)
            if archived and not job.state.ended:
                raise ConfigError(
                    text("Job {name} has not ended.", name=job.submission.name), text("Cancel it first.")
                )
            jobs.mark(connection, identifier, archived=archived)


def parsed_tags(words: str) -> tuple[str, ...]:
    """Tags of a text with commas between them, without duplicates.

    Raises
    ------
    ConfigError
        When a tag is too long.
    """
    found: dict[str, str] = {}
    for word in _storable(words).replace("，", ",").split(","):
        wanted = " ".join(word.split())
        _check_length(wanted, MOST_TAG_CHARACTERS)
        if wanted:
            found.setdefault(wanted.casefold(), wanted)
    return tuple(found.values())


def _storable(words: str) -> str:
    """Words without the surrogates of a command line that is not UTF-8, which no store takes."""
    return words.encode("utf-8", "replace").decode("utf-8")


def _check_length(words: str, most: int) -> None:
    if len(words) > most:
        shown = f"{words[:20]}…"
        raise ConfigError(text("“{words}” is longer than {most} characters.", words=shown, most=most))


def _get(connection: sa.Connection, identifier: str) -> Job:
    try:
        return jobs.get(connection, identifier)
    except KeyError:
        raise ConfigError(
            text("There is no job “{word}”.", word=identifier), text("“bayesdesk jobs” lists them.")
        ) from None

"""The search over jobs, the same on the command line and in the window."""

from __future__ import annotations

from collections.abc import Callable

from bayescore.store import JobSummary

_TAG = "#"


def matcher(query: str) -> Callable[[JobSummary], bool]:
    """Whether a job has each word in its name, id, note, tags or project; ``#word`` is a whole tag."""
    words = query.casefold().split()
    tags = [word.removeprefix(_TAG) for word in words if word.startswith(_TAG) and word != _TAG]
    texts = [word for word in words if not word.startswith(_TAG)]
    if not words:
        return lambda _job: True

    def matches(job: JobSummary) -> bool:
        if tags and not {t.casefold().replace(" ", "-") for t in job.tags}.issuperset(tags):
            return False
        where = "\n".join((job.name, job.id, job.note, *job.tags, job.project)).casefold()
        return all(word in where for word in texts)

    return matches

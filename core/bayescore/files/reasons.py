"""Why the system refused to read or write, in words."""

from __future__ import annotations

import errno

from bayescore.i18n import Text, text

_REASONS = {
    errno.ENOSPC: text("the disk is full"),
    errno.EDQUOT: text("the quota of your account is used up"),
    errno.EROFS: text("the disk is read-only"),
    errno.EACCES: text("you have no permission"),
    errno.EPERM: text("you have no permission"),
    errno.ENOENT: text("there is no such file or folder"),
    errno.EEXIST: text("a file or folder with this name exists already"),
    errno.ENOTDIR: text("a part of its path is not a folder"),
    errno.EISDIR: text("it is a folder"),
    errno.ENAMETOOLONG: text("the name is too long"),
    errno.EIO: text("the disk reports an error"),
    errno.ESTALE: text("the network folder is no longer there"),
}


def reason_of(error: OSError) -> Text | str:
    """The reason of an error of the system; other errors say it themselves."""
    known = _REASONS.get(error.errno) if isinstance(error.errno, int) else None
    return known or error.strerror or str(error)

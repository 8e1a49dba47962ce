"""The one room that writes, copies, packs and removes files, and that reads files of others.

Projects, outputs, backups and running trials can hold links, pipes, devices and sparse files that were
put there to do harm.  Everything here works without following such a link, without waiting for a pipe,
and within a limit.  The rest of the program calls it; ``tools/check_files.py`` sees to that.
"""

from bayescore.files.log import PrivateLog
from bayescore.files.private import (
    check_private,
    check_way,
    is_writable_by_others,
    own_account,
    private_folder,
    read_private,
)
from bayescore.files.reading import UnsuitableFileError, open_regular, read_bytes, read_text
from bayescore.files.removing import remove_tree
from bayescore.files.writing import append_to, create, ensure, random_name, replace

__all__ = [
    "PrivateLog",
    "UnsuitableFileError",
    "append_to",
    "check_private",
    "check_way",
    "create",
    "ensure",
    "is_writable_by_others",
    "open_regular",
    "own_account",
    "private_folder",
    "random_name",
    "read_bytes",
    "read_private",
    "read_text",
    "remove_tree",
    "replace",
]

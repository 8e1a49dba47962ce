"""All file access that writes, copies, packs or removes, and all reading of untrusted files.

Projects, outputs, backups and running trials can contain malicious links, pipes, devices and sparse files.
The functions here do not follow such links, do not block on pipes, and read and write within limits.  Other
packages do not write files themselves; ``tools/check_files.py`` checks this.
"""

from bayescore.files.log import PrivateLog
from bayescore.files.permissions import (
    check_ancestors,
    check_private,
    is_writable_by_others,
    own_account,
    private_folder,
    read_private,
)
from bayescore.files.reading import UnsuitableFileError, open_regular, read_bytes, read_text
from bayescore.files.reasons import reason_of
from bayescore.files.removing import remove_tree
from bayescore.files.writing import append_to, create, ensure, random_name, replace

__all__ = [
    "PrivateLog",
    "UnsuitableFileError",
    "append_to",
    "check_ancestors",
    "check_private",
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
    "reason_of",
    "remove_tree",
    "replace",
]

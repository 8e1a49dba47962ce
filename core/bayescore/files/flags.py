"""Flags of ``os.open``, with a default where the system lacks them."""

from __future__ import annotations

import os

CLOSE_ON_EXEC = getattr(os, "O_CLOEXEC", 0)
BINARY = getattr(os, "O_BINARY", 0)
NO_WAIT = getattr(os, "O_NONBLOCK", 0)
NO_LINK = getattr(os, "O_NOFOLLOW", 0)
FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | CLOSE_ON_EXEC | NO_LINK
# Whether names can be resolved relative to an open folder; not on Windows.
BY_DESCRIPTOR = bool(NO_LINK) and os.open in os.supports_dir_fd and os.rename in os.supports_dir_fd

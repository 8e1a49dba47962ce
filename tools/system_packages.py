"""Installs missing system packages or, without the rights to do so, prints the command.

``--quiet`` prints nothing when no package is missing.  ``window`` checks only what the window needs,
``packages`` also what builds packages.
"""

import ctypes
import os
import shutil
import subprocess
import sys

# program to look for: packages that provide it, and their purpose
PROGRAMS = {
    "dockerd": ("docker.io", "running trials in containers"),
    "iptables": ("iptables", "the network of containers"),
    "mmdebstrap": ("mmdebstrap", "the tests' container image"),
    "cc": ("gcc libc6-dev", "the tests' fake GPU driver"),
    "Xvfb": ("xvfb xauth", "the tests' virtual screen"),
    "dbus-daemon": ("dbus", "the tests' desktop sessions"),
    "fcitx5": ("fcitx5 fcitx5-table", "typing Chinese in tests"),
    "ibus-daemon": ("ibus ibus-libpinyin", "typing Chinese in tests"),
}
PACKING = {
    "icupkg": ("icu-devtools", "reducing the size of packages"),
    "dpkg-deb": ("dpkg-dev", "building a .deb"),
    "strip": ("binutils", "reducing the size of packages"),
    "unshare": ("util-linux", "testing a .deb"),
}
# library to look for: packages that provide it, and their purpose
LIBRARIES = {
    "libglib-2.0.so.0": ("libglib2.0-0", "the window"),
    "libEGL.so.1": ("libegl1 libgl1 libdbus-1-3 fontconfig libxkbcommon0", "the window"),
    **{
        library: (package, "the window on an X screen")
        for library, package in {
            "libxcb-cursor.so.0": "libxcb-cursor0",
            "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
            "libxcb-icccm.so.4": "libxcb-icccm4",
            "libxcb-keysyms.so.1": "libxcb-keysyms1",
            "libxcb-shape.so.0": "libxcb-shape0",
            "libxcb-image.so.0": "libxcb-image0",
            "libxcb-render-util.so.0": "libxcb-render-util0",
            "libxcb-xinerama.so.0": "libxcb-xinerama0",
        }.items()
    },
}
CHINESE = ("fonts-noto-cjk", "Chinese text")


def main() -> int:
    """Install what is missing; return 0 even on failure, because most targets work without."""
    path = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
    programs = PROGRAMS | PACKING if "packages" in sys.argv else PROGRAMS
    missing = {p: w for p, w in programs.items() if shutil.which(p, path=path) is None}
    if shutil.which("docker", path=path) and _docker_answers():
        missing.pop("dockerd", None)
    if "window" in sys.argv:
        missing = {}
    if sys.platform == "linux":
        missing |= {name: package for name, package in LIBRARIES.items() if not _loads(name)}
        if not _has_chinese():
            missing["fonts"] = CHINESE
    if not missing:
        if "--quiet" not in sys.argv:
            print("No system package is missing.")
        return 0
    packages = [name for package, _ in missing.values() for name in package.split()]
    command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        print(f"Missing: {', '.join(f'{p} ({why})' for p, why in missing.values())}.")
        print(f"Install it with: sudo {' '.join(command)}")
        return 0
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for step in (["apt-get", "update", "-qq"], command):
        done = subprocess.run(step, env=environment, capture_output=True, text=True)
        if done.returncode:
            print(f"{' '.join(step)} failed: {done.stderr.strip()[-1000:]}")
            return 0
    print(f"Installed: {' '.join(packages)}")
    return 0


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _has_chinese() -> bool:
    try:
        found = subprocess.run(["fc-list", ":lang=zh", "family"], capture_output=True, text=True, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return bool(found.stdout.strip())


def _docker_answers() -> bool:
    try:
        return subprocess.run(["docker", "version"], capture_output=True, timeout=10).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


if __name__ == "__main__":
    sys.exit(main())

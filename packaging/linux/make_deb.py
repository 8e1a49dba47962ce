"""Packs ``build/bundle/bayesdesk`` as a .deb and as a portable tar.gz: ``make_deb.py [deb|tar]``."""

from __future__ import annotations

import gzip
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
BUNDLE = ROOT / "build" / "bundle" / "bayesdesk"
DIST = ROOT / "dist"
# Libraries that Qt's platform plugins load and that the package does not include.
DEPENDS = (
    "libdbus-1-3",
    "libegl1",
    "libgl1",
    "fontconfig",
    "xkb-data",
)
RECOMMENDS = "docker.io | docker-ce, python3, fonts-noto-cjk, libnotify-bin, xdg-desktop-portal"
CONTROL = """Package: bayesdesk
Version: {version}
Architecture: {architecture}
Maintainer: The Bayesdesk developers <bayesdesk@users.noreply.github.com>
Installed-Size: {size}
Depends: {depends}
Recommends: {recommends}
Section: science
Priority: optional
Description: hyperparameter tuning on your own machine
 Reads the hyper_tuning section of an OpenBayes project's openbayes.yaml, runs
 each trial in a container or as a process on the GPUs you choose, shows the
 results, and writes the best parameters back to the file.
"""
COPYRIGHT = """Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: Bayesdesk

Files: *
Copyright: The Bayesdesk developers
License: Apache-2.0
 On Debian systems the full text is in /usr/share/common-licenses/Apache-2.0.
 .
 The Python packages in /opt/bayesdesk/_internal have licences of their own:
 "bayesdesk licences" lists them, "bayesdesk licences --full" prints the texts.
 The licences of libraries taken from Debian are in /opt/bayesdesk/licences.
"""


def main() -> None:
    """Write the packages named on the command line, by default both, to ``dist``."""
    if not BUNDLE.is_dir():
        sys.exit(f"{BUNDLE} does not exist. Run “make bundle” first.")
    DIST.mkdir(exist_ok=True)
    formats = sys.argv[1:] or ["deb", "tar"]
    if "tar" in formats:
        report(portable())
    if "deb" in formats:
        report(deb())


def portable() -> Path:
    """Pack the folder as a tar.gz that runs from any place."""
    name = f"bayesdesk-{version()}-linux-{machine()}"
    target = DIST / f"{name}.tar.gz"
    with tarfile.open(target, "w:gz", compresslevel=6) as archive:
        archive.add(BUNDLE, name)
        for file in ("bayesdesk.desktop", "bayesdesk-mime.xml"):
            archive.add(HERE / file, f"{name}/share/{file}")
        archive.add(ROOT / "resources" / "icons" / "bayesdesk.svg", f"{name}/share/bayesdesk.svg")
    return target


def deb() -> Path:
    """Build a package for this machine's Debian or Ubuntu and later releases."""
    tree = ROOT / "build" / "deb"
    shutil.rmtree(tree, ignore_errors=True)
    shutil.copytree(BUNDLE, tree / "opt" / "bayesdesk", symlinks=True)
    programs = tree / "usr" / "bin"
    programs.mkdir(parents=True)
    for name in ("bayesdesk", "bayesdesk-gui"):
        (programs / name).symlink_to(f"/opt/bayesdesk/{name}")
    share = tree / "usr" / "share"
    for source, place in (
        (HERE / "bayesdesk.desktop", "applications/bayesdesk.desktop"),
        (HERE / "bayesdesk-mime.xml", "mime/packages/bayesdesk.xml"),
        (ROOT / "resources" / "icons" / "bayesdesk.svg", "icons/hicolor/scalable/apps/bayesdesk.svg"),
    ):
        (share / place).parent.mkdir(parents=True)
        shutil.copy(source, share / place)
    about = share / "doc" / "bayesdesk"
    about.mkdir(parents=True)
    (about / "copyright").write_text(COPYRIGHT, encoding="utf-8")
    with gzip.GzipFile(about / "changelog.gz", "wb", mtime=0) as changes:
        changes.write((ROOT / "CHANGELOG.md").read_bytes())
    architecture = output("dpkg", "--print-architecture")
    control = tree / "DEBIAN" / "control"
    control.parent.mkdir()
    size = sum(f.lstat().st_size for f in tree.rglob("*") if not f.is_dir()) // 1024
    control.write_text(
        CONTROL.format(
            version=version(),
            architecture=architecture,
            size=size,
            depends=", ".join((f"libc6 (>= {output('getconf', 'GNU_LIBC_VERSION').split()[-1]})", *DEPENDS)),
            recommends=RECOMMENDS,
        ),
        encoding="utf-8",
    )
    subprocess.run(["chmod", "-R", "u+rwX,go+rX,go-w", str(tree)], check=True)
    target = DIST / f"bayesdesk_{version()}_{architecture}.deb"
    subprocess.run(["dpkg-deb", "--root-owner-group", "-Zxz", "-z6", "--build", tree, target], check=True)
    return target


def report(file: Path) -> None:
    """Print a file's name and size."""
    print(f"{file.relative_to(ROOT)}: {file.stat().st_size / 2**20:.0f} MiB")


def version() -> str:
    """Version that the bundled program reports."""
    return output(str(BUNDLE / "bayesdesk"), "--version").split()[-1]


def machine() -> str:
    """Machine type, for example ``x86_64``."""
    return output("uname", "-m")


def output(*command: str) -> str:
    """Run a command; return its output."""
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


if __name__ == "__main__":
    main()

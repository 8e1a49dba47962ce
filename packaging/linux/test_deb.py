"""Installs the .deb in ``dist`` into a fresh minimal Debian and tests it there as a user would.

Needs root, mmdebstrap and Xvfb.  The system is in ``build/deb-test``; nothing outside that folder changes.
Timings are measured by ``make bench``.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import x_screen

ROOT = Path(__file__).resolve().parents[2]
SYSTEM = ROOT / "build" / "deb-test"
MAX_INSTALLED_BYTES = 250e6
SUITE = "bookworm"
DISPLAY = ":93"
INSTALL = "apt-get install -y -qq --no-install-recommends"


def main() -> None:
    """Run all steps; exit at the first check that fails."""
    if os.geteuid() != 0:
        sys.exit("This test creates a Debian system and needs root. Run: sudo make test-deb")
    packages = sorted((ROOT / "dist").glob("bayesdesk_*.deb"), key=lambda f: f.stat().st_mtime)
    if not packages:
        sys.exit("dist contains no .deb. Run “make deb” first.")
    step(f"Install {packages[-1].name} into a minimal Debian {SUITE}")
    install(packages[-1])
    installed = sum(f.lstat().st_size for f in (SYSTEM / "opt/bayesdesk").rglob("*") if not f.is_dir())
    report("installed", f"{installed / 1e6:.0f} MB")
    check(installed < MAX_INSTALLED_BYTES, "the package installs more than 250 MB")
    check(any((SYSTEM / "opt/bayesdesk").rglob("qtbase_zh_CN.qm")), "Qt's own texts are not there in Chinese")
    known = (SYSTEM / "usr/share/mime/globs2").read_text(encoding="utf-8")
    check("application/x-openbayes+yaml:openbayes.yaml" in known, "openbayes.yaml has no MIME type")
    check(
        "bayesdesk.desktop" in read("usr/share/applications/mimeinfo.cache"),
        "no program is registered for openbayes.yaml",
    )

    step("Command line, as an unprivileged user")
    report("version", inside("bayesdesk --version"))
    check("PySide6" in inside("bayesdesk licences"), "the licences do not name Qt")
    inside("bayesdesk --help")
    inside("bayesdesk init --from guide --folder /home/researcher/project")
    inside("cd project && bayesdesk check")
    inside("cd project && bayesdesk gear run hypertuning --runner process --seed 0")
    (job,) = json.loads(inside("bayesdesk jobs --json"))["jobs"]
    check(job["state"] == "succeeded", f"the job ended as {job['state']}")
    check(len(json.loads(inside("bayesdesk trials last --json"))["trials"]) == 12, "trials are missing")
    report("best", inside("bayesdesk export last --format yaml").replace("\n", " "))

    step("Commands of the manual's first-job page")
    page = (ROOT / "docs" / "en" / "first-job.md").read_text(encoding="utf-8")
    for block in re.findall(r"^```sh\n(.*?)^```", page, re.MULTILINE | re.DOTALL):
        (SYSTEM / "home/researcher/block.sh").write_text(
            f"cd ~/first-job 2>/dev/null || true\n{block}", encoding="utf-8"
        )
        inside("sh -e block.sh")
    report("jobs", str(len(json.loads(inside("bayesdesk jobs --json"))["jobs"])))

    step("Window: open a file, open a job, no error in the log")
    with x_screen.Screen(DISPLAY) as screen:
        show_window(screen)
        show_job(screen)
    check(" ERROR " not in window_log(), window_log()[-2000:])

    step("Remove the package; the user's jobs stay")
    inside("bayesdesk engine stop")
    inside("apt-get remove -y -qq bayesdesk", user="root")
    check(not (SYSTEM / "opt/bayesdesk").exists(), "/opt/bayesdesk still exists")
    check(any((SYSTEM / "home/researcher").rglob("store.sqlite3")), "the user's jobs were deleted")
    shutil.rmtree(SYSTEM)
    print("\nThe package works.")


def install(package: Path) -> None:
    """Create the system: the package, a user, and the MIME and desktop databases."""
    shutil.rmtree(SYSTEM, ignore_errors=True)
    SYSTEM.parent.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        [
            "mmdebstrap",
            "--variant=minbase",
            "--quiet",
            "--include=python3,shared-mime-info,desktop-file-utils",
            f"--customize-hook=copy-in {package} /tmp",
            f'--customize-hook=chroot "$1" {INSTALL} /tmp/{package.name}',
            '--customize-hook=chroot "$1" useradd --create-home --shell /bin/sh researcher',
            SUITE,
            str(SYSTEM),
        ],
        capture_output=True,
        text=True,
        env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
    )
    check(done.returncode == 0, done.stderr[-2000:])


def in_root(command: str, user: str = "researcher", display: str = "") -> list[str]:
    """Command line that runs a shell command in the system, in a mount namespace of its own."""
    mounts = (
        f"mount -t proc proc {SYSTEM}/proc && mount --rbind /dev {SYSTEM}/dev && "
        f"mkdir -p {SYSTEM}/tmp/.X11-unix && mount --bind /tmp/.X11-unix {SYSTEM}/tmp/.X11-unix"
    )
    home = "/root" if user == "root" else f"/home/{user}"
    variables = f"HOME={home} USER={user} PATH=/usr/bin:/bin:/usr/sbin:/sbin LANG=C.UTF-8 DISPLAY={display}"
    enter = f"exec chroot --userspec={user}:{user} {SYSTEM} env -i {variables} sh -c 'cd ~ && {command}'"
    Path("/tmp/.X11-unix").mkdir(mode=0o1777, exist_ok=True)
    return ["unshare", "--mount", "sh", "-c", f"{mounts} && {enter}"]


def inside(command: str, user: str = "researcher") -> str:
    """Run a shell command in the system; return its output."""
    done = subprocess.run(in_root(command, user), capture_output=True, text=True, timeout=300)
    check(done.returncode == 0, f"{command}: {done.stderr or done.stdout}")
    return done.stdout.strip()


def show_window(screen: x_screen.Screen) -> None:
    """Open the window at a file, wait until it is painted, and close it."""
    window = subprocess.Popen(
        in_root("bayesdesk-gui project/openbayes.yaml", display=DISPLAY), start_new_session=True
    )
    try:
        screen.wait_for_paint()
    finally:
        os.killpg(window.pid, 15)
        window.wait(30)
        screen.wait_until_empty()


def show_job(screen: x_screen.Screen) -> None:
    """Open the window at the newest job, wait until the job is shown, and close it."""
    window = subprocess.Popen(in_root("bayesdesk-gui --job last", display=DISPLAY), start_new_session=True)
    try:
        screen.wait_for_paint()
        x_screen.wait_for(lambda: "is shown" in window_log())
    finally:
        os.killpg(window.pid, 15)
        window.wait(30)
        screen.wait_until_empty()


def window_log() -> str:
    """Contents of the window's log."""
    logs = (SYSTEM / "home/researcher").rglob("window.log")
    return "".join(file.read_text(encoding="utf-8") for file in logs)


def read(path: str) -> str:
    """Contents of a file of the system; empty when it does not exist."""
    file = SYSTEM / path
    return file.read_text(encoding="utf-8") if file.is_file() else ""


def step(title: str) -> None:
    """Print a heading."""
    print(f"\n── {title}", flush=True)


def report(name: str, value: str) -> None:
    """Print a result."""
    print(f"   {name}: {value}", flush=True)


def check(condition: bool, problem: str) -> None:
    """Exit with a message when a condition is false."""
    if not condition:
        sys.exit(f"   Failed: {problem}")


if __name__ == "__main__":
    main()

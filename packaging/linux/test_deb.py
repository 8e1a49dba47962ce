"""Installs the .deb in ``dist`` into a fresh minimal Debian and uses it there, as a person would.

Needs root, mmdebstrap and Xvfb.  The root is in ``build/deb-test``; nothing outside it changes.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

import first_paint

ROOT = Path(__file__).resolve().parents[2]
SYSTEM = ROOT / "build" / "deb-test"
MOST_INSTALLED = 250e6  # bytes
MOST_PAINT_S = 1.5
SUITE = "bookworm"
DISPLAY = ":93"
INSTALL = "apt-get install -y -qq --no-install-recommends"


def main() -> None:
    """Every step; the first that is not as it should be ends the test."""
    if os.geteuid() != 0:
        sys.exit("A system of its own can only be made by root: sudo make test-deb")
    packages = sorted((ROOT / "dist").glob("bayesdesk_*.deb"), key=lambda f: f.stat().st_mtime)
    if not packages:
        sys.exit("There is no .deb in dist; “make deb” makes it.")
    step(f"A fresh minimal Debian {SUITE}, and {packages[-1].name} in it")
    install(packages[-1])
    installed = sum(f.lstat().st_size for f in (SYSTEM / "opt/bayesdesk").rglob("*") if not f.is_dir())
    report("installed", f"{installed / 1e6:.0f} MB")
    check(installed < MOST_INSTALLED, "larger than 250 MB")
    known = (SYSTEM / "usr/share/mime/globs2").read_text(encoding="utf-8")
    check("application/x-openbayes+yaml:openbayes.yaml" in known, "the system does not know openbayes.yaml")
    check(
        "bayesdesk.desktop" in read("usr/share/applications/mimeinfo.cache"),
        "no program opens openbayes.yaml",
    )

    step("The command line, as a user without rights")
    report("version", inside("bayesdesk --version"))
    check("PySide6" in inside("bayesdesk licences"), "the licences do not name Qt")
    report("bayesdesk --help", f"{timed('bayesdesk --help'):.2f} s")
    inside("bayesdesk init --from guide --folder /home/researcher/project")
    inside("cd project && bayesdesk check")
    inside("cd project && bayesdesk gear run hypertuning --runner process --seed 0")
    (job,) = json.loads(inside("bayesdesk jobs --json"))["jobs"]
    check(job["state"] == "succeeded", f"the job ended as {job['state']}")
    check(len(json.loads(inside("bayesdesk trials last --json"))["trials"]) == 12, "not every trial is there")
    report("best", inside("bayesdesk export last --format yaml").replace("\n", " "))

    step("The ten-minute page of the manual, command by command")
    page = (ROOT / "docs" / "en" / "first-job.md").read_text(encoding="utf-8")
    for block in re.findall(r"^```sh\n(.*?)^```", page, re.MULTILINE | re.DOTALL):
        (SYSTEM / "home/researcher/block.sh").write_text(
            f"cd ~/first-job 2>/dev/null || true\n{block}", encoding="utf-8"
        )
        inside("sh -e block.sh")
    report("jobs", str(len(json.loads(inside("bayesdesk jobs --json"))["jobs"])))

    step("The window on a screen")
    with first_paint.Screen(DISPLAY) as screen:
        times = [show_window(screen) for _ in range(4)]
        report("first paint", f"{times[0]:.2f} s cold, {statistics.median(times[1:]):.2f} s warm")
        check(statistics.median(times[1:]) < MOST_PAINT_S, "the first paint takes longer than 1.5 s")

    step("The window with a job: its charts, and no complaint in its log")
    with first_paint.Screen(DISPLAY) as screen:
        show_job(screen)
    check(" ERROR " not in window_log(), window_log()[-2000:])

    step("The package is removed, the user's jobs are not")
    inside("bayesdesk engine stop")
    inside("apt-get remove -y -qq bayesdesk", user="root")
    check(not (SYSTEM / "opt/bayesdesk").exists(), "/opt/bayesdesk is left")
    check(any((SYSTEM / "home/researcher").rglob("store.sqlite3")), "the user's jobs are gone")
    shutil.rmtree(SYSTEM)
    print("\nThe package does what it should.")


def install(package: Path) -> None:
    """A new root with the package, a user, and what a desktop has: fonts' and types' databases."""
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
    """The command that runs a shell command inside, with mounts of its own that end with it."""
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
    """What a shell command prints inside."""
    done = subprocess.run(in_root(command, user), capture_output=True, text=True, timeout=300)
    check(done.returncode == 0, f"{command}: {done.stderr or done.stdout}")
    return done.stdout.strip()


def timed(command: str) -> float:
    """Median seconds of a command."""
    times = []
    for _ in range(5):
        began = time.monotonic()
        inside(command)
        times.append(time.monotonic() - began)
    return statistics.median(times)


def show_window(screen: first_paint.Screen) -> float:
    """Seconds until the window is painted; then it is closed."""
    began = time.monotonic()
    window = subprocess.Popen(
        in_root("bayesdesk-gui project/openbayes.yaml", display=DISPLAY), start_new_session=True
    )
    try:
        return screen.wait_for_paint() - began
    finally:
        os.killpg(window.pid, 15)
        window.wait(30)
        screen.wait_until_empty()


def show_job(screen: first_paint.Screen) -> None:
    """Open the window at the newest job, and close it when the job is there."""
    window = subprocess.Popen(in_root("bayesdesk-gui --job last", display=DISPLAY), start_new_session=True)
    try:
        screen.wait_for_paint()
        first_paint.wait_for(lambda: "is shown" in window_log())
    finally:
        os.killpg(window.pid, 15)
        window.wait(30)
        screen.wait_until_empty()


def window_log() -> str:
    """All that the window has written into its log."""
    logs = (SYSTEM / "home/researcher").rglob("window.log")
    return "".join(file.read_text(encoding="utf-8") for file in logs)


def read(path: str) -> str:
    """A file inside, empty where there is none."""
    file = SYSTEM / path
    return file.read_text(encoding="utf-8") if file.is_file() else ""


def step(title: str) -> None:
    """Say what comes."""
    print(f"\n── {title}", flush=True)


def report(name: str, value: str) -> None:
    """Say what was found."""
    print(f"   {name}: {value}", flush=True)


def check(holds: bool, otherwise: str) -> None:
    """End the test with words when something does not hold."""
    if not holds:
        sys.exit(f"   Not as it should be: {otherwise}")


if __name__ == "__main__":
    main()

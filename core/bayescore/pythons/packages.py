"""What is installed for an interpreter, by the files in its library folders; nothing is imported."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from functools import cached_property
from itertools import islice
from pathlib import Path

from bayescore.files import open_regular, read_text
from bayescore.pythons.conda import home_of
from bayescore.pythons.interpreter import Interpreter, configuration, names_in

_METADATA = (".dist-info", ".egg-info")
_MODULE = re.compile(r"([A-Za-z_]\w*)\.(?:py|(?:[\w-]+\.)?so)\Z")
_MOST_ENTRIES = 20_000  # of a library folder
_MOST_BYTES = 2**16  # of a list of modules or of folders
_MOST_DISTRIBUTIONS = 2000
_MOST_RECORD_BYTES = 2**16  # of a list of files: the modules of a distribution are in its first part
_ENOUGH = 10  # files of a module, to see that there are any
_MOST_FOLDERS = 50  # that .pth files add
# Where the distribution has another name than the module, for what no environment of the user has.
_DISTRIBUTIONS = {
    "absl": "absl-py",
    "attr": "attrs",
    "Bio": "biopython",
    "bs4": "beautifulsoup4",
    "Crypto": "pycryptodome",
    "cv2": "opencv-python",
    "dateutil": "python-dateutil",
    "docx": "python-docx",
    "dotenv": "python-dotenv",
    "faiss": "faiss-cpu",
    "fitz": "pymupdf",
    "git": "GitPython",
    "hydra": "hydra-core",
    "mpl_toolkits": "matplotlib",
    "OpenGL": "PyOpenGL",
    "PIL": "pillow",
    "pkg_resources": "setuptools",
    "pynvml": "nvidia-ml-py",
    "serial": "pyserial",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "umap": "umap-learn",
    "yaml": "PyYAML",
    "zmq": "pyzmq",
}


def library_folders(interpreter: Interpreter, environment: Mapping[str, str]) -> list[Path]:
    """Folders in which an interpreter looks for packages, as far as files say it.

    Follows the module ``site``: the folders of the environment, those of the interpreter that a virtual
    environment is based on if it includes them, the user's own, and those that ``.pth`` files add.
    """
    if not interpreter.is_known:
        return []
    minor, own = interpreter.minor, configuration(interpreter.prefix)
    found = _site_packages(interpreter.prefix, minor)
    is_closed = bool(own) and own.get("include-system-site-packages", "").lower() != "true"
    if own and not is_closed and (home := own.get("home")):
        base = Path(os.path.realpath(Path(home) / f"python{minor}")).parent.parent
        found += _site_packages(base, minor)
    if not is_closed and not environment.get("PYTHONNOUSERSITE"):
        found += _site_packages(home_of(environment) / ".local", minor)
    present = [folder for folder in dict.fromkeys(found) if folder.is_dir()]
    return list(dict.fromkeys((*present, *islice(_added(present), _MOST_FOLDERS))))


class Packages:
    """The modules and distributions in some library folders."""

    def __init__(self, folders: Iterable[Path]) -> None:
        self._files: set[str] = set()
        self._folders: dict[str, list[Path]] = {}
        self._metadata: dict[str, Path] = {}  # by normalised name
        self.versions: dict[str, str] = {}  # by normalised name
        for folder in folders:
            for name in names_in(folder, _MOST_ENTRIES):
                self._add(folder, name)

    def _add(self, folder: Path, name: str) -> None:
        if name.endswith(_METADATA):
            distribution, _dash, version = name.rpartition(".")[0].partition("-")
            key = normalised(distribution)
            self.versions.setdefault(key, version.partition("-")[0])
            if len(self._metadata) < _MOST_DISTRIBUTIONS:
                self._metadata.setdefault(key, folder / name)
        elif match := _MODULE.match(name):
            self._files.add(match[1])
        elif name.isidentifier():
            self._folders.setdefault(name, []).append(folder / name)

    def has(self, module: str) -> bool:
        """Whether a top-level module is there; a folder that only caches are left of is none."""
        if module in self._files or module in self._claimed:
            return True
        return any(set(names_in(each, _ENOUGH)) - {"__pycache__"} for each in self._folders.get(module, ()))

    def distribution_of(self, module: str) -> str | None:
        """The distribution that a module belongs to, by the metadata of what is installed."""
        return self._owners.get(module)

    def version_of(self, module: str) -> str | None:
        """Version of a module whose distribution has its name; ``""`` if it is there in an unknown one."""
        found = self.versions.get(normalised(module))
        return found if found is not None or not self.has(module) else ""

    @cached_property
    def _owners(self) -> dict[str, str]:
        owners: dict[str, str] = {}
        for name, metadata in sorted(self._metadata.items()):
            for module in _listed(metadata) or _recorded(metadata):
                owners.setdefault(module, name)
        return owners

    @cached_property
    def _claimed(self) -> frozenset[str]:
        """Modules that metadata lists: those of an editable installation are elsewhere."""
        return frozenset(module for each in self._metadata.values() for module in _listed(each))


def packages_of(interpreter: Interpreter, environment: Mapping[str, str]) -> Packages:
    """What is installed for an interpreter."""
    return Packages(library_folders(interpreter, environment))


def normalised(distribution: str) -> str:
    """The name of a distribution as package indexes compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", distribution).lower()


def usual_distribution(module: str) -> str:
    """The distribution that a module usually comes from."""
    return _DISTRIBUTIONS.get(module, module)


def _site_packages(prefix: Path, minor: str) -> list[Path]:
    library = f"python{minor}"
    found = [prefix / lib / library / "site-packages" for lib in ("lib", "lib64")]
    if prefix == Path("/usr"):  # Debian's Python
        found += [Path("/usr/local/lib", library, "dist-packages"), Path("/usr/lib/python3/dist-packages")]
    return found


def _added(folders: Iterable[Path]) -> Iterator[Path]:
    """Folders that the ``.pth`` files of library folders add; lines of code are not run."""
    for folder in folders:
        for name in names_in(folder, _MOST_ENTRIES):
            if not name.endswith(".pth"):
                continue
            for line in _lines(folder / name):
                if not line.startswith(("import ", "import\t", "#")) and (folder / line).is_dir():
                    yield folder / line


def _listed(metadata: Path) -> frozenset[str]:
    """Modules that ``top_level.txt`` names."""
    return frozenset(_lines(metadata / "top_level.txt"))


def _recorded(metadata: Path) -> frozenset[str]:
    """Modules whose files are recorded as installed."""
    with suppress(OSError), open_regular(metadata / "RECORD") as opened:
        record = opened.read(_MOST_RECORD_BYTES).decode("utf-8", "replace")
        return frozenset(_modules_of(record))
    return frozenset()


def _modules_of(record: str) -> Iterator[str]:
    for line in record.splitlines():
        first, slash, _rest = line.partition(",")[0].partition("/")
        if slash:
            yield first
        elif match := _MODULE.match(first):
            yield match[1]


def _lines(file: Path) -> list[str]:
    with suppress(OSError):
        return [line.strip() for line in read_text(file, _MOST_BYTES).splitlines() if line.strip()]
    return []

"""What running a project on the platform would do, and what keeps it from running there."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from bayescore.app.findings import Finding, may_proceed
from bayescore.app.secret_values import collect
from bayescore.cloud.official import INSTALL, PROGRAM, Account, Official, account, find
from bayescore.config import (
    LOCAL_FILE_NAME,
    Contents,
    DoubleSpec,
    EditError,
    IntegerSpec,
    LocalSettings,
    ObjectiveRule,
    OpenBayesConfig,
    Scale,
    Severity,
    YamlDocument,
    load_contents,
    load_file,
    project_file,
    read_contents,
)
from bayescore.config.gear import Gear, read_gear
from bayescore.config.load import Loaded
from bayescore.config.options_place import PLACE, has_place
from bayescore.errors import ConfigError
from bayescore.files import read_text
from bayescore.i18n import ntext, text
from bayescore.results import diff, replace_file
from bayescore.trials import snapshot
from bayescore.trials.ignoring import IGNORE_FILE, MAX_BYTES

# What the official command line does not upload (openbayes-cli 0.28.5, IGNORE_CLEANUPS).
_LEFT_OUT = (
    "__MACOSX",
    "*.rsrc",
    ".openbayesdata",
    ".openbayesgear",
    ".openbayesignore",
    ".DS_Store",
    "Desktop.ini",
    "desktop.ini",
    "._*",
    "Thumbs.db",
    ".Spotlight-V100",
    ".Trashes",
    ".VolumeIcon.icns",
    "$RECYCLE.BIN",
    "$Recycle.Bin",
    ".tus_storage",
    ".git",
    ".venv",
)
_COMPLETION = "official-needs"
_DATA_SET = re.compile(r"[\w.-]+/[\w.-]+/\d+|[\w.-]+/jobs/[\w-]+/output")
_ABSOLUTE = re.compile(r"(?<![\w.])/(?!input\d|output|openbayes/|dev/null|usr/|bin/)[\w.-]+(?:/[\w.-]+)+")
_MOST_INPUTS = 5
_MOST_REPARSED = 2**21  # characters: the text is parsed again for each scale that is added
_LARGE = 200 * 2**20


@dataclass(frozen=True)
class Plan:
    """What would be sent, and the findings of the checks.

    Attributes
    ----------
    written, completed
        The file's text as it was read, and with the keys that the official command line requires.
    change
        The unified diff of that; empty when nothing is missing.
    files, size
        Number and bytes of the files that would be uploaded.
    """

    project: Path
    file: Path
    official: Official | None
    account: Account
    gear: Gear
    written: str
    completed: str
    change: str
    files: int
    size: int
    findings: tuple[Finding, ...]

    @property
    def may_run(self) -> bool:
        """Whether no error keeps it from running there; warnings do not."""
        return may_proceed(self.findings)

    @property
    def megabytes(self) -> str:
        """Size of the upload in MB, for people."""
        return _megabytes(self.size)

    def arguments(self, message: str = "") -> list[str]:
        """The command that runs it."""
        program = str(self.official.program) if self.official else PROGRAM
        return [program, "gear", "run", "hypertuning", *(["-m", message] if message else [])]


def plan(where: Path, contents: Contents | None = None) -> Plan:
    """Read a project, the official command line and its settings; nothing is sent or written.

    Parameters
    ----------
    contents
        What the project's files will contain when it runs; by default what they contain now.

    Raises
    ------
    ConfigError
        When there is no ``openbayes.yaml``, or the project cannot be read.
    """
    file = project_file(where).absolute()
    loaded, own = load_contents(contents or read_contents(file), file)
    local = own.settings or LocalSettings()
    official, who, gear = find(), account(), read_gear(file.parent)
    completed = _completed(loaded)
    sent = snapshot.listing(file.parent, left_out=_LEFT_OUT)
    findings = [*_tools(official, who, gear), *_file(loaded)]
    if loaded.config is not None:
        findings += [*_secrets(loaded, loaded.config), *_elsewhere(loaded.config, local)]
    findings += _upload(file.parent, sent.files, sent.size)
    return Plan(
        file.parent,
        file,
        official,
        who,
        gear,
        loaded.document.text,
        completed,
        diff(loaded.document.text, completed, file.name),
        sent.files,
        sent.size,
        tuple(findings),
    )


def complete(plan: Plan) -> None:
    """Write the completed text into the file, unless it has changed since.

    Raises
    ------
    ConfigError
        When the file has changed since the plan was made, or cannot be written; it stays unchanged.
    """
    if not plan.change:
        return
    if load_file(plan.file).document.text != plan.written:
        raise ConfigError(
            text("{file} has changed since it was checked.", file=plan.file), text("Check again.")
        )
    replace_file(plan.file, plan.completed)


def _completed(loaded: Loaded) -> str:
    """The text with what the official command line requires: missing keys, and the scale of each range.

    Without a scale it fails, and only after the upload (openbayes-cli 0.28.5).
    """
    document = loaded.document
    for problem in loaded.problems:
        if problem.code == _COMPLETION and problem.fix is not None:
            with suppress(EditError):
                document = YamlDocument.parse(problem.fix.edit().apply(document.text))
    specs = loaded.config.hyper_tuning.parameter_specs if loaded.config is not None else ()
    places = [("hyper_tuning", "parameter_specs", i) for i in range(len(specs))]
    without_scale = [
        at
        for at, spec in zip(places, specs, strict=True)
        if isinstance(spec, DoubleSpec | IntegerSpec) and document.node((*at, "scale_type")) is None
    ]
    if len(without_scale) * len(document.text) > _MOST_REPARSED:
        raise ConfigError(
            ntext(
                "{count} range has no scale_type, and the file is too long to add it.",
                "{count} ranges have no scale_type, and the file is too long to add it.",
                len(without_scale),
            ),
            text("Write “scale_type: linear” into every range without it."),
        )
    for at in without_scale:
        document = document.apply(document.add(at, "scale_type", Scale.LINEAR.value))
    return document.text


def _tools(official: Official | None, who: Account, gear: Gear) -> Iterator[Finding]:
    if official is None:
        yield Finding(
            "bayes",
            Severity.ERROR,
            text("The official command line “bayes” is not installed."),
            text("Install it with: {command}", command=INSTALL),
        )
    else:
        version = official.version or "?"
        yield Finding(
            "bayes", Severity.OK, text("bayes {version}, {file}", version=version, file=official.program)
        )
    if who.signed_in:
        name = f"{who.user} ({who.organisation})" if who.organisation else who.user
        yield Finding(
            "account", Severity.OK, text("Signed in at {place} as {name}", place=who.endpoint, name=name)
        )
    else:
        yield Finding(
            "account",
            Severity.ERROR,
            text("You are not signed in at {place}.", place=who.endpoint),
            text("Sign in with: bayes login --web"),
        )
    if gear.id:
        yield Finding(
            "project", Severity.OK, text("Bound to the project {name} there", name=gear.name or gear.id)
        )
    else:
        yield Finding(
            "project",
            Severity.ERROR,
            text("This folder is not bound to a project of the platform."),
            text("Bind it with: bayesdesk cloud init {name}", name=gear.name or "NAME"),
        )


def _file(loaded: Loaded) -> Iterator[Finding]:
    for problem in loaded.problems:
        if problem.severity is Severity.ERROR:
            yield Finding.of_problem("files", problem)


def _secrets(loaded: Loaded, config: OpenBayesConfig) -> Iterator[Finding]:
    try:
        collect(config, loaded.document.text, os.environ)
    except ConfigError as error:
        yield Finding.of_error("secrets", error)


def _elsewhere(config: OpenBayesConfig, local: LocalSettings) -> Iterator[Finding]:
    """What works here and would not work, or not in the same way, on the platform."""
    for binding in config.data_bindings:
        if not _DATA_SET.fullmatch(binding.data):
            yield Finding(
                "inputs",
                Severity.WARNING,
                text(
                    "“{data}” is a folder of this machine; the platform does not have it.", data=binding.data
                ),
                text("Upload it as a data set there, and bind it as USER/DATASET/VERSION."),
            )
    if len(config.data_bindings) > _MOST_INPUTS:
        yield Finding(
            "inputs",
            Severity.WARNING,
            text("The platform binds at most {most} inputs.", most=_MOST_INPUTS),
            text("Merge data sets."),
        )
    if has_place(config.command):
        yield Finding(
            "command",
            Severity.ERROR,
            text(
                "The platform appends the parameters to the command; it does not replace {place}.",
                place=PLACE,
            ),
            text("Move the command into a script that passes its arguments on: sh run.sh"),
        )
    for path in dict.fromkeys(_ABSOLUTE.findall(config.command)):
        yield Finding(
            "command",
            Severity.WARNING,
            text("The command contains {path}, which is a path of this machine.", path=path),
            text("Use paths below the project, or below /input0 … /input4 and /output."),
        )
    if local.image:
        yield Finding(
            "image",
            Severity.WARNING,
            text(
                "The image {image} is used on this machine only; the platform uses “{env}”.",
                image=local.image,
                env=config.env,
            ),
            text("Make sure that “env” has what the program imports, or install it in the command."),
        )
    if local.environment:
        yield Finding(
            "environment",
            Severity.WARNING,
            text(
                "Environment variables of openbayes.local.yaml are not set on the platform: {names}.",
                names=", ".join(local.environment),
            ),
            text("Pass what the program needs as parameters."),
        )
    if local.objective is ObjectiveRule.BEST:
        yield Finding(
            "metric",
            Severity.WARNING,
            text("Here the best value of a trial counts; the platform does not have that setting."),
            text("Let the program report its best value last."),
        )


def _upload(project: Path, files: int, size: int) -> Iterator[Finding]:
    shown = ntext(
        "{count} file, {size} MB, would be uploaded",
        "{count} files, {size} MB, would be uploaded",
        count=files,
        size=_megabytes(size),
    )
    if size > _LARGE:
        yield Finding(
            "upload", Severity.WARNING, shown, text("List data and old outputs in .openbayesignore.")
        )
    else:
        yield Finding("upload", Severity.OK, shown)
    if (project / LOCAL_FILE_NAME).exists() and LOCAL_FILE_NAME not in _ignored(project):
        yield Finding(
            "upload",
            Severity.WARNING,
            text("{file} would be uploaded too, with the paths that it names.", file=LOCAL_FILE_NAME),
            text("Add the line {file} to .openbayesignore.", file=LOCAL_FILE_NAME),
        )


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.1f}" if size >= 1e5 else "< 0.1"


def _ignored(project: Path) -> list[str]:
    file = project / IGNORE_FILE
    try:
        return read_text(file, MAX_BYTES).split()
    except OSError:
        return []

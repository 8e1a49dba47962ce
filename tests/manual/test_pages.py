"""The manual says what is so: its commands run, its files are files, its links lead somewhere."""

from __future__ import annotations

import ast
import os
import re
import subprocess
from pathlib import Path

import pytest
import typer
import yaml
from babel.messages.pofile import read_po

from bayescore.cli.commands import application
from bayescore.config import LocalSettings, load_local_text, load_text
from bayescore.config.models import HyperTuning
from bayescore.config.problems import has_errors
from bayescore.i18n import LANGUAGES, translate
from bayescore.resources import manual_page
from bayesdesk.manual import PAGES
from support import commands
from support.workspace import BIN

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = ROOT / "resources" / "translations" / "zh" / "LC_MESSAGES" / "bayesdesk.po"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
COMMENT = re.compile(r"(?:^|\s+)# (.*)$", re.MULTILINE)
IDEOGRAPH = re.compile(r"[\u4e00-\u9fff]")
PICTURE = re.compile(r"!\[[^\]]*\]\(([^)\s]+)\)")


def page(language: str, name: str) -> str:
    return manual_page(language, name).read_text(encoding="utf-8")


def blocks(content: str, kind: str) -> list[str]:
    return [body for found, body in BLOCK.findall(content) if found == kind]


def without_comments(content: str) -> list[tuple[str, str]]:
    return [(kind, COMMENT.sub("", body)) for kind, body in BLOCK.findall(content)]


@pytest.mark.parametrize("name", [n for n in PAGES if blocks(page("en", n), "sh")])
def test_that_every_command_of_a_page_runs(name: str, forks: None, tmp_path: Path) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    commands.stand_in(BIN / "bayesdesk", programs)
    environment = {
        **{k: v for k, v in os.environ.items() if k not in ("LANG", "LC_ALL")},
        "PATH": os.pathsep.join((str(programs), str(BIN), os.environ["PATH"])),
        "BAYESDESK_HOME": str(tmp_path / "home"),
        "HOME": str(tmp_path),
    }
    script = "\n".join(blocks(page("en", name), "sh"))
    try:
        done = subprocess.run(
            ["sh", "-ex"],
            input=script,
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            timeout=200,
        )
    finally:
        commands.run([BIN / "bayesdesk", "engine", "stop"], tmp_path, environment, timeout=60)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]


@pytest.mark.parametrize("name", PAGES)
def test_that_both_languages_show_the_same_blocks_and_pictures(name: str) -> None:
    english, chinese = page("en", name), page("zh", name)
    assert without_comments(english) == without_comments(chinese)
    assert [p.replace("-en-", "-zh-") for p in PICTURE.findall(english)] == PICTURE.findall(chinese)
    assert english.count("\n#") == chinese.count("\n#") or name == "search"  # whose figures are in one place


@pytest.mark.parametrize("name", PAGES)
def test_that_comments_in_blocks_of_the_chinese_manual_are_chinese(name: str) -> None:
    comments = [found for _kind, body in BLOCK.findall(page("zh", name)) for found in COMMENT.findall(body)]
    assert [comment for comment in comments if not IDEOGRAPH.search(comment)] == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", PAGES)
def test_that_files_and_programs_on_a_page_are_sound_and_links_lead_somewhere(
    language: str, name: str
) -> None:
    content = page(language, name)
    for body in blocks(content, "python"):
        ast.parse(body)
    for body in blocks(content, "yaml"):
        found = load_text(body) if "hyper_tuning" in body else load_local_text(body)
        assert not has_errors(list(found.problems)), found.problems
    folder = manual_page(language, name).parent
    for target in (*LINK.findall(content), *PICTURE.findall(content)):
        if not target.startswith(("http", "#")):
            assert (folder / target.partition("#")[0]).is_file(), target


@pytest.mark.parametrize("language", LANGUAGES)
def test_that_no_key_and_no_command_is_left_out(language: str) -> None:
    files, listed = page(language, "files"), page(language, "command-line")
    local = (field.alias or name for name, field in LocalSettings.model_fields.items())
    for key in (*HyperTuning.model_fields, *local):
        assert f"`{key}`" in files, key
    found = typer.main.get_command(application)
    for name in found.commands:  # type: ignore[attr-defined]
        assert re.search(rf"`(bayesdesk )?{name}\b", listed), name


@pytest.mark.parametrize("language", LANGUAGES)
def test_that_trouble_is_listed_in_the_programs_own_words(language: str) -> None:
    rows = [
        row.split(" | ")[0].removeprefix("| ")
        for row in page("en", "troubleshooting").splitlines()
        if " | " in row
    ]
    with CATALOGUE.open("rb") as file:
        catalogue = {m.id for m in read_po(file)}
    told = page(language, "troubleshooting")
    for message in rows[1:]:
        assert message in catalogue, message
        assert translate(message, language) in told, message


def test_that_the_site_and_the_window_have_every_page() -> None:
    written = {f.stem for f in (ROOT / "docs" / "en").glob("*.md")}
    assert written == set(PAGES)
    navigation = yaml.safe_dump(yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))["nav"])
    for name in PAGES:
        assert f"en/{name}.md" in navigation
        assert f"zh/{name}.md" in navigation


@pytest.mark.parametrize("file", ["CONTRIBUTING.md", "docs/en/architecture.md", "docs/zh/architecture.md"])
def test_that_every_path_that_developers_are_shown_exists(file: str) -> None:
    content = (ROOT / file).read_text(encoding="utf-8")
    named = set(re.findall(r"`([\w./-]+(?:/[\w.-]+|\.py|\.yml|/))`", content))
    named -= {"docs/en/NAME.md", "docs/zh/NAME.md", "build/bench.json"}
    roots = [ROOT, ROOT / "core" / "bayescore", ROOT / "desktop" / "bayesdesk"]
    assert {path for path in named if not any((root / path).exists() for root in roots)} == set()


def test_that_the_tree_in_contributing_is_the_one_of_the_repository() -> None:
    content = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    shown: dict[str, set[str]] = {}
    for line in content.split("```")[1].splitlines():
        name = line.split(" ")[0]
        if name.endswith("/"):
            top = name
            shown[top] = set()
        elif found := re.match(r"  ([a-z_]+)/ ", line):
            shown[top].add(found[1])
    for package in ("core/bayescore/", "desktop/bayesdesk/"):
        folders = {p.name for p in (ROOT / package).iterdir() if any(p.glob("*.py"))}
        assert shown[package] == folders
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True
    ).stdout.splitlines()
    tops = {path.partition("/")[0] for path in tracked if "/" in path and not path.startswith(".")}
    assert {name.partition("/")[0] for name in shown} == tops

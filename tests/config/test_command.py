"""A command whose program would not get its parameters is an error, at its place and with a fix."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bayescore.config import Loaded, load_local_text, load_text
from bayescore.config.both_files import problems_of
from bayescore.config.options_place import needs_bash
from support.builders import FILE

PROBLEMS = [
    # the command as the file has it, the marked part, and the command after the fix
    ('"python main.py ⟦# baseline⟧"', "python main.py"),
    ("python main.py; ⟦echo done⟧", "python main.py {parameters}; echo done"),
    ("python main.py && ⟦echo ok⟧", "python main.py {parameters} && echo ok"),
    ("python main.py 2>&1 | ⟦tee log.txt⟧", "python main.py {parameters} 2>&1 | tee log.txt"),
    ("python main.py⟦;⟧", "python main.py"),
    ("python main.py ⟦&⟧", "python main.py"),
    ("python main.py ⟦&&⟧", "python main.py"),
    ('bash -c ⟦"python main.py"⟧', 'bash -c "python main.py {parameters}"'),
    ("bash -lc ⟦'cd src; python main.py'⟧", "bash -lc 'cd src; python main.py {parameters}'"),
    ("if true; then python a.py; ⟦fi⟧", "if true; then python a.py {parameters}; fi"),
    ("⟦( cd src; python main.py )⟧", None),
    ("python main.py ⟦'a b⟧", None),
    ("|\n  cd src\n  python main.py  # fast\n  ⟦echo finished⟧", "cd src\npython main.py {parameters}  # fast\necho finished\n"),
    ("|\n  python main.py --epochs=3 ⟦\\⟧", "python main.py --epochs=3\n"),
    ("|\n  python main.py\n  ⟦# --fast⟧", "python main.py\n"),
    ("|\n  python - ⟦<<⟧EOF\n  print(1)\n  EOF", None),
    ("|\n  python - ⟦<<⟧'EOF'\n  print('it''s)\n", None),
    ("env A=1 bash -c ⟦'python main.py'⟧", "env A=1 bash -c 'python main.py {parameters}'"),
    ("nohup timeout -k 9 1h /bin/bash -lc ⟦'python main.py'⟧", "nohup timeout -k 9 1h /bin/bash -lc 'python main.py {parameters}'"),
    ("sudo -u me env -u A sh -c ⟦'python main.py'⟧", "sudo -u me env -u A sh -c 'python main.py {parameters}'"),
    ("python main.py && ⟦[ -f best.pt ]⟧", "python main.py {parameters} && [ -f best.pt ]"),
    ("python main.py; ⟦nohup sync⟧", "python main.py {parameters}; nohup sync"),
    ("python main.py ⟦2>⟧", "python main.py"),
    ("python main.py ⟦${A⟧", None),
    ('python main.py "⟦${A"⟧', None),
    ("bash -o pipefail -c ⟦'python main.py | tail'⟧", "bash -o pipefail -c 'python main.py | tail {parameters}'"),
]  # fmt: skip
FINE = [
    "python main.py",
    "python main.py --note='# no comment' a#b",
    "cd src && python main.py",
    "python main.py > log.txt 2>&1",
    "FOO=1 nohup torchrun --nproc_per_node 2 main.py",
    "python main.py {parameters} | tee log.txt",
    'bash -c "python main.py {parameters}; echo done"',
    "bash -c 'python main.py \"$@\"' --",
    "python main.py \\\n  --epochs=3",
    "echo only",
    "nohup python main.py",
    "env -u A python main.py",
    "python main.py ${A:-b c} \"${B}\" '${C'",
    "python main.py 2>&1 > log.txt",
    "[ -f a ] && python main.py",
    "make train",
    "bash train.sh -c config.yaml",
    "bash -e train.sh -cuda 1",
    "cat > note.txt <<EOF\nit's a note\nEOF\npython main.py",
    "cat > a <<-'A B' > b\n(\n\tA B\npython main.py",
    "bash <<EOF\npython main.py {parameters}\nEOF",
]


def loaded(command: str) -> Loaded:
    return load_text(FILE.replace("command: python main.py", f"command: {command}", 1))


@pytest.mark.parametrize(("written", "fixed"), PROBLEMS)
def test_that_a_command_that_would_lose_its_parameters_is_an_error_with_a_fix(
    written: str, fixed: str | None
) -> None:
    found = loaded(written.replace("⟦", "").replace("⟧", ""))
    assert found.config is None
    (problem,) = [p for p in found.problems if p.code == "command-options"]
    lines = found.document.text.splitlines()
    assert problem.line == problem.end_line
    assert lines[problem.line - 1][problem.column - 1 : problem.end_column - 1] == marked(written)
    if fixed is None:
        assert problem.fix is None
        return
    assert problem.fix is not None
    edit = problem.fix.edit()
    repaired = load_text(edit.apply(found.document.text))
    assert repaired.config is not None
    assert repaired.config.command == fixed
    assert len(edit.text) < len(" {parameters}") + 1  # nothing else is written anew


def marked(written: str) -> str:
    return written.partition("⟦")[2].partition("⟧")[0]


@pytest.mark.parametrize("command", FINE)
def test_that_other_commands_are_fine(command: str) -> None:
    found = loaded(json.dumps(command))
    assert [p for p in found.problems if p.code == "command-options"] == []


@pytest.mark.parametrize(
    ("command", "word"),
    [
        ("source venv/bin/activate && python main.py", "source"),
        ("set -o pipefail; python main.py", "pipefail"),
        ("set -o pipefail -e; python main.py", "pipefail"),
        ("if [[ -f a ]]; then python main.py; fi", "[["),
        (". venv/bin/activate && python main.py", None),
        ("python source", None),
        ("python main.py |& tee log.txt", "|&"),
        ("python main.py {parameters} > >(tee log.txt)", ">("),
        ("diff <(ls a) b; python main.py", "<("),
        ("python main.py <<< yes", "<<<"),
        ("python main.py 2> log.txt", None),
        ("(python main.py {parameters}) > log.txt", None),
    ],
)
def test_that_a_word_of_bash_is_found(command: str, word: str | None) -> None:
    found = needs_bash(command)
    assert (found.text if found else None) == word
    assert found is None or command[found.start : found.end] == word


@pytest.mark.parametrize("local", ["", "shell: bash\n"])
def test_that_output_redirected_as_in_bash_is_an_error_only_for_a_shell_that_loses_the_parameters(
    local: str,
) -> None:
    config = loaded("python main.py &> log.txt")
    problems = problems_of(Path("openbayes.yaml"), config, load_local_text(local))
    found = [(str(p.severity), p.column) for p in problems if p.code == "needs-bash"]
    assert found == ([] if local else [("error", 25)])

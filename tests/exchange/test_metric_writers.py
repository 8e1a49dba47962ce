"""Sources of metrics proposed from the libraries that a program uses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bayescore.config import load_local_text
from bayescore.exchange.program_modules import local_modules
from bayescore.exchange.program_options import propose_space
from bayescore.metrics.marked_number import NUMBER
from support.workspace import Workspace

OPTIONS = "import argparse\nparser = argparse.ArgumentParser()\nparser.add_argument('--lr', type=float, default=0.1)\n"
HUGGING_FACE = "from transformers import Seq2SeqTrainer\nSeq2SeqTrainer(model=m).train()"
LIGHTNING = "import lightning as L\nself.log('val_loss', x)\nL.Trainer(max_epochs=3).fit(model)"


@pytest.mark.parametrize(
    ("program", "metric", "sources", "objective"),
    [
        ("from torch.utils.tensorboard import SummaryWriter\nw = SummaryWriter('logs/a')\nw.add_scalar('train/loss', 1)\nw.add_scalar('val/acc', 1)", "", [{"tensorboard": "logs/a"}], "val/acc"),
        ("from tensorboardX import SummaryWriter\nw = SummaryWriter(log_dir=args.dir)", "loss", [{"tensorboard": "runs"}], "loss"),
        ("from lightning.pytorch.loggers import CSVLogger\nlogger = CSVLogger('logs', name='x')\nself.log('val_loss', 1)", "", [{"csv": "logs/**/metrics.csv"}], "val_loss"),
        ("import keras\nkeras.callbacks.CSVLogger('training.csv')", "", [{"csv": "training.csv"}], "accuracy"),
        (LIGHTNING, "", [{"csv": "lightning_logs/**/metrics.csv"}, {"tensorboard": "lightning_logs"}], "val_loss"),
        (HUGGING_FACE, "", [{"json": "**/trainer_state.json"}], "eval_loss"),
        ("from ultralytics import YOLO\nYOLO('yolo11n.pt').train(data=d)", "", [{"csv": "runs/**/results.csv"}], "metrics/mAP50-95(B)"),
        ("import keras\nmodel.fit(x, y)", "val_acc", [{"log": rf"""\bval_acc["'=: ]+(?P<val_acc>{NUMBER})"""}], "val_acc"),
        ("print(f'val/loss: {loss}')", "val/loss", [{"log": rf"""\bval/loss["'=: ]+(?P<val_loss>{NUMBER})""", "rename": {"val_loss": "val/loss"}}], "val/loss"),
    ],
)  # fmt: skip
def test_that_a_source_is_proposed_for_a_library(
    program: str, metric: str, sources: list[dict[str, Any]], objective: str
) -> None:
    found = propose_space(f"{OPTIONS}{program}\n", metric)
    local = load_local_text(found.written.local_text())
    assert local.problems == ()
    assert local.document.data == {"metrics": sources}
    assert f'"{objective}"' in found.file_text("main.py", metric=metric).replace("'", '"') or (
        f"hyperparameter_metric: {objective}\n" in found.file_text("main.py", metric=metric)
    )


@pytest.mark.parametrize(
    "program",
    [
        "from openbayestool import log_metric\nSummaryWriter()\nlog_metric('a', 1)",
        "model.fit(x, y)",
        "print('done')",
    ],
)
def test_that_no_source_is_proposed_without_a_reason(program: str) -> None:
    assert propose_space(OPTIONS + program, "acc").written.local_text() == ""


@pytest.mark.parametrize(
    ("program", "objective"),
    [
        ("print(f'epoch {e} train_loss={a:.4f} val_loss={b:.4f}')", "val_loss"),
        ("print('step %d loss: %.3f' % (step, loss))", "loss"),
        ("bar.set_postfix(lr=lr, acc=acc)", "acc"),
        ("logging.info('val/f1 = {}'.format(f1))", "val/f1"),
        ("print('no accuracy is known', end='')", "accuracy"),
    ],
)
def test_that_the_objective_of_a_program_that_prints_is_what_it_prints(program: str, objective: str) -> None:
    found = propose_space(OPTIONS + program)
    assert f"hyperparameter_metric: {objective}\n" in found.file_text("main.py")
    assert bool(found.written.sources) == ("no accuracy" not in program)


def test_that_a_program_that_only_prints_runs_as_init_proposes_it(workspace: Workspace) -> None:
    workspace.project.mkdir()
    program = f"{OPTIONS}args = parser.parse_args()\nprint(f'epoch 1, val_loss = {{args.lr}}')\n"
    (workspace.project / "main.py").write_text(program)
    made = workspace.run("init", "--program", "main.py", "--metric", "val_loss", "--trials", "2")
    assert made.code == 0, made.err
    assert "openbayes.local.yaml" in made.out
    assert "print" in made.err
    job = workspace.tune("--runner", "process")
    assert job["state"] == "succeeded", job
    assert all(trial["value"] == trial["parameters"]["lr"] for trial in job["trials"])


def test_that_a_local_file_that_is_there_is_kept_and_the_lines_are_shown(workspace: Workspace) -> None:
    workspace.project.mkdir()
    (workspace.project / "main.py").write_text(OPTIONS + HUGGING_FACE)
    own = workspace.project / "openbayes.local.yaml"
    own.write_text("gpus: none\n")
    made = workspace.run("init", "--program", "main.py")
    assert "json: '**/trainer_state.json'" in made.err
    assert own.read_text() == "gpus: none\n"


def test_that_the_modules_that_a_program_imports_are_looked_at(tmp_path: Path) -> None:
    files = {
        "pkg/__init__.py": "",
        "pkg/loop.py": "from .log.board import Board\nfrom ..up import x\nimport missing",
        "pkg/log/__init__.py": "",
        "pkg/log/board.py": "from torch.utils.tensorboard import SummaryWriter\n"
        "class Board:\n    w = SummaryWriter('logs')\n",
        "up.py": "this is not Python",
        "tests.py": "from lightning.pytorch.loggers import CSVLogger\nCSVLogger('x')",
    }
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content)
    program = f"{OPTIONS}from pkg import loop\nimport json, os.path\n"
    found = propose_space(program, "acc", local_modules(tmp_path, "train.py", program))
    assert found.written.sources == ({"tensorboard": "logs"},)


def test_that_modules_that_import_each_other_are_each_read_once(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("import b")
    (tmp_path / "b.py").write_text("import a, b")
    (tmp_path / "c").mkdir()
    (tmp_path / "d.py").symlink_to(tmp_path / "nowhere.py")
    found = list(local_modules(tmp_path, "main.py", "import a, c, d\nfrom .. import x\nfrom . import b"))
    assert found == ["import b", "import a, b"]
    (tmp_path / "scripts").mkdir()
    assert list(local_modules(tmp_path, "scripts/train.py", "import b\nfrom .. import a")) == found[::-1]
    assert list(local_modules(tmp_path / "scripts", "train.py", "import b\nfrom .. import a")) == []


def test_that_a_program_that_reports_in_a_module_gets_no_source(tmp_path: Path) -> None:
    (tmp_path / "report.py").write_text("from openbayestool import log_metric\nlog_metric('acc', 1)")
    (tmp_path / "z.py").write_text("from torch.utils.tensorboard import SummaryWriter\nSummaryWriter()")
    program = f"{OPTIONS}import report, z\n"
    found = propose_space(program, "acc", local_modules(tmp_path, "main.py", program))
    assert found.written.sources == ()

"""Programs that read their parameters with libraries: short ones, written for the tests."""

from __future__ import annotations

_REPORT = "\nfrom openbayestool import log_metric\nlog_metric('score', float(lr))\n"


def _reporting(program: str, indent: str = "    ") -> str:
    return program + _REPORT.replace("\n", f"\n{indent}").rstrip() + "\n"


HYDRA = {
    "conf/config.yaml": "defaults:\n  - optim: sgd\n  - _self_\nlr: 0.01\nname: run\nhydra: {run: {dir: out}}\n",
    "conf/optim/sgd.yaml": "momentum: 0.9\nnested: {decay: 1e-4}\nnesterov: true\n",
    "main.py": _reporting(
        "import hydra\n\n@hydra.main(config_path='conf', config_name='config', version_base='1.3')\n"
        "def main(cfg):\n    lr = cfg.lr"
    )
    + "\nmain()\n",
}
CLICK = {
    "main.py": _reporting(
        "import click\n\n@click.command()\n@click.option('--lr', type=float, default=0.01)\n"
        "@click.option('--opt', type=click.Choice(['adam', 'sgd']), default='sgd')\n"
        "@click.option('--amp/--no-amp', is_flag=True)\n@click.option('--half', type=bool, default=True)\n"
        "def main(lr, opt, amp, half):\n    pass"
    )
    + "\nmain()\n"
}
TYPER = {
    "main.py": _reporting(
        "from typing import Annotated\n\nimport typer\n\ndef main(lr: float = 0.01, hidden_units: Annotated[int, typer.Option()] = 64,\n"
        "         drop: float = typer.Option(0.1, '--dropout'), amp: bool = False):\n    pass"
    )
    + "\ntyper.run(main)\n"
}
FIRE = {
    "main.py": _reporting("import fire\n\ndef main(lr=0.01, hidden_units=64, amp=False, name='x'):\n    pass")
    + "\nfire.Fire(main)\n"
}
JSONARGPARSE = {
    "main.py": _reporting(
        "from typing import Literal\n\nfrom jsonargparse import CLI\n\n"
        "def main(lr: float = 0.01, opt: Literal['adam', 'sgd'] = 'sgd', amp: bool = False):\n    pass"
    )
    + "\nCLI(main, as_positional=False)\n"
}
ABSL = {
    "main.py": "from absl import app, flags\n\nflags.DEFINE_float('lr', 0.01, 'rate')\n"
    "flags.DEFINE_enum('opt', 'sgd', ['adam', 'sgd'], 'optimizer')\nflags.DEFINE_bool('amp', False, 'half')\n\n"
    + _reporting("def main(_):\n    lr = flags.FLAGS.lr")
    + "\napp.run(main)\n"
}
# By library: its program, and the parameters that are proposed for it.
PROGRAMS = {
    "hydra": (HYDRA, ["optim.momentum", "optim.nested.decay", "lr"]),
    "click": (CLICK, ["lr", "opt"]),
    "typer": (TYPER, ["lr", "hidden-units", "dropout"]),
    "fire": (FIRE, ["lr", "hidden_units"]),
    "jsonargparse": (JSONARGPARSE, ["lr", "opt"]),
    "absl": (ABSL, ["lr", "opt"]),
}

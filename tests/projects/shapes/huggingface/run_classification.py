"""Finetunes a text classifier; its state is in the output folder."""

import json
import math
from pathlib import Path

from arguments import parse


def save_state(folder: Path, history: list[dict[str, float]]) -> None:
    """Write ``trainer_state.json``, as each checkpoint and the end do."""
    folder.mkdir(parents=True, exist_ok=True)
    state = {"epoch": history[-1]["epoch"], "global_step": history[-1]["step"], "log_history": history}
    (folder / "trainer_state.json").write_text(json.dumps(state, indent=2))


def main() -> None:
    """Log the loss and evaluate, with a checkpoint for each epoch."""
    args = parse()
    examples = len(Path(args.train_file).read_text().splitlines())
    if examples < args.per_device_train_batch_size // 8:
        raise SystemExit("Too few examples.")
    best = 0.9 - (math.log10(args.learning_rate) + 4) ** 2 / 10 - args.weight_decay
    history: list[dict[str, float]] = []
    for epoch in range(1, args.num_train_epochs + 1):
        step = epoch * 10
        history.append({"epoch": epoch, "step": step, "loss": 1 / epoch, "learning_rate": args.learning_rate})
        accuracy = best - 0.1 * (args.num_train_epochs - epoch)
        history.append({"epoch": epoch, "step": step, "eval_accuracy": accuracy, "eval_loss": 1 - accuracy})
        save_state(args.output_dir / f"checkpoint-{step}", history)
    history.append({"epoch": epoch, "step": step, "train_runtime": 1.5, "train_loss": 0.5})
    save_state(args.output_dir, history)


if __name__ == "__main__":
    main()

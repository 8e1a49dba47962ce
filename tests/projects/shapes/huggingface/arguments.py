"""Options from the fields of a dataclass: ``learning_rate`` is ``--learning-rate``."""

import argparse
from dataclasses import MISSING, dataclass, fields
from pathlib import Path


@dataclass
class TrainingArguments:
    """What can be set."""

    model_name_or_path: str
    output_dir: Path
    train_file: str = "data/train.jsonl"
    learning_rate: float = 5e-5
    weight_decay: float = 0.0
    per_device_train_batch_size: int = 8
    num_train_epochs: int = 3


def parse() -> TrainingArguments:
    """Read the command line."""
    parser = argparse.ArgumentParser(allow_abbrev=False)
    for field in fields(TrainingArguments):
        required = field.default is MISSING
        option = "--" + field.name.replace("_", "-")
        default = None if required else field.default
        parser.add_argument(option, type=field.type, required=required, default=default)
    return TrainingArguments(**vars(parser.parse_args()))

"""Where a trial's parameters go in the command: at its end, or where ``{parameters}`` stands."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from bayescore.config.shell import Shell, Sign, SimpleCommand, Word, pieces, quoted, read
from bayescore.i18n import Text, text

PLACE = "{parameters}"
_PARTS = re.compile(r"\{name\}|\{value\}")
_OTHER_PROGRAMS = frozenset((  # commands that take no training parameters
    "echo", "printf", "tee", "true", "false", ":", "exit", "date", "sleep", "wait", "ls", "cat", "rm", "cp",
    "mv", "mkdir", "touch", "tail", "head", "grep", "cd", "export", "set", "unset", "source", ".", "kill",
    "chmod", "curl", "wget", "rsync", "gzip", "tar", "sync", "nvidia-smi", "trap", "ulimit", "umask", "[",
    "test", "[[", "wc", "sort", "cut", "awk", "sed", "read", "shift", "return", "break", "continue",
))  # fmt: skip
_SHELLS = frozenset({"sh", "bash", "dash", "zsh"})
_BEGIN = frozenset({"if", "then", "elif", "else", "while", "until", "do", "{", "!", "time"})
# Commands that run the command behind them, and their options that take the next word as a value.
_RUNNING = {
    "env": ("-u", "-C", "--unset", "--chdir"), "nohup": (), "exec": ("-a",), "command": (), "setsid": (),
    "nice": ("-n", "--adjustment"), "ionice": ("-c", "-n"), "stdbuf": ("-i", "-o", "-e"),
    "xvfb-run": ("-s", "-n"), "sudo": ("-u", "-g", "-C", "-D"),
    "timeout": ("-s", "-k", "--signal", "--kill-after"), "time": ("-f", "-o"),
    "taskset": (), "numactl": (), "chrt": (), "caffeinate": (),
}  # fmt: skip
_WITH_ARGUMENT = frozenset({"timeout", "taskset", "chrt"})  # as in "timeout 1h python main.py"
_END = frozenset({"fi", "done", "esac", "}"})


@dataclass(frozen=True)
class Replacement:
    """Other characters for those from ``start`` to ``end`` of the command."""

    title: Text
    start: int
    end: int
    characters: str = ""


@dataclass(frozen=True)
class Obstacle:
    """Why the program would not get its parameters.

    Attributes
    ----------
    start, end
        Span in the command.
    fix
        How to remove it, if that is known.
    """

    message: Text
    start: int
    end: int
    fix: Replacement | None = None


def with_options(command: str, options: Sequence[str]) -> str:
    """The command with options, each quoted for a shell, at their place."""
    command = command.replace("\r\n", "\n")
    words = " ".join(options)
    if not has_place(command):
        return " ".join([command.rstrip(), *options])
    parts = [
        p.text.replace(PLACE, quoted(words, p.within)) if p.sign is Sign.TEXT else p.text
        for p in pieces(command)
    ]
    return "".join(parts)


def has_place(command: str) -> bool:
    """Whether the command says where its parameters go."""
    return PLACE in command and any(PLACE in p.text for p in pieces(command) if p.sign is Sign.TEXT)


def obstacle(command: str) -> Obstacle | None:
    """What keeps the parameters from the program, if anything does."""
    command = command.rstrip()
    shell = read(command)
    if shell.unclosed is not None:
        return Obstacle(
            text("“{sign}” is opened here and never closed.", sign=_opening(command, shell.unclosed)),
            shell.unclosed,
            len(command),
        )
    if has_place(command) or not shell.commands:
        return None
    return _after_the_end(command, shell) or _of_last_command(command, shell)


def _opening(command: str, at: int) -> str:
    return command[at : at + 2] if command.startswith(("${", "$("), at) else command[at]


def _after_the_end(command: str, shell: Shell) -> Obstacle | None:
    if shell.here_document is not None:
        return Obstacle(
            text(
                "Parameters cannot be appended to a here-document. Write {place} where they go.",
                place=PLACE,
            ),
            shell.here_document.start,
            shell.here_document.end,
        )
    if shell.comment is not None:
        return _removable(
            command,
            Word(shell.comment.text, shell.comment.start, shell.comment.end),
            text("The parameters would be part of the comment at the end of the command."),
            text("Remove the comment"),
        )
    if shell.continuation is not None:
        return _removable(
            command,
            Word("\\", shell.continuation, shell.continuation + 1),
            text("The command ends in a backslash, which would change the first parameter."),
            text("Remove the backslash"),
        )
    if shell.redirection is not None:
        return _removable(
            command,
            shell.redirection,
            text(
                "The command ends in “{operator}”: the first parameter would be the name of a file.",
                operator=shell.redirection.text,
            ),
            text("Remove “{operator}”", operator=shell.redirection.text),
        )
    if shell.operator is not None:
        return _removable(
            command,
            shell.operator,
            text(
                "The command ends in “{operator}”: the parameters would be a command of their own.",
                operator=shell.operator.text,
            ),
            text("Remove “{operator}”", operator=shell.operator.text),
        )
    return None


def _of_last_command(command: str, shell: Shell) -> Obstacle | None:
    last = shell.commands[-1]
    name = _name(last)
    if name.text in _END or name.text.startswith("("):
        message = text("Parameters cannot be appended after “{word}”. Write {place} where they go.",
                       word=name.text if name.text in _END else ")", place=PLACE)  # fmt: skip
        return _with_place(shell, message)
    words = _without_prefix(last)
    if script := _script(words):
        if any(form in script.text for form in ("$@", "$*")):
            return None
        message = text(
            "“{shell} -c” does not pass the parameters on to the program. Write {place} in the script.",
            shell=words[0].text,
            place=PLACE,
        )
        at = script.end - 1
        is_quoted = command[at] in "'\""
        return Obstacle(message, script.start, script.end, _insertion(at) if is_quoted else None)
    if words and words[0].text in _OTHER_PROGRAMS and _programs(shell):
        message = text(
            "The parameters would be passed to “{name}”, the last command, not to the program. "
            "Write {place} where they go.",
            name=words[0].text,
            place=PLACE,
        )
        return _with_place(shell, message)
    return None


def _with_place(shell: Shell, message: Text) -> Obstacle:
    last, programs = shell.commands[-1], _programs(shell)
    fix = _insertion(programs[-1].end) if programs else None
    return Obstacle(message, last.words[0].start, last.end, fix)


def _insertion(at: int) -> Replacement:
    return Replacement(text("Put {place} after the program", place=PLACE), at, at, f" {PLACE}")


def _removable(command: str, word: Word, message: Text, title: Text) -> Obstacle:
    start = len(command[: word.start].rstrip(" \t"))
    return Obstacle(message, word.start, word.end, Replacement(title, start, word.end))


def _name(simple: SimpleCommand) -> Word:
    """The word that names the program: behind reserved words and assignments."""
    for word in simple.words:
        if word.text not in _BEGIN and not _is_assignment(word.text):
            return word
    return simple.words[0]


def _without_prefix(simple: SimpleCommand) -> Sequence[Word]:
    """Words of a command from its program on: without assignments, ``nohup``, ``env -u NAME`` …"""
    words = [*simple.words]
    while words:
        if words[0].text in _BEGIN or _is_assignment(words[0].text):
            del words[0]
            continue
        running = words[0].text.rpartition("/")[2]
        if running not in _RUNNING or len(words) == 1:
            return words
        del words[0]
        while words and words[0].text.startswith("-"):
            takes_next = words[0].text in _RUNNING[running]
            del words[: 2 if takes_next else 1]
        if running in _WITH_ARGUMENT:
            del words[:1]
    return words


def _is_assignment(word: str) -> bool:
    name, equals, _value = word.partition("=")
    return bool(equals) and name.isidentifier()


def _programs(shell: Shell) -> list[SimpleCommand]:
    """The simple commands that may be the program."""
    none = _OTHER_PROGRAMS | _END | _BEGIN | {"for", "case"}

    def may_be(simple: SimpleCommand) -> bool:
        words = _without_prefix(simple) or simple.words
        return words[0].text not in none and not words[0].text.startswith("(")

    return [simple for simple in shell.commands if may_be(simple)]


def _script(words: Sequence[Word]) -> Word | None:
    """The script of ``sh -c SCRIPT`` if no arguments follow it; of its words without what runs it."""
    if not words or words[0].text.rpartition("/")[2] not in _SHELLS:
        return None
    is_argument = False  # as “pipefail” in “bash -o pipefail”
    for word, script in pairwise(words[1:]):
        if is_argument:
            is_argument = False
        elif not word.text.startswith(("-", "+")):
            return None  # a file, which gets the words behind it
        elif not word.text.startswith(("--", "+")) and "c" in word.text:
            return script
        else:
            is_argument = word.text.endswith(("o", "O")) or word.text in ("--rcfile", "--init-file")
    return None


def program_words(command: str) -> list[tuple[str, ...]]:
    """Words of the commands up to the one that gets the parameters."""
    simple = read(command).commands
    if has_place(command):
        taking = [i for i, each in enumerate(simple) if any(PLACE in word.text for word in each.words)]
        simple = simple[: taking[0] + 1] if taking else []
    words = [tuple(word.text for word in _without_prefix(each)) for each in simple]
    return [each for each in words if each]


def option(form: str, name: str, value: str) -> str:
    """A parameter as quoted words of a command; ``form`` has ``{name}`` and ``{value}``."""
    written = {"{name}": name, "{value}": value}
    words = (_PARTS.sub(lambda place: written[place[0]], word) for word in form.split())
    return " ".join(map(shlex.quote, words))


def needs_bash(command: str) -> Word | None:
    """The first word or operator that bash understands and ``sh`` need not, if there is one."""
    shell = read(command)
    found = [] if shell.bash is None else [shell.bash]
    for simple in shell.commands:
        name = _name(simple)
        if name.text in ("source", "[[", "shopt", "declare", "pushd", "popd"):
            found.append(name)
        if name.text == "set":
            found += [word for word in simple.words if word.text == "pipefail"]
    return min(found, key=lambda word: word.start, default=None)


def is_in_background(operator: str) -> bool:
    """Whether a plain ``sh`` reads an operator of bash as ``&``: the program would not get its parameters."""
    return operator.startswith("&>")

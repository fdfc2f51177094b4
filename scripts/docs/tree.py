"""The commands of click as plain data, for whatever is made from them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from inspect import cleandoc

import click

from shellmate.cli.commands import shellmate


@dataclass(frozen=True)
class Value:
    """What an option or an argument takes: one of some choices, one of the names of a list, a file, or anything.

    `names` is a list in shellmate/cli/completion.py, which is asked at TAB.
    """

    metavar: str
    choices: tuple[str, ...] = ()
    names: str = ""
    files: bool = False
    many: bool = False


@dataclass(frozen=True)
class Option:
    """`value` is None for a flag; `again` says whether it may be given more than once."""

    names: tuple[str, ...]
    help: str
    value: Value | None
    again: bool = False


@dataclass(frozen=True)
class Command:
    """`words` are those behind `shellmate`; `usage` is what follows them; `help` and `epilog` are click's texts."""

    words: tuple[str, ...]
    usage: str
    help: str
    epilog: str
    options: tuple[Option, ...]
    arguments: tuple[Value, ...]
    commands: tuple["Command", ...]

    @property
    def name(self) -> str:
        return self.words[-1]

    @property
    def summary(self) -> str:
        """The first sentence, without its full stop."""
        return re.split(r"[.;](?:\s|$)", self.help, maxsplit=1)[0].replace("\n", " ")

    def walk(self) -> Iterator["Command"]:
        """The command and all below it."""
        yield self
        for command in self.commands:
            yield from command.walk()

    def examples(self) -> list[str]:
        """The lines of the paragraph that begins with `Examples:`, in the help or below it."""
        found = [p for p in (self.help + "\n\n" + self.epilog).split("\n\n") if p.startswith("\b\nExamples:")]
        return [line.strip() for paragraph in found for line in paragraph.splitlines()[2:]]

    def paragraphs(self) -> list[str]:
        """The help without its examples."""
        return [p.replace("\n", " ") for p in self.help.split("\n\n") if not p.startswith("\b")]


def read_tree() -> Command:
    return _command(shellmate, click.Context(shellmate, info_name="shellmate", **shellmate.context_settings))


def _command(command: click.Command, context: click.Context) -> Command:
    params = command.get_params(context)
    below: list[Command] = []
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            if child and not child.hidden:
                below.append(_command(child, click.Context(child, context, name, **child.context_settings)))
    return Command(
        words=tuple(context.command_path.split()[1:]),
        usage=" ".join(command.collect_usage_pieces(context)),
        help=cleandoc(command.help or ""),
        epilog=(command.epilog or "").strip(),
        options=tuple(_option(p, context) for p in params if isinstance(p, click.Option) and not p.hidden),
        arguments=tuple(_value(p, context) for p in params if isinstance(p, click.Argument)),
        commands=tuple(below),
    )


def _option(option: click.Option, context: click.Context) -> Option:
    takes_value = not option.is_flag and not option.count
    return Option(
        # click 8.2 has the names of --help in an order that changes from run to run
        names=tuple(sorted((*option.opts, *option.secondary_opts), key=lambda name: name.startswith("--"))),
        help=(option.help or "").replace("\n", " "),
        value=_value(option, context) if takes_value else None,
        again=option.count or option.multiple,
    )


def _value(param: click.Parameter, context: click.Context) -> Value:
    kind = param.type
    setting = getattr(kind, "setting", None)
    choices = kind.choices if isinstance(kind, click.Choice) else setting.choices if setting else ()
    files = getattr(kind, "files", False) or isinstance(kind, click.Path | click.File)
    return Value(
        metavar=param.make_metavar(context),
        choices=tuple(map(str, choices)),
        names=getattr(kind, "names", ""),
        files=files,
        many=param.nargs == -1,
    )

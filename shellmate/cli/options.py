"""Options made from the table of settings, so that flag, variable and key cannot drift apart."""

from collections.abc import Callable
from typing import Any

import click

from shellmate.core.settings import SETTINGS, Setting


class Listed(click.types.StringParamType):
    """Text that is one of the names of a list in cli/completion.py; with `files` it may be a path as well."""

    def __init__(self, names: str, files: bool = False):
        self.names = names
        self.files = files


class SettingType(click.ParamType):  # type: ignore[type-arg]
    """A value that the setting itself parses."""

    def __init__(self, setting: Setting):
        self.setting = setting
        self.names = {"model": "usable", "prompt": "prompts"}.get(setting.name, "")
        self.files = setting.name == "model"
        self.name = "|".join(setting.choices) or {int: "N", float: "NUMBER"}.get(setting.kind, "TEXT")

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        try:
            return self.setting.parse(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


def setting_option(name: str, *short: str) -> Callable[[Any], Any]:
    """`--name` for a setting; it is None where it was not given, so that file and variables count."""
    setting = SETTINGS[name]
    kind = SettingType(setting)
    if setting.kind is bool:
        return click.option(f"--{name.replace('_', '-')}", name, is_flag=True, default=None, help=setting.help)
    shown = f"{setting.help} [{setting.default}]" if setting.default not in ("", 0) else setting.help
    metavar = kind.name if setting.choices else {"model": "NAME|PATH", "prompt": "NAME"}.get(name, kind.name)
    return click.option(
        *short, f"--{name.replace('_', '-')}", name, type=kind, default=None, metavar=metavar, help=shown
    )


def language_options(command: Any) -> Any:
    """`--lang`, and its values as flags of their own."""
    for flag, name in (("--py", "python"), ("--sh", "shell")):
        command = click.option(flag, "lang", flag_value=name, help=f"The same as --lang {name}.")(command)
    return setting_option("lang", "-l")(command)


continue_option = click.option(
    "-c", "--continue", "continues", is_flag=True, help="Go on from the last answer given in this terminal."
)
session_option = click.option(
    "--session",
    type=Listed("sessions"),
    default="",
    metavar="NAME",
    help="Go on in the session of that name, or begin it.",
)

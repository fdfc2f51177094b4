"""`shellmate config`: the settings."""

import click

from shellmate.cli.app import App
from shellmate.cli.options import Listed
from shellmate.core.configuration import save_setting
from shellmate.core.errors import UsageError
from shellmate.core.settings import SETTINGS


@click.group()
def config() -> None:
    """The settings; a flag beats an environment variable, a variable beats the file."""


@config.command("list")
@click.pass_obj
def list_(app: App) -> None:
    """Every setting with its value, its variable and what it is for."""
    for setting in SETTINGS.values():
        app.env.write(
            f"{setting.name:12} {setting.shown(app.setting(setting.name)):20} {setting.variable:23} {setting.help}\n"
        )


@config.command()
@click.argument("name", type=Listed("settings"))
@click.pass_obj
def get(app: App, name: str) -> None:
    """Print a setting's value."""
    if name not in SETTINGS:
        raise UsageError(f"{name} is not a setting", "see `shellmate config list`")
    app.env.write(f"{SETTINGS[name].shown(app.setting(name))}\n")


@config.command("set")
@click.argument("name", type=Listed("settings"))
@click.argument("value", type=Listed("values"))
@click.pass_obj
def set_(app: App, name: str, value: str) -> None:
    """Set a value in the configuration file.

    \b
    Examples:
      shellmate config set lang shell
      shellmate config set threads 4
    """
    save_setting(app.paths.config_file, name, value)


@config.command()
@click.pass_obj
def path(app: App) -> None:
    """Print the path of the configuration file."""
    app.env.write(f"{app.paths.config_file}\n")

"""`shellmate init`: the widget that makes a key turn words into a command."""

import sys

import click

from shellmate.cli.app import App
from shellmate.cli.options import setting_option
from shellmate.core.errors import UsageError
from shellmate.shell.init import SHELLS, find_completions, find_program, render_widget


@click.command()
@click.argument("shell", type=click.Choice(SHELLS))
@setting_option("key")
@click.option("--force", is_flag=True, help="Take the key even where something is bound to it.")
@setting_option("keep_comment")
@setting_option("history")
@click.pass_obj
def init(app: App, shell: str, key: str | None, force: bool, keep_comment: bool | None, history: int | None) -> None:
    """Print the code that binds the key and completes at TAB, for a shell's startup file. No file is written.

    The key turns the words on the command line into a command. Pressed again it gives the next of three, and then the
    words back; Ctrl-C leaves the line as it was. Nothing is run. In zsh TAB completes where `compinit` is called as
    well, before this or behind it.

    \b
    Examples:
      eval "$(shellmate init bash)"                  in ~/.bashrc
      eval "$(shellmate init zsh)"                   in ~/.zshrc
      shellmate init fish | source                   in ~/.config/fish/config.fish
      eval "$(shellmate init zsh --key alt-j)"
    """
    try:
        app.env.write(
            render_widget(
                shell,
                find_program(sys.argv[0], app.env.variables),
                key=app.setting("key", key),
                force=force,
                keep_comment=app.setting("keep_comment", keep_comment),
                history=app.setting("history", history),
                completions=find_completions(shell, sys.argv[0]),
            )
        )
    except ValueError as error:
        raise UsageError(str(error), "such as `--key alt-m`; an empty one binds none") from error

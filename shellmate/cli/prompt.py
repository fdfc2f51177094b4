"""`shellmate prompt`: the prompt files."""

import click

from shellmate.cli.app import App
from shellmate.cli.options import Listed
from shellmate.core.errors import ShellmateError
from shellmate.core.paths import make_private_directory, reason, write_whole


@click.group()
def prompt() -> None:
    """What the model is told before the question: list, show, edit."""


@prompt.command("list")
@click.pass_obj
def list_(app: App) -> None:
    """The prompts there are; your own go before those that come with shellmate."""
    from shellmate.prompt.library import PromptLibrary, own_prompts

    library = PromptLibrary.of(app.paths)
    for name in library.names():
        file = library.load(name)
        whose = "" if file.path.parent == own_prompts() else "  (your own)"
        app.env.write(f"{name:10} {file.language:7} {file.description}{whose}\n")


@prompt.command()
@click.argument("name", type=Listed("prompts"))
@click.pass_obj
def show(app: App, name: str) -> None:
    """Print a prompt's file."""
    from shellmate.prompt.library import PromptLibrary

    app.env.write(PromptLibrary.of(app.paths).find(name).read_text(encoding="utf-8"))


@prompt.command()
@click.argument("name", type=Listed("prompts"))
@click.pass_obj
def edit(app: App, name: str) -> None:
    """Edit your own copy of a prompt in $EDITOR; a new name begins as a copy of `auto`.

    \b
    Examples:
      shellmate prompt edit shell
      shellmate prompt edit docker && shellmate -p docker "stop all containers"
    """
    from shellmate.prompt.library import PromptLibrary

    library = PromptLibrary.of(app.paths)
    target = app.paths.prompts / f"{name}.toml"
    if not target.exists():
        source = library.find(name if name in library.names() else "auto")
        make_private_directory(target.parent)
        try:
            with write_whole(target) as new:
                new.write(source.read_bytes())
        except OSError as error:
            raise ShellmateError(f"cannot write {target}: {reason(error)}") from error
    click.edit(filename=str(target))
    library.load(name)
    app.env.say(f"shellmate: {target} is read from now on; remove it to go back")

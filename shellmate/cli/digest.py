"""`shellmate digest`: what the model is told about piped input."""

import click

from shellmate.cli.app import App
from shellmate.core.errors import UsageError

# What --json prints, for the reference.
KEYS = {
    "kind": "What the input was taken for, such as `CSV`; `empty` where there is none.",
    "text": "What the model is told.",
    "names": "Its columns or keys, exactly as written.",
    "left_out": "What the model is not told of, in words and numbers; empty where that is nothing.",
}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object: kind, text, names, left_out.")
@click.pass_obj
def digest(app: App, as_json: bool) -> None:
    """Print what the model would be told about stdin.

    \b
    Examples:
      shellmate digest < sales.csv
      make 2>&1 | shellmate digest
    """
    from shellmate.answer.showing.sanitise import make_visible
    from shellmate.request.stdin import Input, read_input

    if app.env.stdin is None or app.env.stdin_is_terminal:
        raise UsageError("nothing is piped in", "pipe something in, such as `shellmate digest < sales.csv`")
    read = read_input(app.env.stdin, app.env.say) or Input("", kind="empty")
    if as_json:
        import json

        keys = {"kind": read.kind, "text": read.text, "names": list(read.names), "left_out": read.left_out}
        app.env.write(json.dumps(keys, ensure_ascii=False) + "\n")
        return
    if read.text:
        app.env.write((make_visible(read.text) if app.env.stdout_is_terminal else read.text) + "\n")
    if read.left_out:
        app.env.say(f"shellmate: stdin: {read.left_out}")

"""`shellmate judge`: what a command, or a script, would do that cannot be undone."""

import json
from collections.abc import Sequence

import click

from shellmate.cli.app import App
from shellmate.cli.explain import join_command
from shellmate.core.errors import RefusedError, UsageError
from shellmate.request.encoding import codec_of, find_encoding

LANGUAGES = ("auto", "shell", "python")
MOST_BYTES = 1 << 24
# What --json prints, for the reference.
KEYS = {
    "level": "`safe`, `caution` or `danger`.",
    "reasons": "What it does that made it so, a text each, to be read behind an `it`.",
}


@click.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.argument("words", nargs=-1, metavar="COMMAND", type=click.UNPROCESSED)
@click.option("-l", "--lang", type=click.Choice(LANGUAGES), default="auto", help="What it is written in.")
@click.option("--json", "as_json", is_flag=True, help='One JSON object: {"level": ..., "reasons": [...]}.')
@click.option("-q", "--quiet", is_flag=True, help="Say nothing; the exit status tells danger.")
@click.pass_obj
def judge(app: App, words: tuple[str, ...], lang: str, as_json: bool, quiet: bool) -> None:
    """Say whether a command is safe, needs caution, or is dangerous, and why.

    It is read, never run: by its syntax, through what is wrapped up, quoted or written in other words, in bash, zsh and
    fish, and in Python. `-` reads it from stdin. Nothing is known of what files hold, or what else is on the machine.

    The exit status is 5 where it is dangerous, which is what nobody can mean, and 0 otherwise.

    \b
    Examples:
      shellmate judge 'rm -rf "$HOME"/*'
      shellmate judge --json 'git push --force'
      shellmate judge --lang python - < clean.py
      shellmate judge -q - < install.sh || echo "read it first"
    """
    from shellmate.answer.danger import DANGER, guess_language
    from shellmate.answer.danger import judge as judge_code
    from shellmate.answer.showing.sanitise import make_visible

    code = _read(app, words)
    verdict = judge_code(guess_language(code) if lang == "auto" else lang, code)
    reasons = [make_visible(reason) for reason in verdict.reasons]
    if as_json:
        app.env.write(json.dumps({"level": verdict.level, "reasons": reasons}, ensure_ascii=False) + "\n")
    elif not quiet:
        app.env.write("".join([f"{verdict.level}\n", *(f"  it {reason}\n" for reason in reasons)]))
    if verdict.level == DANGER:
        raise RefusedError("")


def _read(app: App, words: Sequence[str]) -> str:
    """What is to be judged. Raises UsageError where there is none, or too much."""
    nothing = UsageError("nothing to judge", "give a command: shellmate judge 'rm -rf build', or - for stdin")
    if words and words != ("-",):
        if not "".join(words).strip():
            raise nothing
        return join_command(words)
    if app.env.stdin is None or (not words and app.env.stdin_is_terminal):
        raise nothing
    data = app.env.stdin.read(MOST_BYTES + 1)
    if not words and not data.strip():
        raise nothing
    if len(data) > MOST_BYTES:
        raise UsageError(f"that is more than {MOST_BYTES >> 20} MB", "judge the parts on their own")
    return data.decode(codec_of(*find_encoding(data)), errors="replace")

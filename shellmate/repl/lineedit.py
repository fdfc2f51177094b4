"""A text changed on the terminal, whatever the streams of the process are."""

import os

from prompt_toolkit import PromptSession
from prompt_toolkit.input.vt100 import Vt100Input
from prompt_toolkit.output.vt100 import Vt100_Output


def edit_on_terminal(terminal: int, text: str) -> str:
    """The text as it was left; as it was where Ctrl-C or Ctrl-D ended it. Several lines end with Esc Enter."""
    with os.fdopen(os.dup(terminal), "r") as keys, os.fdopen(os.dup(terminal), "w") as screen:
        session: PromptSession[str] = PromptSession(
            input=Vt100Input(keys), output=Vt100_Output.from_pty(screen), multiline="\n" in text.strip()
        )
        try:
            return session.prompt("edit: ", default=text.rstrip("\n"))
        except (KeyboardInterrupt, EOFError):
            return text

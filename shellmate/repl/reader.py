"""Where the messages come from: the keys of a terminal, the lines of a dumb one, or a pipe."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from shellmate.core.environment import Environment
from shellmate.repl.plain import PlainReader
from shellmate.repl.tty import can_move_its_cursor, open_output

if TYPE_CHECKING:
    from shellmate.repl.completer import Names
    from shellmate.repl.suggest import Suggest


class Reader(Protocol):
    def read(self) -> str:
        """The next message, of one line or more, never blank. Raises EOFError where there are no more."""

    def close(self) -> None:
        """Give back what was opened."""


def open_reader(
    env: Environment,
    history_file: Path,
    names: "Names",
    toolbar: Callable[[], str],
    *,
    vi: bool = False,
    remember: bool = True,
    colour: str = "auto",
    suggest: "Suggest | None" = None,
) -> Reader:
    """The reader that suits what stdin is. `names` is what Tab offers (see MessageCompleter), `toolbar` the line below
    the message; without `remember` the history is neither read nor written. `suggest` says how a line that is being
    typed probably ends, where the history does not."""
    if not env.stdin_is_terminal:
        return PlainReader(env, show_prompt=False)
    output = open_output(env) if can_move_its_cursor(env) else None
    if output is None:
        return PlainReader(env, show_prompt=True)
    from shellmate.repl.completer import MessageCompleter
    from shellmate.repl.suggest import MessageSuggester
    from shellmate.repl.terminal import TerminalReader

    return TerminalReader(
        env,
        history_file,
        MessageCompleter(names, env.cwd),
        toolbar,
        vi=vi,
        remember=remember,
        colour=colour,
        output=output,
        suggester=MessageSuggester(suggest) if suggest else None,
    )

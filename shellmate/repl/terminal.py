"""Messages typed on a terminal, with history, completion and a line of facts below."""

import asyncio
import signal
import termios
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

from prompt_toolkit import PromptSession
from prompt_toolkit.auto_suggest import AutoSuggest, AutoSuggestFromHistory
from prompt_toolkit.completion import Completer
from prompt_toolkit.cursor_shapes import ModalCursorShapeConfig
from prompt_toolkit.output import ColorDepth
from prompt_toolkit.output.defaults import create_output
from prompt_toolkit.styles import Style
from prompt_toolkit.utils import get_cwidth

from shellmate.core.environment import Environment
from shellmate.core.errors import UsageError
from shellmate.repl.history import MessageHistory
from shellmate.repl.keys import TerminalInput, bind_keys
from shellmate.repl.plain import LEAVE
from shellmate.repl.tty import encoding_of, open_output

ESCAPE_WAIT = 0.1  # seconds in which what follows an Escape belongs to the same key
COLOURED = Style.from_dict({"prompt": "bold", "prompt-continuation": "ansibrightblack"})
UNCOLOURED = Style.from_dict({"auto-suggestion": "underline"})  # else it looks as if it were typed
DIM, PLAIN = "\x1b[2m", "\x1b[0m"
ERASE_LINE = "\x1b[K"
ENDING = (signal.SIGHUP, signal.SIGTERM)


class TerminalReader:
    """Without `remember` the history is that of this reader alone. `colour` is "auto", "always" or "never"."""

    def __init__(
        self,
        env: Environment,
        history_file: Path,
        completer: Completer,
        toolbar: Callable[[], str],
        *,
        vi: bool,
        remember: bool = True,
        colour: str = "auto",
        output: TextIO | None = None,
        suggester: AutoSuggest | None = None,
    ):
        """Raises UsageError where there is no terminal."""
        stream = output or open_output(env)
        if stream is None or env.stdin is None:
            raise UsageError("there is no terminal to type at", "pipe the messages in, one a line")
        encoding = encoding_of(env)
        self._env, self._toolbar, self._stream = env, toolbar, stream
        self._keys = open(env.stdin.fileno(), encoding=encoding, closefd=False)
        self._output = create_output(stream)
        self._history = MessageHistory(history_file if remember else None)
        self._ended_by: int | None = None
        self._coloured = env.colours(colour, True)
        self._has_told_to_leave = self._has_told_fault = False
        fancy = "utf" in encoding.lower()
        self._continuation = "· " if fancy else ". "
        self._session: PromptSession[str] = PromptSession(
            "» " if fancy else "> ",
            multiline=True,
            vi_mode=vi,
            complete_while_typing=False,
            completer=completer,
            auto_suggest=suggester or AutoSuggestFromHistory(),
            history=self._history,
            key_bindings=bind_keys(env.say),
            enable_suspend=True,
            prompt_continuation=self._continue,
            cursor=ModalCursorShapeConfig() if vi else None,
            style=COLOURED if self._coloured else UNCOLOURED,
            color_depth=None if self._coloured else ColorDepth.DEPTH_1_BIT,
            input=TerminalInput(self._keys),
            output=self._output,
        )
        self._session.app.ttimeoutlen = ESCAPE_WAIT
        # A terminal that does not say where its cursor is has no toolbar; a warning would only be in the way.
        self._session.app.renderer.cpr_not_supported_callback = None

    def read(self) -> str:
        """The next message that is not blank, which stays on the screen. Raises EOFError at Ctrl-D on an empty line and
        where the terminal has gone away. Ctrl-C clears the line."""
        try:
            self._say_fault()
            self._begin_line()
            while not (message := self._ask()).strip():
                pass
        except (OSError, termios.error) as error:
            raise EOFError from error
        self._say_fault()
        return _tidy(message)

    def close(self) -> None:
        """Close what was opened; stdin and stdout stay open."""
        self._keys.close()
        self._stream.close()

    def _ask(self) -> str:
        """What is sent; nothing at Ctrl-C."""
        self._session.bottom_toolbar = self._cut_toolbar if self._toolbar() else None
        before = {number: signal.getsignal(number) for number in ENDING}
        self._ended_by = None
        try:
            return self._session.prompt(pre_run=self._end_at_signals)
        except KeyboardInterrupt:
            self._tell_to_leave()
            return ""
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
            if self._ended_by == signal.SIGTERM:
                signal.raise_signal(signal.SIGTERM)

    def _end_at_signals(self) -> None:
        """By the loop: what a handler raises in the middle of asyncio's own work is written to the terminal."""
        for number in ENDING:
            if signal.getsignal(number) != signal.SIG_IGN:
                asyncio.get_running_loop().add_signal_handler(number, self._end, number)

    def _end(self, number: int) -> None:
        self._ended_by = number
        if not self._session.app.is_done:
            self._session.app.exit(exception=EOFError())

    def _tell_to_leave(self) -> None:
        if self._session.default_buffer.text or self._has_told_to_leave:
            return
        self._has_told_to_leave = True
        self._write(f"{DIM}{LEAVE}{PLAIN}\n" if self._coloured else f"{LEAVE}\n")

    def _say_fault(self) -> None:
        """Not while a message is typed, which what is said would stand in."""
        if self._history.fault and not self._has_told_fault:
            self._has_told_fault = True
            self._env.say(f"shellmate: {self._history.fault}")

    def _begin_line(self) -> None:
        """As many blanks as a line has end in the next line where anything stood in this one."""
        self._write(" " * self._output.get_size().columns + f"\r{ERASE_LINE}")

    def _write(self, text: str) -> None:
        self._output.write_raw(text)
        self._output.flush()

    def _continue(self, width: int, line: int, wrap: int) -> str:
        return "" if wrap else self._continuation

    def _cut_toolbar(self) -> str:
        return cut(" ".join(self._toolbar().split()), self._output.get_size().columns)


def cut(text: str, columns: int) -> str:
    """As much of the text as fits into so many columns."""
    used = 0
    for place, character in enumerate(text):
        used += get_cwidth(character)
        if used > columns:
            return text[:place]
    return text


def _tidy(message: str) -> str:
    """What could not be decoded, and NUL, as U+FFFD."""
    return message.encode("utf-8", "surrogateescape").decode("utf-8", "replace").replace("\0", "\ufffd")

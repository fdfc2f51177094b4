"""One line, one message: for terminals that can only print, and for pipes."""

from shellmate.core.environment import Environment
from shellmate.core.errors import UsageError

PROMPT = "> "
LEAVE = "Ctrl-D or /quit leaves"
LONGEST = 2**20  # bytes


class PlainReader:
    """The terminal's own line editing is all there is. No more is taken from stdin than the line, as far as the stream
    allows that."""

    def __init__(self, env: Environment, show_prompt: bool):
        self._env = env
        self._shows_prompt = show_prompt
        self._has_told = False

    def read(self) -> str:
        """The next line that is not blank, without its end. Raises EOFError at the end, UsageError for an endless line.

        On a terminal Ctrl-C drops the line; else it is the caller's.
        """
        while True:
            try:
                line = self._read_line()
            except KeyboardInterrupt:
                if not self._shows_prompt:
                    raise
                self._after_interrupt()
                continue
            if line.strip():
                return line

    def close(self) -> None:
        """stdin stays open, for what is run."""

    def _read_line(self) -> str:
        try:
            self._show(PROMPT)
            line = self._env.stdin.readline(LONGEST + 1) if self._env.stdin else b""
            if not line:
                self._show("\n")
        except OSError as error:  # the terminal has gone away
            raise EOFError from error
        if not line:
            raise EOFError
        if len(line) > LONGEST:
            raise UsageError(f"a line of more than {LONGEST:,} bytes is no message", "use /load FILE")
        text = line.removesuffix(b"\n").removesuffix(b"\r").decode("utf-8", "replace")
        return text.replace("\0", "\ufffd")

    def _after_interrupt(self) -> None:
        self._show("\n" if self._has_told else f"\n{LEAVE}\n")
        self._has_told = True

    def _show(self, text: str) -> None:
        """On stderr where stdout is a file."""
        if not self._shows_prompt:
            return
        if self._env.stdout_is_terminal:
            self._env.write(text)
        else:
            self._env.stderr.write(text)
            self._env.stderr.flush()

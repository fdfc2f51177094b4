"""How code reaches stdout while it streams.

What has reached a pipe cannot be taken back, and a candidate that fails its check has to make room for another:
so code is *released* by lines that passed, and the next candidate begins with what is released.
"""

from typing import Protocol

from shellmate.answer.showing.highlight import Highlighter, paint
from shellmate.answer.showing.sanitise import make_visible, visible_characters
from shellmate.core.environment import Environment


class Display(Protocol):
    """Where a candidate appears. Every method raises OSError, BrokenPipeError above all, as stdout does."""

    @property
    def released(self) -> str:
        """What can no longer be taken back; the next candidate has to begin with it. Ask again after `retract`."""

    def preview(self, code: str) -> None:
        """What may not become the answer: shown only where it can be taken back, and told from what is. As `update`."""

    def update(self, code: str, checked: int) -> None:
        """The candidate's whole code so far; its first `checked` characters are complete lines that passed.

        Raises ValueError where the code does not begin with what is released.
        """

    def retract(self) -> None:
        """The candidate failed: take back what is not released."""

    def finish(self, code: str) -> None:
        """The whole code, checked: make it stand on stdout, with exactly one final newline. As `update`."""

    def abandon(self) -> None:
        """No answer: nothing more on stdout; a terminal is left in its own colours, on a new line."""


def open_display(env: Environment, language: str, color: str) -> Display:
    """The display that suits stdout; `language` is "shell", "python" or another, `color` auto, always or never."""
    colours = env.colours(color, env.stdout_is_terminal)
    if not env.stdout_is_terminal:
        return ColouredDisplay(env, language) if colours else PipeDisplay(env)
    if env.variables.get("TERM", "dumb") in ("", "dumb"):
        return ColouredDisplay(env, language) if colours else DumbDisplay(env)
    from shellmate.answer.showing.terminal import TerminalDisplay

    return TerminalDisplay(env, language, colours)


class PipeDisplay:
    """Byte for byte. The first piece goes out at once, because the reader waits for it; then checked lines do."""

    def __init__(self, env: Environment) -> None:
        self._env = env
        self._released = ""

    @property
    def released(self) -> str:
        return self._released

    def preview(self, code: str) -> None:
        pass

    def update(self, code: str, checked: int) -> None:
        begins_with_released(code, self._released)
        end = len(code) if self._goes_out_at_once(code) else checked
        self._release(code, end)

    def retract(self) -> None:
        pass

    def finish(self, code: str) -> None:
        begins_with_released(code, self._released)
        whole = with_final_newline(code, self._released)
        self._release(whole, len(whole))

    def abandon(self) -> None:
        if self._env.stdout_is_terminal and self._released and not self._released.endswith("\n"):
            self._env.write("\n")

    def _goes_out_at_once(self, code: str) -> bool:
        return not self._released

    def _release(self, code: str, end: int) -> None:
        start = len(self._released)
        if end > start:
            self._released = code[:end]  # even a write that fails may have reached the reader
            self._env.write(self._render(code, start, end))

    def _render(self, code: str, start: int, end: int) -> str:
        return code[start:end]


class DumbDisplay(PipeDisplay):
    """For a terminal that knows no cursor movements: as a pipe, with hidden characters made visible."""

    def _render(self, code: str, start: int, end: int) -> str:
        return make_visible(code[start:end])


class ColouredDisplay(PipeDisplay):
    """For colours that were asked for where nothing can be redrawn: visible, coloured, by whole lines.

    Its reader is a person behind a pager, so that hidden characters are made visible here too.
    """

    def __init__(self, env: Environment, language: str) -> None:
        super().__init__(env)
        self._highlighter = Highlighter(language)

    def _goes_out_at_once(self, code: str) -> bool:
        return False

    def _render(self, code: str, start: int, end: int) -> str:
        cells = zip(visible_characters(code)[start:end], self._highlighter.colours(code)[start:end], strict=True)
        return paint(cells)


class SilentDisplay:
    """Keeps everything back, for --json: the caller prints the code as part of something else."""

    released = ""

    def preview(self, code: str) -> None:
        pass

    def update(self, code: str, checked: int) -> None:
        pass

    def retract(self) -> None:
        pass

    def finish(self, code: str) -> None:
        pass

    def abandon(self) -> None:
        pass


class HeldDisplay(SilentDisplay):
    """Holds everything back from another display until it is finished."""

    def __init__(self, display: Display) -> None:
        self._display = display

    def finish(self, code: str) -> None:
        self._display.finish(code)

    def abandon(self) -> None:
        self._display.abandon()


def begins_with_released(code: str, released: str) -> None:
    """Raises ValueError where a candidate contradicts what already stands on stdout."""
    if not code.startswith(released):
        raise ValueError("the candidate does not begin with what is released")


def with_final_newline(code: str, released: str) -> str:
    """The code with exactly one final newline; none for no code, more only where they are released already."""
    whole = code.rstrip("\n")
    whole = f"{whole}\n" if whole else ""
    return whole if len(whole) > len(released) else released

"""The keys that do here what they do not elsewhere, and a terminal's end that is noticed."""

import termios
from collections.abc import Callable

from prompt_toolkit.application import run_in_terminal
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.document import Document
from prompt_toolkit.enums import DEFAULT_BUFFER
from prompt_toolkit.filters import (
    emacs_insert_mode,
    emacs_mode,
    has_focus,
    has_selection,
    vi_insert_mode,
    vi_navigation_mode,
)
from prompt_toolkit.input.vt100 import Vt100Input
from prompt_toolkit.key_binding import KeyBindings, KeyPress, KeyPressEvent
from prompt_toolkit.keys import Keys

ALT_ENTER = Keys.F24  # a key that no keyboard has
ENTER = (Keys.ControlM, Keys.ControlJ)


class TerminalInput(Vt100Input):
    """Alt-Enter comes as one key, so that vi's Escape, and Enter after it, stay two."""

    def read_keys(self) -> list[KeyPress]:
        keys = super().read_keys()
        if not keys and self._has_hung_up():
            self.stdin_reader.closed = True
        return _with_alt_enter(keys)

    def _has_hung_up(self) -> bool:
        """Reading fails for ever then, which prompt_toolkit would go on trying."""
        try:
            termios.tcgetattr(self.fileno())
        except termios.error:
            return True
        return False


def bind_keys(say: Callable[[str], None]) -> KeyBindings:
    """Enter sends, Alt-Enter begins a line. So does Escape, Enter outside vi mode, for terminals without Alt.

    Ctrl-J is Enter: while an answer is written, the terminal turns the Enter of what is typed ahead into it.
    `say` is for what goes wrong with an editor.
    """
    bindings = KeyBindings()
    typing = has_focus(DEFAULT_BUFFER)

    @bindings.add("enter", filter=typing)
    def _(event: KeyPressEvent) -> None:
        send(event.current_buffer)

    @bindings.add(ALT_ENTER, filter=typing & (emacs_insert_mode | vi_insert_mode))
    @bindings.add("escape", "enter", filter=typing & emacs_insert_mode)
    def _(event: KeyPressEvent) -> None:
        event.current_buffer.newline(copy_margin=False)

    @bindings.add("tab", filter=typing & (emacs_insert_mode | vi_insert_mode))
    def _(event: KeyPressEvent) -> None:
        complete(event.current_buffer)

    @bindings.add("c-x", "c-e", filter=typing & emacs_mode & ~has_selection)
    @bindings.add("v", filter=typing & vi_navigation_mode)
    async def _(event: KeyPressEvent) -> None:
        text = event.current_buffer.text
        edited = await run_in_terminal(lambda: edit(text, say), in_executor=True)
        event.current_buffer.document = Document(edited)

    return bindings


def edit(text: str, say: Callable[[str], None]) -> str:
    """The text as $VISUAL or $EDITOR leaves it; as it was where that fails or saves nothing."""
    import click

    try:
        edited = click.edit(text.encode("utf-8", "replace"))
    except (click.ClickException, OSError, ValueError) as error:
        say(f"shellmate: {getattr(error, 'message', error)}")
        return text
    return text if edited is None else edited.decode("utf-8", "replace").replace("\r\n", "\n").removesuffix("\n")


def send(buffer: Buffer) -> None:
    """Send the message; where a completion is being chosen, only take that."""
    if buffer.complete_state and buffer.complete_state.current_completion:
        buffer.complete_state = None
    else:
        buffer.validate_and_handle()


def complete(buffer: Buffer) -> None:
    """Complete what is certain, then show what there is, then choose; behind the only one, such as a folder, go on."""
    if buffer.complete_state and len(buffer.complete_state.completions) == 1:
        buffer.complete_state = None
    if buffer.complete_state:
        buffer.complete_next()
    else:
        buffer.start_completion(insert_common_part=True)


def _with_alt_enter(keys: list[KeyPress]) -> list[KeyPress]:
    joined: list[KeyPress] = []
    for key in keys:
        if key.key in ENTER and joined and joined[-1].key == Keys.Escape:
            joined[-1] = KeyPress(ALT_ENTER)
        else:
            joined.append(key)
    return joined

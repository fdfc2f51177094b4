"""Ctrl-C in a chat: it ends what a message has begun, and never the chat."""

import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any


@contextmanager
def one_for_each_message() -> Iterator[Callable[[], AbstractContextManager[None]]]:
    """Raise KeyboardInterrupt once at most in each block of what is yielded, and never outside: what comes while the
    first one is told and the terminal is set right, as from a key that is held down, would end the chat.

    Where interrupts are ignored, or another's, nothing is changed.
    """
    awaited = False

    @contextmanager
    def message() -> Iterator[None]:
        nonlocal awaited
        awaited = True
        try:
            yield
        finally:
            awaited = False

    def interrupt(*_: Any) -> None:
        nonlocal awaited
        if awaited:
            awaited = False
            raise KeyboardInterrupt

    if signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield message
        return
    signal.signal(signal.SIGINT, interrupt)
    try:
        yield message
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)

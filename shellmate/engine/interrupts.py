"""Signals while the C library works.

Python runs a signal's handler only between its own instructions, and an exception raised inside a ctypes callback
is lost. So while llama.cpp evaluates, signals are noted, the evaluation is aborted, and the handler runs after it.
"""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGALRM, signal.SIGHUP)


class Deferred:
    """The signals that have come; `pending` is what an abort callback returns."""

    def __init__(self) -> None:
        self.signals: list[int] = []

    @property
    def pending(self) -> bool:
        return bool(self.signals)


@contextmanager
def deferred_signals() -> Iterator[Deferred]:
    """Note signals instead of handling them; on leaving, handle them as they would have been."""
    deferred = Deferred()
    if threading.current_thread() is not threading.main_thread():
        yield deferred
        return
    handlers = {s: signal.getsignal(s) for s in _SIGNALS}
    ours = {s: h for s, h in handlers.items() if callable(h)}
    for s in ours:
        signal.signal(s, lambda number, _: deferred.signals.append(number))
    try:
        yield deferred
    finally:
        for s, handler in ours.items():
            signal.signal(s, handler)
        if deferred.signals:
            signal.raise_signal(deferred.signals[0])

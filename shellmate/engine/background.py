"""Work that goes on beside the rest: C code lets go of the interpreter while it runs."""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Background(Generic[T]):
    """Work that begins at once in a thread of its own, which no interrupt ends and no exit waits for."""

    def __init__(self, work: Callable[[], T]):
        self._work = work
        self._failure: BaseException | None = None
        self._result: list[T] = []
        self._done = threading.Event()  # not join(): a thread whose join was interrupted counts as ended
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        try:
            self._result.append(self._work())
        except BaseException as error:
            self._failure = error
        finally:
            self._done.set()

    def result(self) -> T:
        """What the work gave, once it is done. Raises what it raised."""
        self._done.wait()
        if self._failure:
            raise self._failure
        return self._result[0]

    def succeeded(self) -> bool:
        """Whether it gave a result; waits until that is known."""
        self._done.wait()
        return not self._failure

"""A progress bar on stderr that leaves no trace; a single line where stderr is no terminal."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from shutil import get_terminal_size

from shellmate.core.environment import Environment


@contextmanager
def progress(
    env: Environment, what: str, total: int, unit: str, quiet: bool = False, announce: bool = True
) -> Iterator[Callable[[int], None]]:
    """Yield a function that is told how much more is done, in `unit` ("B" for bytes) out of `total`. Without a
    terminal `announce` has it said once what is going on."""
    if quiet:
        yield lambda _: None
        return
    if not env.stderr_is_terminal:
        if announce:
            env.say(f"shellmate: {what} ...")
        yield lambda _: None
        return
    from tqdm import tqdm

    ascii_only = "utf" not in (getattr(env.stderr, "encoding", None) or "").lower()
    with tqdm(
        total=total,
        desc=what,
        unit=unit,
        unit_scale=unit == "B",
        file=env.stderr,
        leave=False,
        ncols=min(get_terminal_size().columns, 100),
        ascii=ascii_only,
    ) as bar:
        yield lambda more: bar.update(more) and None

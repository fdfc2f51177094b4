"""Words for people that several sources share."""

from shellmate.core.environment import Environment


def megabytes(count: int) -> str:
    """A number of bytes for people: `491 MB`, `12 kB`."""
    if count >= 1_000_000:
        return f"{count / 1e6:,.0f} MB"
    return f"{count / 1e3:.0f} kB" if count >= 1000 else f"{count} bytes"


def short_on_a_terminal(env: Environment, doing: str, more: str) -> str:
    """What is being done: in few words beside a bar, which needs the room, and in all where there is none."""
    return doing if env.stderr_is_terminal else f"{doing} {more}"

"""What is said beside the answers: dim or red lines on stderr."""

from shellmate.answer.showing.sanitise import make_visible
from shellmate.core.environment import Environment

_DIM, _RED, _RESET = "\x1b[2m", "\x1b[31m", "\x1b[0m"


class Notes:
    """Plain lines where there are no colours; of several lines each is one. When `quiet` only warnings are said."""

    def __init__(self, env: Environment, color: str, quiet: bool = False):
        self._env, self._quiet = env, quiet
        self._coloured = env.colours(color, env.stderr_is_terminal)

    def dim(self, text: str) -> None:
        if not self._quiet:
            self._say(text, _DIM)

    def warn(self, text: str) -> None:
        self._say(text, _RED)

    def _say(self, text: str, colour: str) -> None:
        for line in make_visible(text).split("\n"):
            self._env.say(f"{colour}{line}{_RESET}" if self._coloured and line else line)

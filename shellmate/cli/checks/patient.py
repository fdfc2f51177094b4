"""What the checks look at: the command's world, and what several of them want to know."""

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePath
from shlex import quote
from typing import TYPE_CHECKING, Any

from shellmate.cli.app import App
from shellmate.core.environment import Environment
from shellmate.core.paths import Paths
from shellmate.core.settings import SETTINGS

if TYPE_CHECKING:
    from shellmate.engine.build import Build
    from shellmate.engine.kept import KeptStates
    from shellmate.models.installed import ModelFile


@dataclass
class Patient:
    """`app` has the settings that are sound. With `deep` a check may take minutes; `quiet` shows no progress.
    `model_file` is there once the model's check has found it sound."""

    app: App
    deep: bool = False
    quiet: bool = False
    model_file: "ModelFile | None" = None

    @property
    def env(self) -> Environment:
        return self.app.env

    @property
    def paths(self) -> Paths:
        return self.app.paths

    @property
    def is_remote(self) -> bool:
        """Whether somebody else's engine answers, so that the one here does not matter."""
        return bool(self.app.setting("engine") == "http")

    @cached_property
    def build(self) -> "Build":
        """Raises as `read_build`."""
        from shellmate.engine.build import read_build

        return read_build()

    @cached_property
    def kept(self) -> "KeptStates":
        """Raises as `read_kept`."""
        from shellmate.engine.kept import read_kept

        return read_kept(self.paths.kv)

    def let_in(self, path: str | Path) -> str:
        """The command by which the user may read and write what is at a path, and all that is in the same directory of
        shellmate's."""
        paths = self.paths
        places = (paths.config, paths.data, paths.cache, paths.state, paths.runtime)
        place = next((place for place in places if Path(path).is_relative_to(place)), Path(path))
        where = quote(str(place))
        try:
            is_own = place.lstat().st_uid == os.getuid()
        except OSError:
            is_own = False
        return f"chmod -R u+rwX {where}" if is_own else f'sudo chown -R "$(id -u):$(id -g)" {where}'

    def unset(self, variable: str) -> str:
        """The command by which the user's shell forgets a variable."""
        is_fish = PurePath(self.env.variables.get("SHELL", "")).name == "fish"
        return f"set -e {variable}" if is_fish else f"unset {variable}"

    def setting_to(self, name: str, value: Any) -> str:
        """The command by which a setting takes that value: a variable that says otherwise has to go for it."""
        variable = SETTINGS[name].variable
        given = self.env.variables.get(variable)
        if given or (given is not None and SETTINGS[name].kind is str):
            return self.unset(variable)
        return f"shellmate config set {name} {quote(str(value).lower() if isinstance(value, bool) else str(value))}"

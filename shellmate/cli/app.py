"""What every command is handed: the world, the places, the settings, the way to an engine."""

import os
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from shellmate.core.environment import Environment
from shellmate.core.errors import UsageError
from shellmate.core.paths import Paths
from shellmate.core.settings import SETTINGS
from shellmate.engine.engine import Engine

if TYPE_CHECKING:
    from shellmate.answer.trials import Trials
    from shellmate.engine.contexts import Limits
    from shellmate.models.store import ModelFile
    from shellmate.prompt.kinds import Kinds
    from shellmate.request.command.parts import Explainer
    from shellmate.resident.address import Address
    from shellmate.session.thread import Thread


@dataclass
class App:
    """`configured` holds what file and variables set; a command's own flags beat it. `engine` makes another engine
    than the local one."""

    env: Environment
    paths: Paths
    configured: dict[str, Any]
    engine: Callable[..., Engine] | None = None

    def setting(self, name: str, flag: Any = None) -> Any:
        """The flag if it was given, else the variable's or the file's value, else the default."""
        if flag is not None:
            return flag
        return self.configured.get(name, SETTINGS[name].default)

    @property
    def model(self) -> str:
        """The name or path of the model that is used; once chosen, it stays."""
        from shellmate.models.auto import AUTO, choose_model

        if self.setting("model") == AUTO:
            from shellmate.engine.cores import physical_cores

            cores = self.setting("threads") or physical_cores()
            self.configured = {**self.configured, "model": choose_model(self.paths, self.setting("effort"), cores)}
        return str(self.setting("model"))

    @property
    def model_name(self) -> str:
        """What the model is called: its name, or that of its file."""
        return PurePath(self.model).stem if self.model.endswith(".gguf") else self.model

    @property
    def program(self) -> list[str]:
        """How a process that knows no PATH of ours calls shellmate: a program and its first arguments."""
        import shutil
        import sys

        called = shutil.which(sys.argv[0], path=self.env.variables.get("PATH"))
        return [os.path.abspath(called)] if called else [sys.executable, "-m", "shellmate"]

    def new_thread(self) -> "Thread":
        """Turns that are yet to come, and are kept as the settings say."""
        from shellmate.session.thread import Thread  # with the prompts, which --help has no use for

        return Thread(self.paths.state, self.env.say, self.setting("log"), self.setting("keep_input"))

    def new_trials(self, words: str, names: Collection[str] = ()) -> "Trials | None":
        """What looks at the answers to a question, on this machine, in a shell with aliases and functions of such
        names; nothing where the effort is `fast`."""
        if self.setting("effort") == "fast":
            return None
        from shellmate.answer.trials import Trials

        return Trials(words, self.env.cwd, self.env.variables, self.explainer, self.setting("dry_run"), names)

    def explainer(self) -> "Explainer":
        """What takes commands apart, with the pages of this machine's programs."""
        from shellmate.request.command.parts import Explainer
        from shellmate.request.manual.manuals import Manuals
        from shellmate.request.manual.pagestore import PageStore

        return Explainer(Manuals(self.env.variables, self.env.cwd, PageStore(self.paths.pages)))

    def open_engine(
        self, *, quiet: bool = False, verbose: bool = False, show_progress: Callable[..., Any] | None = None
    ) -> Engine:
        """The engine for the settings; the model is fetched if it is missing and that is allowed. `show_progress`
        takes the place of the bar on stderr."""
        if self.engine:
            return self.engine()
        if self.setting("engine") == "http":
            return self._open_elsewhere()
        from shellmate.core.progress import progress

        show_progress = show_progress or partial(progress, self.env, quiet=quiet)
        open_model = partial(self._open_model, quiet=quiet, verbose=verbose, show_progress=show_progress)
        return self._with_effort(open_model(self.model), open_model)

    def _open_elsewhere(self) -> Engine:
        from shellmate.engine.elsewhere import ElsewhereEngine
        from shellmate.engine.hosts import stays_here, tell_once

        base_url = self.setting("base_url")
        if self.setting("offline") and not stays_here(base_url):
            raise UsageError("offline forbids to ask another host", "set engine = local, or offline = false")
        tell_once(self.paths.state, base_url, self.env.say)
        return ElsewhereEngine(base_url, self.setting("remote_model"), self.setting("api_key"), say=self.env.say)

    def _open_model(self, name: str, *, quiet: bool, verbose: bool, show_progress: Callable[..., Any]) -> Engine:
        """The engine of a process that has the model already, where there is one, else one of this process."""
        open_local = partial(self._open_local, name, quiet=quiet, verbose=verbose, show_progress=show_progress)
        address = self.address_for(name)
        if self.setting("resident") == "never" or not address.is_there:
            return open_local()
        from shellmate.resident.client import ResidentEngine

        keeping = {"inputs": self.setting("keep_input"), "turns": self.setting("log")}
        return ResidentEngine(address.socket, keeping, show_progress, self.env.say, open_local)

    def _open_local(self, name: str, *, quiet: bool, verbose: bool, show_progress: Callable[..., Any]) -> Engine:
        from shellmate.engine.binding import THREAD_VARIABLES
        from shellmate.engine.local import LocalEngine

        file = self.model_file(name, quiet=quiet)
        self.env.prefer(THREAD_VARIABLES)
        return LocalEngine(file, self.paths.kv, self.limits(), show_progress, self.env.say, verbose)

    def keep_warm(self) -> None:
        """Have the model resident for the next time, where the settings allow that and it can be; nobody waits."""
        if self.engine or self.setting("engine") == "http" or self.setting("resident") != "start":
            return
        from importlib.util import find_spec

        from shellmate.resident.processes import find_running, start

        if find_spec("uvicorn") and find_spec("starlette") and not find_running(self.address):
            options = [f"--{name}={self.setting(name)}" for name in ("model", "ctx", "threads")]
            start(self.address, [*options, "--exit-when-idle"], self.paths.state / "serve.log", wait=False)

    def limits(self) -> "Limits":
        """What an engine of this user's may take, and keep."""
        from shellmate.engine.contexts import Limits
        from shellmate.engine.states import Keeping

        return Limits(
            ctx=self.setting("ctx"),
            threads=self.setting("threads"),
            cache_size=self.setting("cache_size") << 20,
            keeping=Keeping(inputs=self.setting("keep_input"), turns=self.setting("log")),
        )

    def model_file(self, name: str = "", *, quiet: bool) -> "ModelFile":
        """The model's file, fetched if it is missing and that is allowed. Raises as `obtain_model_file`."""
        from shellmate.models.store import obtain_model_file

        return obtain_model_file(
            name or self.model,
            self.paths,
            self.env,
            auto_pull=self.setting("auto_pull"),
            offline=self.setting("offline"),
            quiet=quiet,
        )

    @property
    def address(self) -> "Address":
        """Where the engine of the configured model is resident, if it is."""
        return self.address_for(self.model)

    def address_for(self, name: str) -> "Address":
        """Where the engine of a model is resident, if it is."""
        from shellmate.resident.address import address_of

        return address_of(self.paths, self.env.cwd, name, self.setting("ctx"), self.setting("threads"))

    def _with_effort(self, engine: Engine, open_model: Callable[[str], Engine]) -> Engine:
        """The engine, or one that takes its pains beside it, as the setting says: those of `careful` are a larger
        model's, where there is one."""
        effort = self.setting("effort")
        if effort == "fast":
            return engine
        from shellmate.answer.choosing import EFFORTS, ChoosingEngine
        from shellmate.models.auto import larger_model

        if effort == "careful" and (larger := larger_model(self.model, self.paths)):
            from shellmate.answer.handover import PAINS, HandingOverEngine

            return ChoosingEngine(HandingOverEngine(engine, larger, partial(open_model, larger)), self.kinds(), PAINS)
        return ChoosingEngine(engine, self.kinds(), EFFORTS[effort])

    def kinds(self) -> "Kinds":
        """The kinds of request that there are worked examples of."""
        from shellmate.prompt.kinds import Kinds
        from shellmate.prompt.library import PromptLibrary

        return Kinds(PromptLibrary.of(self.paths), self.paths.cache / "kinds")

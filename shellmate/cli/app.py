"""What every command is handed: the world, the places, the settings, the way to an engine."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from shellmate.core.environment import Environment
from shellmate.core.paths import Paths
from shellmate.core.settings import SETTINGS
from shellmate.engine.engine import Engine

if TYPE_CHECKING:
    from shellmate.answer.trials import Trials
    from shellmate.prompt.kinds import Kinds
    from shellmate.request.command.parts import Explainer
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
        return self.setting("model")

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
        from shellmate.core.progress import progress

        show_progress = show_progress or partial(progress, self.env, quiet=quiet)
        open_model = partial(self._open_model, quiet=quiet, verbose=verbose, show_progress=show_progress)
        return self._with_effort(open_model(self.model), open_model)

    def _open_model(self, name: str, *, quiet: bool, verbose: bool, show_progress: Callable[..., Any]) -> Engine:
        from shellmate.engine.binding import THREAD_VARIABLES
        from shellmate.engine.local import Limits, LocalEngine
        from shellmate.engine.states import Keeping
        from shellmate.models.store import obtain_model_file

        file = obtain_model_file(
            name,
            self.paths,
            self.env,
            auto_pull=self.setting("auto_pull"),
            offline=self.setting("offline"),
            quiet=quiet,
        )
        self.env.prefer(THREAD_VARIABLES)
        limits = Limits(
            ctx=self.setting("ctx"),
            threads=self.setting("threads"),
            cache_size=self.setting("cache_size") << 20,
            keeping=Keeping(inputs=self.setting("keep_input"), turns=self.setting("log")),
        )
        return LocalEngine(file, self.paths.kv, limits, show_progress, self.env.say, verbose)

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

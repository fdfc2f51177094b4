"""A conversation that is going on: what was said, what is set, and the engine that answers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from shellmate.answer.answer import Answer
from shellmate.answer.clock import Clock
from shellmate.answer.danger import DANGER, SAFE, judge
from shellmate.answer.report import remarks_on, timings_of
from shellmate.answer.respond import Response, respond
from shellmate.answer.showing.display import Display, open_display
from shellmate.answer.showing.prose import write_prose
from shellmate.answer.showing.sanitise import make_visible
from shellmate.core.environment import Environment
from shellmate.core.errors import UsageError
from shellmate.engine.engine import Engine, Sampling, Usage
from shellmate.prompt.changes import is_change
from shellmate.prompt.conversation import compose_turn, without_first_turns
from shellmate.prompt.library import PromptLibrary
from shellmate.prompt.prompt import Prompt, prefix_of
from shellmate.repl.notes import Notes
from shellmate.repl.tty import without_echo
from shellmate.request.request import Request
from shellmate.request.stdin import Input
from shellmate.session.recall import conversation_of, turn_of
from shellmate.session.thread import Thread
from shellmate.session.turn import Turn

if TYPE_CHECKING:
    from shellmate.answer.trying.trials import Trials
    from shellmate.request.command.parts import Explainer

_WARMER = 0.7  # the temperature of another answer to the same question


@dataclass
class Choices:
    """What the user has set for the questions to come; an empty `prompt` is the one that suits each."""

    model: str
    language: str = "auto"
    prompt: str = ""
    color: str = "auto"


@dataclass(frozen=True)
class Loaded:
    """A file that the next question is about."""

    path: Path
    input: Input


@dataclass(frozen=True)
class Basis:
    """What a turn is about: the file that was loaded for it, and the one that its code reads, which may be an earlier
    turn's."""

    loaded: Loaded | None = None
    source: Path | None = None


@dataclass
class Chat:
    """`open_engine` makes an engine for a model; the one at work is `engine`. `new_trials` makes what tries the answers
    to a question, `open_explainer` what knows the parts of commands. `usage` is that of the last answer, `bases` are by
    the places of the turns, `unanswered` are the words of the last question if that got no answer."""

    env: Environment
    library: PromptLibrary
    open_engine: Callable[[str], Engine]
    engine: Engine
    sampling: Sampling
    choices: Choices
    thread: Thread
    notes: Notes
    new_trials: "Callable[[str], Trials | None]"
    open_explainer: "Callable[[], Explainer]"
    usage: Usage = field(default_factory=Usage)
    loaded: Loaded | None = None
    bases: dict[int, Basis] = field(default_factory=dict)
    unanswered: str = ""
    retries: int = 0

    def change_model(self, name: str) -> None:
        """Go on with another model; where it cannot be loaded the one at work stays. Raises as opening does."""
        engine = self.open_engine(name)
        try:
            # Opening only begins to load. What is primed here the next question would have to wait for.
            engine.prime(prefix_of(self.library.load(self.choices.prompt or self.choices.language), self.library))
        except BaseException:
            engine.close()
            raise
        self.engine.close()
        self.engine, self.choices.model = engine, name

    @property
    def last(self) -> Turn:
        """The last turn with code. Raises UsageError where there is none."""
        return self.thread.turns[self._place_of_last()]

    @property
    def source(self) -> Path | None:
        """The file that the last code reads. Raises as `last`."""
        return self._basis(self._place_of_last()).source

    def go_on_with(self, thread: Thread) -> None:
        """Another conversation takes the place of this one."""
        self.thread, self.usage, self.loaded, self.unanswered = thread, Usage(), None, ""
        self.bases.clear()

    def undo(self) -> Turn:
        """Forget the last turn, and give it back. Raises UsageError where there is none."""
        if not self.thread.turns:
            raise UsageError("there is nothing to take back", "ask something")
        turn, self.unanswered = self.thread.drop_last(), ""
        self.bases.pop(len(self.thread.turns), None)
        return turn

    def ask(self, words: str) -> None:
        """Answer on stdout, and remember it. Raises ShellmateError; an interrupted answer is not remembered."""
        self.retries, self.unanswered = 0, words
        self._ask_anew(self.sampling)

    def retry(self, refused: Sequence[str] = (), is_asked_about: bool = False) -> None:
        """Give the last question another answer, none of the `refused` codes where that can be, in place of the one
        that it has. What it would do is not told where it `is_asked_about` next. Raises as `ask`, and UsageError where
        nothing was asked."""
        if not self.unanswered and not self.thread.turns:
            raise UsageError("nothing was asked yet", "ask something")
        self.retries += 1
        temperature = max(self.sampling.temperature, _WARMER)
        sampling = replace(self.sampling, temperature=temperature, seed=self.sampling.seed + self.retries)
        if self.unanswered:
            self._ask_anew(sampling)
            return
        *earlier, last = self.thread.turns
        loaded = self._basis(len(earlier)).loaded
        turn = self._answer(last.words, earlier, sampling, loaded, (*refused, last.code))
        self.thread.replace_last(turn)
        if not is_asked_about:
            self._warn_of(turn)

    def _ask_anew(self, sampling: Sampling) -> None:
        turn = self._answer(self.unanswered, self.thread.turns, sampling, self.loaded)
        self.thread.add(turn)
        self.loaded, self.unanswered = None, ""
        self._warn_of(turn)

    def _place_of_last(self) -> int:
        turns = self.thread.turns
        place = next((at for at in reversed(range(len(turns))) if turns[at].code), None)
        if place is None:
            raise UsageError("there is no code yet", "ask for some")
        return place

    def _basis(self, place: int) -> Basis:
        return self.bases.get(place, Basis())

    def _answer(
        self, words: str, turns: list[Turn], sampling: Sampling, loaded: Loaded | None, refused: Sequence[str] = ()
    ) -> Turn:
        clock, conversation = Clock(), conversation_of(turns)
        request = Request(words, self.choices.language, loaded.input if loaded else None)
        changes = is_change(words)
        prompt = compose_turn(request, conversation, self.library, self.choices.prompt, is_change=changes)
        refused = refused or ((conversation.code,) if changes and prompt.turns and conversation.code else ())

        def display(language: str) -> Display:
            clock.note_first()
            return open_display(self.env, language, self.choices.color)

        with without_echo(self.env):
            response = (
                respond(
                    self.engine,
                    prompt,
                    sampling,
                    display,
                    request.input,
                    refused,
                    self.new_trials(words),
                )
                if prompt.openings
                else self._answer_in_prose(prompt, sampling, clock)
            )
        self.usage = response.usage
        stands_alone = loaded or not (prompt.turns or prompt.beside)
        source = self._basis(len(turns) - 1).source if not stands_alone else loaded.path if loaded else None
        self.bases[len(turns)] = Basis(loaded, source)
        self._remember(prompt, response)
        turn = turn_of(words, prompt, response, turns)
        return replace(
            turn,
            timings=timings_of(self.usage, clock.first, clock.total()),
            model=self.usage.model or self.choices.model,
            cwd=str(self.env.cwd),
        )

    def _answer_in_prose(self, prompt: Prompt, sampling: Sampling, clock: Clock) -> Response:
        generation = self.engine.generate(prompt, replace(sampling, stop=""))
        text = write_prose(clock.noting_first(generation), self.env.write, for_people=self.env.stdout_is_terminal)
        answer = Answer("text", "", cut=generation.usage.finish == "length")
        return Response(answer, text, generation.usage)

    def _remember(self, prompt: Prompt, response: Response) -> None:
        """Tell what has to be known about an answer, and have its state at hand for the next question."""
        answer, usage = response.answer, response.usage
        for remark in remarks_on(answer, usage):
            self.notes.dim(remark)
        if not prompt.beside:
            self.engine.note_turn(without_first_turns(prompt, usage.dropped_turns), response.message)

    def _warn_of(self, turn: Turn) -> None:
        verdict = judge(turn.language, turn.code)
        if verdict.level != SAFE:
            say = self.notes.warn if verdict.level == DANGER else self.notes.dim
            say(f"{verdict.level}: it {make_visible(verdict.reasons[0])}")

"""Every setting once: its name, kind, bounds and default.

The command line makes its options from this table, the configuration file its keys and the environment its
variables (`max_tokens` is `SHELLMATE_MAX_TOKENS`). A flag beats a variable, a variable beats the file.
"""

from dataclasses import dataclass
from typing import Any

TRUE, FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off", ""}


@dataclass(frozen=True)
class Setting:
    name: str
    default: Any
    help: str
    kind: type = str
    choices: tuple[str, ...] = ()
    least: float | None = None
    most: float | None = None
    secret: bool = False

    def shown(self, value: Any) -> str:
        """The value as it may be printed."""
        return "***" if self.secret and value else str(value)

    @property
    def variable(self) -> str:
        return f"SHELLMATE_{self.name.upper()}"

    def parse(self, value: Any) -> Any:
        """The value in the setting's kind, from TOML or from a variable's text. Raises ValueError with the reason."""
        if self.kind is bool:
            text = str(value).strip().lower()
            if text not in TRUE | FALSE:
                raise ValueError(f"{value!r} is neither true nor false")
            return text in TRUE
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise ValueError(f"{'it' if self.secret else repr(value)} is not {_article(self.kind)}")
        try:
            parsed = self.kind(value)
        except (ValueError, OverflowError):
            raise ValueError(f"{value!r} is not {_article(self.kind)}") from None
        if parsed != parsed or (isinstance(value, float) and parsed != value and self.kind is int):
            raise ValueError(f"{value!r} is not {_article(self.kind)}")
        if self.choices and parsed not in self.choices:
            raise ValueError(f"{value!r} is not one of {', '.join(self.choices)}")
        if (self.least is not None and parsed < self.least) or (self.most is not None and parsed > self.most):
            raise ValueError(f"{value} is not {self._range()}")
        return parsed

    def _range(self) -> str:
        return f"{self.least:g} or more" if self.most is None else f"from {self.least:g} to {self.most:g}"


def _article(kind: type) -> str:
    return {int: "a whole number", float: "a number", str: "text"}[kind]


SETTINGS = {
    s.name: s
    for s in (
        Setting("lang", "auto", "What to write; auto lets the model choose.", choices=("auto", "shell", "python")),
        Setting(
            "model",
            "qwen2.5-coder-0.5b",
            "The model: a name from `shellmate model list`, a GGUF file, or auto for the best that is here.",
        ),
        Setting(
            "engine", "local", "Who answers: a model here, or an endpoint of OpenAI's API.", choices=("local", "http")
        ),
        Setting("base_url", "", "The endpoint for engine = http, such as http://localhost:8080/v1."),
        Setting("remote_model", "", "The model's name at the endpoint."),
        Setting("api_key", "", "The endpoint's key.", secret=True),
        Setting("remote_timeout", 60.0, "Seconds that the endpoint may say nothing.", float, least=1, most=1e6),
        Setting("prompt", "", "The prompt: a name from `shellmate prompt list`; by default the language's own."),
        Setting(
            "effort",
            "balanced",
            "How long to look for a command: fast takes the first, the others choose among several.",
            choices=("fast", "balanced", "careful"),
        ),
        Setting("dry_run", True, "Try what only reads in a sandbox, unseen, to leave out what fails.", bool),
        Setting("max_tokens", 512, "The longest answer, in tokens.", int, least=1, most=100_000),
        Setting("temperature", 0.0, "0 takes the likeliest token; higher varies.", float, least=0, most=5),
        Setting("seed", 0, "The seed for a temperature above 0.", int, least=0, most=2**32 - 2),
        Setting("ctx", 0, "The context in tokens, 0 as needed; prompts take up to 4,300.", int, least=0, most=2**20),
        Setting("threads", 0, "Threads to compute with; 0 takes the physical cores.", int, least=0, most=1024),
        Setting("timeout", 0.0, "Give up after so many seconds; 0 never does.", float, least=0, most=1e6),
        Setting("color", "auto", "Colour the code.", choices=("auto", "always", "never")),
        Setting("auto_pull", True, "Fetch a missing model when a question needs it.", bool),
        Setting("offline", False, "Never touch the network.", bool),
        Setting("keep_input", True, "Keep the state behind what was piped in, for the next question about it.", bool),
        Setting("key", "alt-m", "The key that turns words into a command; empty binds none."),
        Setting("keep_comment", False, "Keep the words behind the command, as a comment.", bool),
        Setting(
            "history", 0, "How many commands of the history a key press tells of, but the last.", int, least=0, most=50
        ),
        Setting("screen", False, "Have `shellmate fix` read off tmux's screen what the command printed.", bool),
        Setting("log", True, "Keep questions and answers, for --continue and `shellmate log`.", bool),
        Setting(
            "log_size",
            256,
            "The bound of that log, in MiB; what was used longest ago makes room.",
            int,
            least=1,
            most=10**6,
        ),
        Setting("chat_keys", "emacs", "The keys of the chat.", choices=("emacs", "vi")),
        Setting(
            "chat_history",
            "all",
            "What the chat remembers of what was typed: everywhere, by project, or nothing.",
            choices=("all", "project", "none"),
        ),
        Setting(
            "resident",
            "start",
            "The resident engine: start it after a key press, only use one that is there, or never.",
            choices=("start", "use", "never"),
        ),
        Setting(
            "idle",
            600.0,
            "Seconds without a question until the resident model is given back.",
            float,
            least=1,
            most=1e6,
        ),
        Setting("cache_size", 1024, "The bound of the KV store, in MiB.", int, least=16, most=10**6),
    )
}

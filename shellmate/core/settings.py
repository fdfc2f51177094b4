"""Every setting once: its name, kind, bounds and default.

The command line makes its options from this table, the configuration file its keys and the environment its
variables (`max_tokens` is `SHELLMATE_MAX_TOKENS`). A flag beats a variable, a variable beats the file.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shellmate.core.errors import ShellmateError, UsageError
from shellmate.core.lock import alone_in
from shellmate.core.paths import make_private_directory, reason, write_whole
from shellmate.core.toml import line_of, load_toml

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


def load_settings(file: Path, variables: Mapping[str, str]) -> dict[str, Any]:
    """What the file and the variables set, by name; what neither sets is not in it.

    Raises UsageError that names the file, line and key, or the variable.
    """
    return _from_file(file) | read_variables(variables)


def _from_file(file: Path) -> dict[str, Any]:
    try:
        text = file.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, UnicodeDecodeError) as error:
        why = reason(error) if isinstance(error, OSError) else "it is not UTF-8"
        raise UsageError(f"cannot read {file}: {why}", "mend the file, or give --no-config") from error
    try:
        return parse_settings(text)
    except ValueError as error:
        raise UsageError(f"{file}: {error}", "mend the file, or give --no-config") from error


def parse_settings(text: str) -> dict[str, Any]:
    """What a configuration file of that text sets. Raises ValueError that names the line, and the key."""
    settings = {}
    for key, value in load_toml(text).items():
        if key not in SETTINGS:
            where = f"line {line_of(key, text)}: {key if key.isprintable() else repr(key)}"
            raise ValueError(f"{where} is not a setting; `shellmate config list` shows them")
        try:
            settings[key] = SETTINGS[key].parse(value)
        except ValueError as error:
            raise ValueError(f"line {line_of(key, text)}: {key}: {error}") from None
    return settings


def read_variables(variables: Mapping[str, str]) -> dict[str, Any]:
    """What the variables set, by the name of the setting. Raises UsageError that names the variable."""
    settings = {}
    for setting in SETTINGS.values():
        value = variables.get(setting.variable)
        if value is None or (value == "" and setting.kind is not str):
            continue
        try:
            settings[setting.name] = setting.parse(value)
        except ValueError as error:
            raise UsageError(f"{setting.variable}: {error}") from None
    if variables.get("HF_HUB_OFFLINE", "").strip().lower() in TRUE:
        settings["offline"] = True
    return settings


def save_setting(file: Path, name: str, value: str) -> None:
    """Set one key in the file and leave all else in it, comments too, as it is. A link to a file stays one.

    Raises UsageError for a name or value that is not allowed or a file that is broken already; ShellmateError where it
    cannot be written.
    """
    if name not in SETTINGS:
        raise UsageError(f"{name} is not a setting", "see `shellmate config list`")
    try:
        parsed = SETTINGS[name].parse(value)
    except ValueError as error:
        raise UsageError(f"{name}: {error}") from None
    try:
        target = file.resolve()
        with alone_in(make_private_directory(target.parent)):
            before = _from_file(file)
            text = target.read_text(encoding="utf-8") if target.exists() else ""
            changed = _with_entry(text, name, _as_toml(parsed))
            if not _says(changed, before | {name: parsed}):
                raise UsageError(f"{file} sets {name} in a way that is left alone", "change it there by hand")
            with write_whole(target) as new:
                new.write(changed.encode())
    except (OSError, RuntimeError) as error:
        why = reason(error) if isinstance(error, OSError) else "its links go in a circle"
        raise ShellmateError(f"cannot write {file}: {why}") from error


def _says(text: str, settings: Mapping[str, Any]) -> bool:
    try:
        return bool(parse_settings(text) == settings)
    except ValueError:
        return False


def _with_entry(text: str, name: str, value: str) -> str:
    """The text with the key's value in place of the one that it has, or at the end."""
    lines = text.removesuffix("\n").split("\n") if text else []
    begin = rf"(\s*[\"']?{name}[\"']?\s*=\s*)"
    whole = re.compile(begin + r"""(?:"(?:[^"\\]|\\.)*"|'[^']*'|[^#"']*?)(\s*(?:#.*)?)""")
    at = next((number for number, line in enumerate(lines) if re.match(begin, line)), None)
    if at is None:
        lines.append(f"{name} = {value}")
    elif found := whole.fullmatch(lines[at]):
        lines[at] = f"{found[1]}{value}{found[2]}"
    return "".join(f"{line}\n" for line in lines)


def _as_toml(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return '"' + re.sub(r"[\x00-\x1f\x7f]", lambda c: f"\\u{ord(c[0]):04x}", escaped) + '"'
    return str(value)

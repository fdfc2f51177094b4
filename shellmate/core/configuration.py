"""What the configuration file and the variables set; one key of the file can be set anew."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from shellmate.core.errors import ShellmateError, UsageError
from shellmate.core.lock import alone_in
from shellmate.core.paths import make_private_directory, reason, write_whole
from shellmate.core.settings import SETTINGS, TRUE
from shellmate.core.toml import line_of, load_toml


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

"""What simple programs print, worked out from what they are given."""

import base64
import binascii
import re
from collections.abc import Callable
from posixpath import basename, dirname

from shellmate.answer.judging.call import Call
from shellmate.answer.judging.escapes import decode_escapes
from shellmate.answer.judging.marks import FETCHED, SECRET, UNKNOWN, is_glob, is_unknown, reveal
from shellmate.answer.judging.paths import is_secret
from shellmate.answer.judging.repeaters import RUNS, found_by
from shellmate.answer.judging.tables import programs

_SET_UP = re.compile(
    r"init|completions?|hook|shellenv|activate|env|--completion|generate-shell-completion|(shell|virtualenv)-init"
)
_FORMAT = re.compile(r"%(?:%|[-+ #0]*(?:\*|\d*)(?:\.(?:\*|\d*))?([sbqdiuoxXcfeEgG]))")


def printed_by(call: Call) -> str:
    """What a program prints; marks stand for what cannot be told."""
    reads = call.program in programs("reading") and any(is_secret(word, call.state.folder) for word in call.operands())
    told = SECRET in (call.stdin or "") or any(SECRET in word for word in call.words)
    printed = _printed_by(call)
    if is_unknown(printed) and not printed.endswith("\n"):
        printed += "\n"
    return printed + SECRET if (reads or told or _tells(call)) and SECRET not in printed else printed


def _tells(call: Call) -> bool:
    return call.program in programs("telling") or any(v.startswith("--export-secret") for v in call.values)


def _printed_by(call: Call) -> str:
    if call.program in _KNOWN:
        return _KNOWN[call.program](call)
    if _sets_up(call):
        return ""
    if call.program in programs("fetching") or call.values[:1] == ["s_client"]:
        return _fetched(call)
    if call.stdin is None:
        return FETCHED if call.program in programs("decoding") and _decodes(call) else UNKNOWN
    if call.program in programs("passing") and (not call.operands() or call.program == "tee"):
        return call.stdin if call.program not in ("head", "tail") else _some_of(call.stdin)
    if call.program in programs("decoding") and _decodes(call):
        return FETCHED
    return UNKNOWN if is_unknown(call.stdin) and FETCHED not in call.stdin else f"{call.stdin}\n{UNKNOWN}"


def _some_of(text: str) -> str:
    """Some of the names in a text, where there are any that are not written out in it."""
    if FETCHED in text or not (is_unknown(text) or is_glob(text)):
        return text
    return UNKNOWN if is_unknown(text) else f"{text}\n{UNKNOWN}"


def _sets_up(call: Call) -> bool:
    """Whether a program prints what shells are set up with, as it is meant to: who runs it trusts it already."""
    shells = {"bash", "zsh", "fish", "sh", "-s", "-c", "-"}
    return call.program in programs("setting_up") or bool(
        call.values and _SET_UP.fullmatch(call.values[0]) and (len(call.values) == 1 or shells & set(call.values))
    )


def _fetched(call: Call) -> str:
    """What is left to print of what is downloaded; a file that it is saved to is one that is not known."""
    saved = call.value_of("-o", "--output") if call.program != "wget" else call.value_of("-O", "--output-document")
    url = next((value for value in reversed(call.values) if "/" in value and not value.startswith("-")), "")
    by_name = call.has("-O", "--remote-name") if call.program == "curl" else call.program in ("wget", "aria2c")
    if saved is None and by_name:
        saved = basename(url.partition("?")[0])
    if saved and saved not in ("-", "/dev/stdout") and not saved.startswith("-"):
        call.state.write(saved, FETCHED)
        return ""
    return FETCHED


def _decodes(call: Call) -> bool:
    return call.program in programs("always_decoding") or call.has("-d", "-D", "--decode", "--decrypt", "-r")


def _echo(call: Call) -> str:
    words = list(call.words)
    flags = ""
    while words and re.fullmatch(r"-[neE]+", words[0]):
        flags += words.pop(0)
    text = " ".join(reveal(word) if not _is_bare_glob(word) else word for word in words)
    return (decode_escapes(text) if "e" in flags else text) + ("" if "n" in flags else "\n")


def _is_bare_glob(word: str) -> bool:
    return reveal(word) == word


def _printf(call: Call) -> str:
    values = call.values[1:] if call.values[:1] == ["--"] else call.values
    if values[:1] == ["-v"] and len(values) > 2:
        call.state.assign(values[1], [_format(values[2], values[3:])])
        return ""
    return _format(values[0], values[1:]) if values else ""


def _format(form: str, values: list[str]) -> str:
    plain, left, printed = decode_escapes(form), values[:200], ""

    def put(found: re.Match[str]) -> str:
        if found[0] == "%%":
            return "%"
        value = left.pop(0) if left else ""
        if found[1] == "b":
            return decode_escapes(value)
        if found[1] in "xXo" and value.isdigit():
            return format(int(value[:18]), found[1])
        return value[:1] if found[1] == "c" else value

    while True:
        before = len(left)
        printed += _FORMAT.sub(put, plain)
        if not left or len(left) == before:
            return printed


def _cat(call: Call) -> str:
    names = call.operands()
    if not names:
        return call.stdin if call.stdin is not None else UNKNOWN
    files = {"-": call.stdin or "", "/dev/stdin": call.stdin or "", "/dev/null": ""}
    return "".join(files.get(reveal(name), call.state.written(reveal(name)) or UNKNOWN) for name in names)


def _base64(call: Call) -> str:
    text = _cat(call.on("cat", call.operands()))
    if not call.has("-d", "-D", "--decode"):
        return UNKNOWN
    if is_unknown(text):
        return FETCHED
    try:
        return base64.b64decode("".join(text.split()) + "==", validate=False).decode(errors="replace")
    except (binascii.Error, ValueError):
        return FETCHED


def _xxd(call: Call) -> str:
    text = _cat(call.on("cat", call.operands()))
    digits = re.sub(r"\\x|0x|\s", "", text)
    if not call.has("-r"):
        return UNKNOWN
    if is_unknown(text) or not re.fullmatch(r"([0-9a-fA-F]{2})*", digits):
        return FETCHED
    return bytes.fromhex(digits).decode(errors="replace")


def _tr(call: Call) -> str:
    text, sets = call.stdin or UNKNOWN, [decode_escapes(value) for value in call.values if not value.startswith("-")]
    if is_unknown(text) or not sets:
        return text
    first = _characters(sets[0])
    if call.has("-d"):
        return "".join(char for char in text if char not in first)
    second = _characters(sets[1]) if len(sets) > 1 else ""
    if not second or call.has("-c", "-C", "-s"):
        return f"{text}\n{UNKNOWN}"
    return text.translate({ord(one): second[min(at, len(second) - 1)] for at, one in enumerate(first)})


def _characters(listed: str) -> str:
    listed = listed.replace("[:lower:]", "a-z").replace("[:upper:]", "A-Z").replace("[:digit:]", "0-9")
    ranges = re.compile(r"(.)-(.)", re.DOTALL)
    return ranges.sub(lambda r: "".join(map(chr, range(ord(r[1]), min(ord(r[2]), ord(r[1]) + 300) + 1))), listed)


def _rev(call: Call) -> str:
    text = _cat(call)
    return text if is_unknown(text) else "\n".join(line[::-1] for line in text.split("\n"))


def _paths(change: Callable[[str], str]) -> Callable[[Call], str]:
    return lambda call: "\n".join(change(reveal(word)) for word in call.operands()[:16]) or UNKNOWN


def _find(call: Call) -> str:
    """What it finds, and whatever is printed by what it runs on that."""
    runs = any(value in RUNS for value in call.values)
    return "\n".join([*found_by(call), *([UNKNOWN] if runs else [])])


def _ls(call: Call) -> str:
    return "\n".join(call.operands()) if call.has("-d") and call.operands() else UNKNOWN


_KNOWN: dict[str, Callable[[Call], str]] = {
    **dict.fromkeys(("echo", "print", "yes"), _echo),
    **dict.fromkeys(("realpath", "readlink", "which"), _paths(str)),
    **dict.fromkeys((":", "true", "false"), lambda call: ""),
    "printf": _printf,
    "cat": _cat,
    "base64": _base64,
    "xxd": _xxd,
    "tr": _tr,
    "rev": _rev,
    "find": _find,
    "ls": _ls,
    "basename": _paths(basename),
    "dirname": _paths(dirname),
    "pwd": lambda call: call.state.values("PWD")[0],
    "whoami": lambda call: "user",
    "mktemp": lambda call: "/tmp/tmp.12345",
}

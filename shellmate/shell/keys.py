"""A key as people write it, `alt-m` or `ctrl-x ctrl-m`, as each shell binds it."""

PLAIN = "abcdefghijklmnopqrstuvwxyz0123456789,./;=-"
FUNCTION_KEYS = dict(
    zip(
        (f"f{n}" for n in range(1, 13)),
        ("OP", "OQ", "OR", "OS", "[15~", "[17~", "[18~", "[19~", "[20~", "[21~", "[23~", "[24~"),
        strict=True,
    )
)
# How a shell writes Escape and a control character within the argument of its bind command.
ESCAPES = {"bash": ("\\e", "\\C-{}"), "zsh": ("^[", "^{}"), "fish": ("\\e", "\\c{}")}
TAKEN = ("ctrl-c", "ctrl-d", "ctrl-j", "ctrl-m", "ctrl-i", "ctrl-[")  # the terminal's own, Enter, Tab, Escape


def write_key(key: str, shell: str) -> str:
    """The argument of the shell's bind command for a key, or for some in a row. Raises ValueError with the reason."""
    strokes = key.lower().split()
    if not strokes or strokes[0] in TAKEN:
        raise ValueError(f"{key!r} is no key that can be taken")
    return "".join(_write_stroke(stroke, shell) for stroke in strokes)


def _write_stroke(stroke: str, shell: str) -> str:
    escape, control = ESCAPES[shell]
    modifier, dash, name = stroke.partition("-")
    if dash and modifier == "alt" and len(name) == 1 and name in PLAIN:
        sequence = name
    else:
        sequence = FUNCTION_KEYS.get(stroke, "")
    if sequence:
        return escape + (f"'{sequence}'" if shell == "fish" else sequence)
    if dash and modifier == "ctrl" and len(name) == 1 and name.isalpha() and name.isascii():
        return control.format(name)
    raise ValueError(f"{stroke!r} is none of alt-LETTER, ctrl-LETTER and f1 to f12")

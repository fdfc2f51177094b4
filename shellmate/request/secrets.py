"""Secrets in what was typed or printed: cut out before a model sees them, though it runs on this machine.

Better a word too many than one too few: what is cut here only ever was context.
"""

import re

MARK = "***"
_KEY = r"(?:pass(?:word|wd|phrase)?|pwd|secret|token|(?:api|access|private)[_-]?key|auth(?!or)|credential)"
_NAME = rf"(?<![\w.-])[\w.-]{{0,40}}?{_KEY}[\w.-]{{0,40}}"  # bounded: what is long is no name, and takes its square
_VALUE = r"""(?:(?:bearer|basic|token)\s+)?(?:"(?:[^"\\]|\\.)*"|'[^']*'|[^\s"'&;|])+"""
_PATTERNS = (
    # Keys that say what they are: GitHub, GitLab, Slack, AWS, Google, OpenAI and the like, Stripe, npm, PyPI, JWT.
    r"\b(?:gh[opsur]_|github_pat_|glpat-|xox[abprs]-|sk-|pk-|[sr]k_(?:live|test)_|npm_|pypi-|hf_|dop_v1_|SG\.)[\w.-]{8,}",
    r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    r"\bAIza[\w-]{30,}",
    r"\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*",
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)",
)
_KNOWN = re.compile("|".join(_PATTERNS), re.DOTALL)
# name=value, name: value, --name value, "name": "value"
_NAMED = re.compile(
    rf"""({_NAME}["']?\s*[=:]\s*|(?<![\w.-])--?[\w.-]{{0,40}}?{_KEY}[\w.-]{{0,40}}\s+){_VALUE}""", re.IGNORECASE
)
_HEADER = re.compile(r"(?i)\b(bearer|basic)\s+[\w+/=.~-]{8,}")
_IN_URL = re.compile(r"(\w{1,20}://)(?:[^\s/:@]{0,200}:\S+|[^\s/:@]{16,})@")
# curl -u name:secret, mysql -psecret, sshpass -p secret
_USER = re.compile(r"""((?:^|\s)(?:-u|--user)[\s=]*)(?:'[^':]+:[^']*'|"[^":]+:[^"]*"|[^\s:'"]+:(?!\d+\b)\S+)""")
_P_OPTION = re.compile(r"(\b(?:sshpass|mysql\w*|mariadb\w*|7z\w*)\b[^|;&]*?\s-p\s?)[^\s-]\S*")
_LONG = re.compile(r"(?<![\w+/-])(?=[\w+/=-]{0,200}?\d)(?=[\w+/=-]{0,200}?[A-Za-z])[A-Za-z0-9+/_-]{32,}={0,2}")
_HASH = re.compile(r"[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}")


def cut_secrets(text: str) -> str:
    """The text with a mark in place of each token, key and password that looks like one."""
    text = _KNOWN.sub(MARK, text)
    text = _NAMED.sub(rf"\g<1>{MARK}", text)
    text = _HEADER.sub(rf"\g<1> {MARK}", text)
    text = _IN_URL.sub(rf"\g<1>{MARK}@", text)
    text = _USER.sub(rf"\g<1>{MARK}", text)
    text = _P_OPTION.sub(rf"\g<1>{MARK}", text)
    return _LONG.sub(lambda found: found[0] if _is_harmless(found) else MARK, text)


def _is_harmless(found: re.Match[str]) -> bool:
    """Whether a long word is a hash of a commit or a file, or the rest of a path."""
    return (
        _HASH.fullmatch(found[0]) is not None
        or found.string[: found.start()].endswith((".", "~"))
        or found[0].startswith("/")
    )

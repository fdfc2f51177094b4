"""What a path stands for: the whole machine, a disk, a file that the system needs, or something of one's own."""

import re
from posixpath import normpath

from shellmate.answer.judging.marks import EMPTY, FETCHED, HOME, UNKNOWN, is_glob, is_unknown, reveal

DISK = re.compile(
    r"/dev/((sd|hd|vd|xvd)[a-z*]\d*|(nvme|mmcblk|r?disk|md|loop(?=\d+p))\d+\w*|mapper/\S+|disk/\S+|dm-\d+)|\\\\\.\\PhysicalDrive\d"
)
_BELOW = {
    "/": "bin boot dev etc home lib lib32 lib64 media mnt opt private proc root run sbin srv sys usr var"
    " Applications Library System Users Volumes",
    "/usr": "bin include lib lib32 lib64 libexec local sbin share",
    "/var": "lib log mail spool db",
    "/mnt": "c d",
    "/System": "Library Volumes",
    "/lib": "modules x86_64-linux-gnu systemd",
    "/boot": "efi grub",
    "/etc": "pam.d ssh ssl systemd",
}
_SYSTEM = {f"{top.rstrip('/')}/{name}" for top, names in _BELOW.items() for name in names.split()}
_ANY_HOME = re.compile(r"/(home|Users)/[^/]+|/root")
_VITAL = re.compile(r"/(etc|boot|usr|bin|sbin|lib(32|64)?|sys|proc|System)(/.*)?")
_HARMLESS = re.compile(
    r"/dev/(null|zero|u?random|full|tty\w*|pts/\d+|stdin|stdout|stderr|fd/\d+|shm(/.*)?|console|loop\d+|ptmx)|/proc/self/.*"
    r"|/usr/local/.*|/etc/(motd|issue)"
)
_NEARLY_ALL = re.compile(r"(\*|\?|\[[^\]]*\]|\{[^}]*\}|\.)*[*?\]](\*|\?|\[[^\]]*\]|\.)*")
_STARTUP = re.compile(
    r"/(\.(bash(rc|_profile|_login|_logout)|profile|z(shrc|shenv|profile|login|logout)|xinitrc|xprofile|xsession|inputrc"
    r"|ssh/(rc|authorized_keys2?|config)|gitconfig|vimrc)|\.config/(fish/config\.fish|fish/conf\.d/.*|autostart/.*"
    r"|systemd/user/.*)|Library/LaunchAgents/.*)$"
)
_SYSTEM_STARTUP = re.compile(
    r"/etc/(cron[^/]*(/.*)?|rc\.local|profile(\.d/.*)?|bash\.bashrc|init\.d/.*|init/.*|systemd/system/.*|ld\.so\.preload"
    r"|environment|zsh/.*|xdg/autostart/.*|modules(-load\.d/.*)?)|/var/spool/cron(/.*)?"
    r"|/(usr/)?lib/systemd/system/.*|/Library/Launch(Agents|Daemons)/.*"
)
_ACCOUNTS = re.compile(
    r"/etc/(passwd|shadow|group|gshadow|sudoers(\.d/.*)?|fstab|hosts\.(allow|deny)|pam\.d/.*|ssh/sshd_config)"
)
_HISTORY = re.compile(
    r"/\.(bash|zsh|sh|python|mysql|psql|node_repl)_?(history|histfile)$|/fish_history$|/\.histfile$|/\.zhistory$"
)
_REPOSITORY = re.compile(r"/\.git(/(config|HEAD|index|hooks(/.*)?|refs(/.*)?|objects(/.*)?|packed-refs))?$")
_TEMPORARY = re.compile(r"/(var/|private/)?tmp/[^/]+(/.*)?")
_LOG = re.compile(r"/var/(log(/.*)?|run/utmp)|/var/log/(wtmp|btmp|lastlog)")
_SECRET = re.compile(
    r"/\.ssh(/(?!config$|known_hosts|.*\.pub$)[^/]+)?$|/\.(aws|gnupg|kube|docker|azure)(/.*)?$|/\.config/(gcloud|gh)(/.*)?$"
    r"|/\.(netrc|pgpass|npmrc|pypirc|git-credentials|vault-token|env)$"
    r"|/etc/(shadow|gshadow|sudoers)$|\.(pem|p12|pfx|kdbx|key)$|(^|/)\.env(\.\w+)?$|/id_(rsa|ed25519|ecdsa|dsa)$"
    r"|/\.mozilla(/.*)?$|/(wallet\.dat|Login Data|cookies\.sqlite)$|/etc/ssl/private(/.*)?$|/etc/passwd$"
)


def absolute(path: str, folder: str | None = None) -> str:
    """A path without dots and double slashes, where it is known from where it leads; an unknown part counts as a name.
    `path` may be shielded."""
    plain = path.replace(EMPTY, "")
    if not plain.startswith(("/", "~")) and folder is not None:
        plain = f"{folder}/{plain}"
    if not plain:
        return plain
    return re.sub(r"^//+", "/", normpath(plain))


def all_of(path: str, folder: str | None = None) -> str:
    """The name of the place, all of which a path stands for, its own folders included; empty where that is none that
    nobody can mean."""
    whole = absolute(path, folder)
    place = _without_globs(whole)
    if place == "" and whole and not whole.startswith("/"):
        return "this folder" if folder is None else ""
    if place in (".", "..") or re.fullmatch(r"(\.\./)*\.\.", place):
        return "this folder" if place == "." else "the folder above"
    if place == "/" or place in _SYSTEM or _ANY_HOME.fullmatch(place):
        return "your home folder" if place == HOME else place
    return ""


def _without_globs(path: str) -> str:
    """A path without those of its last names that match nearly all there is; any pattern does so right below /."""
    while True:
        head, _, last = path.rpartition("/")
        everywhere = not head and path.startswith("/") and is_glob(last)
        if not (everywhere or _NEARLY_ALL.fullmatch(last)) or last in (".", "..", ""):
            return reveal(path)
        path = head or ("/" if path.startswith("/") else "")
        if path in ("", "/"):
            return path


def may_be_all_of(path: str, folder: str | None = None) -> str:
    """As `all_of`, for a path with parts that are not known, were they empty."""
    return all_of(re.sub(f"[{UNKNOWN}{FETCHED}]", "", path), folder)


def _matches(pattern: re.Pattern[str], path: str, folder: str | None) -> bool:
    return pattern.fullmatch(reveal(absolute(path, folder))) is not None


def _ends_as(pattern: re.Pattern[str], path: str, folder: str | None) -> bool:
    return pattern.search(f"/{reveal(absolute(path, folder))}") is not None


def is_disk(path: str) -> bool:
    return DISK.fullmatch(reveal(absolute(path))) is not None


def is_vital(path: str, folder: str | None = None) -> bool:
    """Whether it is a file of the system's."""
    return _matches(_VITAL, path, folder) and not _matches(_HARMLESS, path, folder)


def is_startup(path: str, folder: str | None = None) -> bool:
    """Whether what is in it is run by itself, on logging in or by the clock."""
    return _ends_as(_STARTUP, path, folder) or _matches(_SYSTEM_STARTUP, path, folder)


def is_of_accounts(path: str, folder: str | None = None) -> bool:
    return _matches(_ACCOUNTS, path, folder)


def is_history(path: str, folder: str | None = None) -> bool:
    return _ends_as(_HISTORY, path, folder)


def is_of_repository(path: str, folder: str | None = None) -> bool:
    """Whether git keeps its own there."""
    return _ends_as(_REPOSITORY, path, folder)


def is_temporary(path: str, folder: str | None = None) -> bool:
    """Whether it is something in a folder for what may go at any time."""
    return _matches(_TEMPORARY, path, folder) and not is_glob(path) and not is_unknown(path)


def is_log(path: str, folder: str | None = None) -> bool:
    return _matches(_LOG, path, folder)


def is_secret(path: str, folder: str | None = None) -> bool:
    return _ends_as(_SECRET, path, folder)

"""What Python code would do, read off its syntax tree."""

import ast
from collections.abc import Iterator

from shellmate.answer.check import parse_beginning
from shellmate.answer.judging.findings import CAUTION, DANGER, Finding
from shellmate.answer.judging.marks import UNKNOWN
from shellmate.answer.judging.paths import all_of, is_disk, is_of_accounts, is_secret, is_startup, is_vital
from shellmate.answer.judging.pythonvalues import Values
from shellmate.answer.judging.sqltext import find_in_sql

_FILES = ("os.remove", "os.unlink", "os.rmdir", "os.truncate")
_SHELLS = (
    "os.system", "os.popen", "subprocess.getoutput", "subprocess.getstatusoutput", "commands.getoutput",
    "asyncio.create_subprocess_shell", "pexpect.run", "pexpect.spawn", "pty.spawn",
)  # fmt: skip
_PROCESSES = tuple(f"subprocess.{name}" for name in ("run", "call", "check_call", "check_output", "Popen"))
_EXECS = ("os.exec", "os.spawn", "os.posix_spawn", "asyncio.create_subprocess_exec")
_GETS = (
    "base64.", "binascii.", "bytes.fromhex", "codecs.decode", "httpx.get", "marshal.loads", "requests.get",
    "urllib.request.urlopen", "urllib.urlopen", "urllib2.urlopen", "urlopen", "zlib.",
)  # fmt: skip
_SENDS = (
    "ftplib.", "http.client.", "httpx.post", "httpx.put", "paramiko.", "requests.delete", "requests.patch",
    "requests.post", "requests.put", "smtplib.", "socket.create_connection",
)  # fmt: skip
_EMPTYING = ("drop_database", "drop_collection", "dropDatabase", "delete_many", "flushall", "flushdb", "drop_all")
_SERVERS = ("HTTPServer", "TCPServer", "ThreadingHTTPServer")
_LOOPS = (ast.For, ast.While, ast.AsyncFor, ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)
_PROGRAMS = (ast.Call, ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)


def looks_like_python(text: str) -> bool:
    """Whether a text can only be Python: it has a call, an import or a definition as no shell writes them."""
    if not any(sign in text for sign in ("(", "import")):
        return False
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return any(isinstance(node, _PROGRAMS) for node in ast.walk(tree))


class PythonReader:
    """The findings in a text; `commands` are those that it hands to a shell, `processes` those that it starts, each
    with its words."""

    def __init__(self, text: str):
        self.findings: list[Finding] = []
        self.commands: list[str] = []
        self.processes: list[list[str]] = []
        self._values = Values()
        tree = parse_beginning(text)
        nodes = list(ast.walk(tree)) if tree else []
        self._in_loops = {id(inner) for node in nodes if isinstance(node, _LOOPS) for inner in ast.walk(node)}
        for node in nodes:
            self._values.note(node)
        calls = [node for node in nodes if isinstance(node, ast.Call)]
        for call in calls:
            self.findings += self._in_call(call, self._values.name_of(call.func))
        self.findings += _in_whole({self._values.name_of(call.func) for call in calls}, text)

    def _in_call(self, call: ast.Call, name: str) -> Iterator[Finding]:
        last = name.rpartition(".")[2]
        named = [k.value for k in call.keywords if k.arg in ("args", "cmd", "path", "command")]
        given = [*call.args, *named]
        first = self._values.text_of(given[0]) if given else ""
        if last in ("rmtree", "remove_tree", "removedirs"):
            yield from self._deleting_tree(first)
        elif name in _FILES:
            yield from self._deleting(call, first)
        elif last in ("unlink", "rmdir") and isinstance(call.func, ast.Attribute):
            yield from self._deleting(call, self._values.text_of(call.func.value))
        elif name in _SHELLS:
            self.commands.append(first)
        elif name in _PROCESSES or name.startswith(_EXECS):
            self._note_process(call, name, given)
        elif name in ("eval", "exec") and given:
            yield from self._evaluating(given[0])
        elif name.startswith(_SENDS):
            yield from self._sending(call)
        elif last in ("execute", "executemany", "executescript", "raw", "read_sql"):
            yield from find_in_sql(first)
        elif last in ("open", "write_text", "write_bytes"):
            yield from self._opening(call, last, first)
        elif name in ("os.chmod", "os.chown", "shutil.chown"):
            yield from self._changing_rights(call, first)
        elif name in ("os.kill", "os.killpg"):
            yield Finding(CAUTION, "ends processes")
        elif name in ("shutil.move", "os.rename", "os.replace") and (place := all_of(first)):
            yield Finding(DANGER, f"moves all of {place}")
        elif last in _EMPTYING:
            yield Finding(CAUTION, "deletes data")
        elif (last in _SERVERS and "value=''" in ast.dump(call)) or "'0.0.0.0'" in ast.dump(call):
            yield Finding(CAUTION, "can be reached from the network")

    def _deleting_tree(self, target: str) -> Iterator[Finding]:
        place = all_of(target)
        yield (
            Finding(DANGER, f"deletes all of {place}") if place else Finding(CAUTION, "deletes a folder and all in it")
        )

    def _deleting(self, call: ast.Call, target: str) -> Iterator[Finding]:
        if id(call) in self._in_loops or UNKNOWN in target:
            yield Finding(CAUTION, "deletes files")
        elif is_vital(target) or is_disk(target):
            yield Finding(CAUTION, f"deletes {target}, a file of the system")

    def _opening(self, call: ast.Call, last: str, first: str) -> Iterator[Finding]:
        target, mode = first, "r"
        if last != "open" and isinstance(call.func, ast.Attribute):
            target, mode = self._values.text_of(call.func.value), "w"
        elif last == "open":
            modes = [*call.args[1:2], *(k.value for k in call.keywords if k.arg == "mode")]
            mode = self._values.text_of(modes[-1]) if modes else "r"
        if not set(mode) & set("wax+"):
            return
        if is_disk(target):
            yield Finding(DANGER, f"overwrites the disk {target}")
        elif is_of_accounts(target):
            yield Finding(DANGER if "w" in mode else CAUTION, f"changes who may do what, in {target}")
        elif is_startup(target) or is_vital(target):
            yield Finding(CAUTION, f"changes {target}, on which other programs depend")

    def _changing_rights(self, call: ast.Call, target: str) -> Iterator[Finding]:
        mode = call.args[1] if len(call.args) > 1 else None
        if isinstance(mode, ast.Constant) and isinstance(mode.value, int) and mode.value & 0o6002:
            yield Finding(CAUTION, "lets everybody change a file, or run it as its owner")
        elif is_vital(target) or id(call) in self._in_loops:
            yield Finding(CAUTION, "changes the rights of files")

    def _evaluating(self, code: ast.expr) -> Iterator[Finding]:
        if isinstance(code, ast.Constant) and isinstance(code.value, str):
            inner = PythonReader(code.value)
            self.commands, self.processes = self.commands + inner.commands, self.processes + inner.processes
            yield from inner.findings
            return
        sources = [self._values.name_of(node.func) for node in ast.walk(code) if isinstance(node, ast.Call)]
        if any(source.startswith(_GETS) or source.endswith((".b64decode", ".decompress")) for source in sources):
            yield Finding(DANGER, "runs what it downloads or decodes, unseen")
        else:
            yield Finding(CAUTION, "runs code that is not known before")

    def _sending(self, call: ast.Call) -> Iterator[Finding]:
        parts = [node for node in ast.walk(call) if isinstance(node, ast.Constant | ast.JoinedStr | ast.Call)]
        secret = any(is_secret(text) for part in parts if (text := self._values.text_of(part)))
        if secret or "os.environ" in ast.unparse(call):
            yield Finding(DANGER, "sends secrets to another machine")
        else:
            yield Finding(CAUTION, "sends data to another machine")

    def _note_process(self, call: ast.Call, name: str, given: list[ast.expr]) -> None:
        values = [self._values.value_of(argument) for argument in given]
        if name.startswith("os."):
            words = [w for value in values for w in (value if isinstance(value, list) else [value or UNKNOWN])]
            words = words[1:] if name.startswith(("os.spawn", "os.posix_spawn")) else words
            repeated = len(words) > 1 and words[1].rpartition("/")[2] == words[0].rpartition("/")[2]
            self.processes.append(words[1:] if repeated else words)
        elif name.startswith("asyncio."):
            self.processes.append([value if isinstance(value, str) else UNKNOWN for value in values])
        elif values:
            in_shell = any(k.arg == "shell" and getattr(k.value, "value", True) for k in call.keywords)
            if isinstance(values[0], list) and not in_shell:
                self.processes.append(values[0])
            else:
                self.commands.append(values[0] if isinstance(values[0], str) else " ".join(values[0] or [UNKNOWN]))


def _in_whole(called: set[str], text: str) -> Iterator[Finding]:
    """What several calls do together."""
    connects = any(name.endswith((".connect", ".sendall", ".sendto")) for name in called)
    if "socket.socket" in called and any(name.endswith(("dup2", "pty.spawn")) for name in called):
        yield Finding(DANGER, "hands a shell to another machine")
    elif "socket.socket" in called and connects:
        yield Finding(CAUTION, "opens a connection to another machine")
    if "os.fork" in called and "while" in text:
        yield Finding(DANGER, "starts copies of itself without end")

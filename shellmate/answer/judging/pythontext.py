"""What Python code would do, read off its syntax tree."""

import ast
from collections.abc import Iterator

from shellmate.answer.check import parse_beginning
from shellmate.answer.judging.findings import CAUTION, DANGER, Finding
from shellmate.answer.judging.marks import FETCHED, UNKNOWN
from shellmate.answer.judging.paths import (
    all_of,
    is_disk,
    is_history,
    is_log,
    is_of_accounts,
    is_secret,
    is_startup,
    is_temporary,
    is_vital,
)
from shellmate.answer.judging.pythonvalues import FETCHING, Values
from shellmate.answer.judging.sqltext import find_in_sql

_FILES = ("os.remove", "os.unlink", "os.rmdir")
_TREES = ("shutil.rmtree", "os.removedirs")
_MOVES = ("shutil.move", "os.rename", "os.replace", "os.renames")
_LISTS = ("listdir", "scandir", "walk", "glob", "iglob", "rglob", "iterdir")
_SHELLS = (
    "os.system", "os.popen", "subprocess.getoutput", "subprocess.getstatusoutput", "commands.getoutput",
    "asyncio.create_subprocess_shell", "pexpect.run", "pexpect.spawn", "pty.spawn",
)  # fmt: skip
_PROCESSES = tuple(f"subprocess.{name}" for name in ("run", "call", "check_call", "check_output", "Popen"))
_KNOWN = frozenset((*_FILES, *_TREES, *_MOVES, *_SHELLS, *_PROCESSES, "os.truncate", "os.kill", "os.execvp", "os.fork"))
_EXECS = ("os.exec", "os.spawn", "os.posix_spawn", "asyncio.create_subprocess_exec")
_GETS = ("base64.", "binascii.", "bytes.fromhex", "codecs.decode", "marshal.loads", "zlib.", *FETCHING)
_SENDS = (
    "ftplib.", "http.client.", "httpx.post", "httpx.put", "paramiko.", "requests.delete", "requests.patch",
    "requests.post", "requests.put", "smtplib.", "socket.create_connection",
)  # fmt: skip
_EMPTYING = ("drop_database", "drop_collection", "dropDatabase", "delete_many", "flushall", "flushdb", "drop_all")
_SERVERS = ("HTTPServer", "TCPServer", "ThreadingHTTPServer")
_REPEATING = ("map", "imap", "imap_unordered", "starmap", "filter", "map_async")
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
        self._values = Values(_KNOWN)
        tree = parse_beginning(text)
        nodes = list(ast.walk(tree)) if tree else []
        self._in_loops = {id(inner) for node in nodes if isinstance(node, _LOOPS) for inner in ast.walk(node)}
        for node in nodes:
            self._values.note(node)
        self._found = _names_of_found(nodes)
        calls = [node for node in nodes if isinstance(node, ast.Call)]
        for call in calls:
            self.findings += self._in_call(call, self._values.name_of(call.func))
            self.findings += self._handed_on(call)
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
        elif name in _MOVES:
            yield from self._moving(first)
        elif name == "os.truncate":
            yield Finding(CAUTION, "cuts files")
        elif last in ("extractall", "unpack_archive") and given:
            yield from self._unpacking(self._values.text_of(given[-1]))
        elif last in _EMPTYING:
            yield Finding(CAUTION, "deletes data")
        elif (last in _SERVERS and "value=''" in ast.dump(call)) or "'0.0.0.0'" in ast.dump(call):
            yield Finding(CAUTION, "can be reached from the network")

    def _handed_on(self, call: ast.Call) -> Iterator[Finding]:
        """Of what deletes or runs something and is handed to another that calls it, such as map."""
        keywords = {keyword.arg: keyword.value for keyword in call.keywords}
        given = [*call.args, *(keywords[name] for name in ("target", "func") if name in keywords)]
        for at, function in enumerate(given):
            name = self._values.name_of(function) if isinstance(function, ast.Name | ast.Attribute) else ""
            if name in _KNOWN:
                further = keywords.get("args")
                more = further.elts if isinstance(further, ast.Tuple | ast.List) else given[at + 1 :]
                arguments = more or [ast.Name(UNKNOWN)]
                if self._values.name_of(call.func).rpartition(".")[2] in _REPEATING:
                    arguments = [ast.Name(UNKNOWN)]
                yield from self._in_call(ast.Call(function, arguments, []), name)

    def _deleting_tree(self, target: str) -> Iterator[Finding]:
        if place := all_of(target):
            yield Finding(DANGER, f"deletes all of {place}")
        elif not is_temporary(target):
            yield Finding(CAUTION, "deletes a folder and all in it")

    def _deleting(self, call: ast.Call, target: str) -> Iterator[Finding]:
        if id(call) in self._in_loops or UNKNOWN in target:
            yield Finding(CAUTION, "deletes files")
        elif is_vital(target) or is_disk(target):
            yield Finding(CAUTION, f"deletes {target}, a file of the system")

    def _moving(self, source: str) -> Iterator[Finding]:
        if place := all_of(source):
            yield Finding(DANGER, f"moves all of {place}")
        elif is_vital(source) or is_startup(source):
            yield Finding(CAUTION, f"moves {source}, on which other programs depend")

    def _unpacking(self, folder: str) -> Iterator[Finding]:
        if folder == "/" or is_vital(folder):
            yield Finding(CAUTION, f"overwrites files in {folder}")

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
        elif "w" in mode and self._is_found(call):
            yield Finding(CAUTION, "overwrites the files that it finds")
        elif "w" in mode and (is_history(target) or is_log(target)):
            yield Finding(CAUTION, f"wipes traces in {target}")
        elif is_of_accounts(target):
            yield Finding(DANGER if "w" in mode else CAUTION, f"changes who may do what, in {target}")
        elif is_startup(target) or is_vital(target):
            yield Finding(CAUTION, f"changes {target}, on which other programs depend")

    def _is_found(self, call: ast.Call) -> bool:
        """Whether a file that is written to is one of those that a loop finds, and no other that is named after it."""
        owner = call.func.value if isinstance(call.func, ast.Attribute) else None
        written = call.args[0] if isinstance(call.func, ast.Name) and call.args else owner
        if isinstance(written, ast.Call) and self._values.name_of(written.func).endswith(("path.join", "Path")):
            written = written.args[-1] if written.args else None
        return isinstance(written, ast.Name) and written.id in self._found

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
        if FETCHED in self._values.text_of(code):
            yield Finding(DANGER, "runs what it downloads or decodes, unseen")
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


def _names_of_found(nodes: list[ast.AST]) -> set[str]:
    """The names that loops give to the files that they find."""
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.For | ast.comprehension):
            called = [call.func for call in ast.walk(node.iter) if isinstance(call, ast.Call)]
            lists = any(getattr(function, "attr", getattr(function, "id", "")) in _LISTS for function in called)
            if lists or (isinstance(node.iter, ast.Name) and node.iter.id in found):
                found |= {name.id for name in ast.walk(node.target) if isinstance(name, ast.Name)}
    return found


def _in_whole(called: set[str], text: str) -> Iterator[Finding]:
    """What several calls do together."""
    connects = any(name.endswith((".connect", ".sendall", ".sendto")) for name in called)
    if "socket.socket" in called and any(name.endswith(("dup2", "pty.spawn")) for name in called):
        yield Finding(DANGER, "hands a shell to another machine")
    elif "socket.socket" in called and connects:
        yield Finding(CAUTION, "opens a connection to another machine")
    if "os.fork" in called and "while" in text:
        yield Finding(DANGER, "starts copies of itself without end")

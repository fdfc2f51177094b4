"""The names and the values of expressions in Python code, as far as they can be told without running it."""

import ast
from collections.abc import Collection

from shellmate.answer.judging.marks import FETCHED, HOME, UNKNOWN
from shellmate.answer.judging.paths import all_of

Text = str | list[str] | None
_PATHS = ("Path", "PurePath", "PosixPath", "str", "abspath", "realpath", "fspath", "normpath", "quote")
FETCHING = (
    "httpx.get", "requests.get", "urllib.request.urlopen", "urllib.urlopen", "urllib2.urlopen", "urlopen",
)  # fmt: skip
_KEEPING = ("strip", "format", "resolve", "decode", "encode", "expanduser")


class Values:
    """What the imports and the assignments that were noted make of names."""

    def __init__(self, known: Collection[str] = ()) -> None:
        """`known` are dotted names; what a `*` imports is one of them, or has no module."""
        self._known, self._stars = known, list[str]()
        self._names: dict[str, str] = {}  # what is imported, by the name it has here
        self._values: dict[str, Text] = {}

    def note(self, node: ast.AST) -> None:
        """Take notice of an import or an assignment."""
        match node:
            case ast.Import():
                self._names |= {alias.asname or alias.name.partition(".")[0]: alias.name if alias.asname else
                                alias.name.partition(".")[0] for alias in node.names}  # fmt: skip
            case ast.ImportFrom(module=str(module), names=[ast.alias(name="*")]):
                self._stars.append(module)
            case ast.ImportFrom():
                self._names |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
            case ast.AnnAssign(target=ast.Name(id=name)) | ast.NamedExpr(target=ast.Name(id=name)) if node.value:
                self._values[name] = self.value_of(node.value)
            case ast.AugAssign(target=ast.Name(id=name) as target, op=ast.Add()):
                self._values[name] = self.value_of(ast.BinOp(target, ast.Add(), node.value))
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="append" | "extend" as how), args=given):
                self._add_to(name, given, how == "append")
            case ast.For(target=ast.Name(id=name)) | ast.comprehension(target=ast.Name(id=name)):
                texts = self.value_of(node.iter)
                if isinstance(texts, list) and texts:
                    self._values[name] = next(filter(all_of, texts), texts[0])
            case ast.Assign(targets=[ast.Name(id=name)]):
                self._values[name] = self.value_of(node.value)
                if isinstance(node.value, ast.Attribute | ast.Name) and (dotted := self.name_of(node.value)):
                    self._names.setdefault(name, dotted)

    def _add_to(self, name: str, arguments: list[ast.expr], is_one: bool) -> None:
        before, more = self._values.get(name), [self.value_of(argument) for argument in arguments]
        if isinstance(before, list) and more:
            added = more[0] if isinstance(more[0], list) else [more[0] or UNKNOWN]
            self._values[name] = [*before, *(added if not is_one else [" ".join(added)])]

    def name_of(self, node: ast.AST) -> str:
        """The dotted name of what is called, by that of its module."""
        match node:
            case ast.Name(id=name):
                starred = (f"{module}.{name}" for module in self._stars)
                return self._names.get(name) or next((known for known in starred if known in self._known), name)
            case ast.Attribute(value=owner, attr=attribute):
                return f"{self.name_of(owner)}.{attribute}"
            case ast.Call(func=ast.Name(id="__import__" | "import_module"), args=[ast.Constant(value=str(module)), *_]):
                return module
            case ast.Call(func=ast.Attribute(attr="import_module"), args=[ast.Constant(value=str(module)), *_]):
                return module
            case ast.Call(func=ast.Name(id="getattr"), args=[owner, attribute, *_]):
                return f"{self.name_of(owner)}.{self.value_of(attribute)}"
            case ast.Call(func=function):
                return f"{self.name_of(function)}()"
        return ""

    def value_of(self, node: ast.AST | None) -> Text:
        """The value of an expression: a text, a list of texts, or None where it is neither; with a mark for what is not
        known of it."""
        match node:
            case ast.Constant(value=str(text)):
                return text
            case ast.Constant(value=bytes(data)):
                return data.decode(errors="replace")
            case ast.Name(id=name):
                return self._values.get(name, UNKNOWN)
            case ast.JoinedStr(values=parts):
                return "".join(self.text_of(p.value if isinstance(p, ast.FormattedValue) else p) for p in parts)
            case ast.BinOp(op=ast.Add() | ast.Div() as op, left=left, right=right):
                one, other = self.value_of(left), self.value_of(right)
                if isinstance(one, list) or isinstance(other, list):
                    return [
                        *(one if isinstance(one, list) else [UNKNOWN]),
                        *(other if isinstance(other, list) else [UNKNOWN]),
                    ]
                return ("/" if isinstance(op, ast.Div) else "").join((one or UNKNOWN, other or UNKNOWN))
            case ast.BinOp(op=ast.Mod(), left=left):
                return (self.text_of(left)).replace("%s", UNKNOWN)
            case ast.List(elts=elements) | ast.Tuple(elts=elements):
                return [self.text_of(element) for element in elements]
            case ast.Starred(value=value):
                return self.value_of(value)
            case ast.Subscript(value=owner, slice=ast.Constant(value="HOME")) if self.name_of(owner) == "os.environ":
                return HOME
            case ast.Attribute(value=owner) if FETCHED in self.text_of(owner):
                return FETCHED
            case ast.Call(func=function, args=arguments):
                return self._of_call(self.name_of(function), function, arguments)
        return UNKNOWN

    def _of_call(self, name: str, function: ast.expr, arguments: list[ast.expr]) -> Text:
        texts = [self.text_of(argument) for argument in arguments]
        if name.endswith(("expanduser", "Path.home", "expandvars")):
            return (texts[0] if texts else "~").replace("~", HOME, 1).replace("$HOME", HOME)
        last = name.rpartition(".")[2]
        if name.startswith(FETCHING) or last == "recv" or FETCHED in self.text_of(getattr(function, "value", None)):
            return FETCHED
        if name in ("os.getenv", "os.environ.get"):
            return HOME if texts[:1] == ["HOME"] else UNKNOWN
        if last == "mkdtemp":
            return "/tmp/tmp12345"
        if last in _PATHS:
            return "/".join(texts) if texts else "."
        if name.endswith("path.join"):
            return "/".join(texts)
        if last == "joinpath":
            return "/".join([self.text_of(getattr(function, "value", None)), *texts])
        if name.endswith((".split", "shlex.split")):
            whole = texts[0] if name == "shlex.split" and texts else self.text_of(getattr(function, "value", None))
            return whole.split()
        if isinstance(function, ast.Attribute) and function.attr == "join" and len(arguments) == 1:
            parts = self.value_of(arguments[0])
            return self.text_of(function.value).join(parts) if isinstance(parts, list) else UNKNOWN
        if isinstance(function, ast.Attribute) and function.attr in _KEEPING:
            return (
                self.text_of(function.value).replace("~", HOME, 1)
                if function.attr == "expanduser"
                else self.text_of(function.value)
            )
        return UNKNOWN

    def text_of(self, node: ast.AST | None) -> str:
        """The value of an expression as one text."""
        text = self.value_of(node)
        return text if isinstance(text, str) else UNKNOWN if text is None else " ".join(text)

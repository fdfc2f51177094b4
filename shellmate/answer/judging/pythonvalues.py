"""The names and the values of expressions in Python code, as far as they can be told without running it."""

import ast

from shellmate.answer.judging.marks import HOME, UNKNOWN

Text = str | list[str] | None
_PATHS = ("Path", "PurePath", "PosixPath", "str", "abspath", "realpath", "fspath", "normpath", "quote")
_KEEPING = ("strip", "format", "resolve", "decode", "encode", "expanduser")


class Values:
    """What the imports and the assignments that were noted make of names."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}  # what is imported, by the name it has here
        self._values: dict[str, Text] = {}

    def note(self, node: ast.AST) -> None:
        """Take notice of an import or an assignment."""
        match node:
            case ast.Import():
                self._names |= {alias.asname or alias.name.partition(".")[0]: alias.name if alias.asname else
                                alias.name.partition(".")[0] for alias in node.names}  # fmt: skip
            case ast.ImportFrom():
                self._names |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
            case ast.Assign(targets=[ast.Name(id=name)]):
                self._values[name] = self.value_of(node.value)
                if isinstance(node.value, ast.Attribute | ast.Name) and (dotted := self.name_of(node.value)):
                    self._names.setdefault(name, dotted)

    def name_of(self, node: ast.AST) -> str:
        """The dotted name of what is called, by that of its module."""
        match node:
            case ast.Name(id=name):
                return self._names.get(name, name)
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
            case ast.Call(func=function, args=arguments):
                return self._of_call(self.name_of(function), function, arguments)
        return UNKNOWN

    def _of_call(self, name: str, function: ast.expr, arguments: list[ast.expr]) -> Text:
        texts = [self.text_of(argument) for argument in arguments]
        if name.endswith(("expanduser", "Path.home", "expandvars")):
            return (texts[0] if texts else "~").replace("~", HOME, 1).replace("$HOME", HOME)
        if name.rpartition(".")[2] in (
            "Path",
            "PurePath",
            "str",
            "abspath",
            "realpath",
            "fspath",
            "PosixPath",
            "normpath",
            "quote",
        ):
            return "/".join(texts) if texts else "."
        if name.endswith("path.join"):
            return "/".join(texts)
        if name.endswith((".split", "shlex.split")):
            whole = texts[0] if name == "shlex.split" and texts else self.text_of(getattr(function, "value", None))
            return whole.split()
        if isinstance(function, ast.Attribute) and function.attr == "join" and len(arguments) == 1:
            parts = self.value_of(arguments[0])
            return self.text_of(function.value).join(parts) if isinstance(parts, list) else UNKNOWN
        if isinstance(function, ast.Attribute) and function.attr in (
            "strip",
            "format",
            "resolve",
            "decode",
            "encode",
            "expanduser",
        ):
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

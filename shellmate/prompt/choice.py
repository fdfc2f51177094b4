"""Which prompt suits a request: told by its words and by the kind of its input."""

import re

from shellmate.request.request import Request
from shellmate.request.stdin import Input

_FAULTS = ("traceback", "tool output")  # kinds of input that nobody wants code for, unless a language is asked for
# Patterns as text: compiled here they would take 3 ms between the start and the loading of the model.
_WANTS_PROSE = (
    r"^(why|explain|describe|summari[sz]e|how come|what (happened|went|is wrong|does))\b|\bcommit message\b"
    r"|为什么|为何|解释|说明|总结|提交信息"
)
_TOOLS = r"(awk|jq|sed|grep|cut|bash|shell|pandas|polars|numpy|perl|mlr|csvkit|xsv|duckdb)"
_NAMES_A_TOOL = rf"^{_TOOLS}\b|\b(in|with|using|use|via|by|an?)\s+{_TOOLS}\b|one-?liner|命令|用\s*{_TOOLS}"
# What SQLite has no word for, or what a table of results is no answer to.
_WANTS_A_PROGRAM = (
    r"\b(function|class|script|module|plot|chart|graph|histogram|json|xml|ya?ml|html|markdown|excel|convert|transpose"
    r"|pivot|rename|split|mode|quantiles?|percentiles?|quartiles?"
    r"|correlation|regression|regex|dataframe|save|write|generate|parse|colou?r)\b"
    r"|函数|脚本|画|图|转换|保存|重命名"
)
_COUNTS = (
    r"\b(count|how (many|much|often)|number of|per|by|each|every|average|avg|mean|total|sum|most|least|top|distinct"
    r"|different|unique|largest|biggest|smallest|longest|shortest|highest|lowest|oldest|newest|busiest|fullest|heaviest"
    r"|max(imum)?|min(imum)?)\b"
    r"|多少|几|统计|计数|数量|次数|每|平均|总|最|不同"
)
_FUNCTION_HEAD = r"(?m)^\s*(async\s+)?def\s+\w+\("


def choose_prompt(request: Request) -> str:
    """The name of the prompt file.

    Where a function's head is given, worked examples do harm: 0.51 of HumanEval's development split is right behind
    python's, 0.60 behind the system text alone.
    """
    if request.input:
        return _choose_for_input(request.input, request)
    given = request.language != "shell" and re.search(_FUNCTION_HEAD, request.words)
    return "complete" if given else request.language


def _choose_for_input(piped: Input, request: Request) -> str:
    if not request.words:
        return "explain" if piped.kind == "text" else "about"
    if request.language == "auto" and (piped.kind in _FAULTS or wants_prose(request.words)):
        return "about"
    return "query" if piped.query and _asks_a_table(piped, request) else "piped"


def _asks_a_table(piped: Input, request: Request) -> bool:
    """Whether a select is the answer; of lines that is so where something is counted, or the largest is sought."""
    if request.language == "shell" or _wants_a_program(piped, request) or names_a_tool(request):
        return False
    return piped.kind not in ("log", "table") or _says(_COUNTS, request.words)


def prefers_shell(request: Request) -> bool:
    """Whether the input is lines, for which shell has the better tools, and no program is asked for."""
    piped = request.input
    return piped is not None and piped.kind in ("text", "table", "log") and not _wants_a_program(piped, request)


def _wants_a_program(piped: Input, request: Request) -> bool:
    """Whether one of the words says so and is not just the name of a column, such as mode."""
    names = {name.lower() for name in piped.names}
    return any(
        found.group().lower() not in names for found in re.finditer(_WANTS_A_PROGRAM, request.words, re.IGNORECASE)
    )


def wants_prose(words: str) -> bool:
    return _says(_WANTS_PROSE, words)


def names_a_tool(request: Request) -> bool:
    """Whether the answer is to be in one, such as `in awk`, and that is not just the name of a column, such as cut."""
    names = {name.lower() for name in request.input.names} if request.input else set()
    found = re.finditer(_NAMES_A_TOOL, request.words, re.IGNORECASE)
    return any(each.group().split()[-1].lower() not in names for each in found)


def _says(pattern: str, words: str) -> bool:
    return re.search(pattern, words, re.IGNORECASE) is not None

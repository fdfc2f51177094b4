"""Which digest suits an input: told by its first bytes, never by a name."""

import json

from shellmate.request.digests.delimited import DelimitedDigester
from shellmate.request.digests.delimiters import find_dialect
from shellmate.request.digests.diffs import DiffDigester, is_diff
from shellmate.request.digests.digest import Factory
from shellmate.request.digests.fitting import first_lines
from shellmate.request.digests.jsonhead import is_json
from shellmate.request.digests.jsontext import JsonDigester, JsonLinesDigester
from shellmate.request.digests.logs import LogDigester, is_log
from shellmate.request.digests.plaintext import TextDigester
from shellmate.request.digests.tables import TableDigester, find_columns
from shellmate.request.digests.traces import ToolDigester, TraceDigester, has_traceback, is_tool_output

HEAD = 1 << 18
LINES, LONGEST = 4000, 2000


def choose_digester(head: bytes) -> Factory:
    """The class that digests UTF-8 text with \\n line ends that begins like this; call it with a budget."""
    head = head[:HEAD]
    lines = first_lines(head, LINES, LONGEST)
    begin = head.lstrip()[:1]
    if begin in (b"{", b"["):
        if _is_json_lines(head):
            return JsonLinesDigester
        if is_json(head):
            return JsonDigester
    if is_diff(head):
        return DiffDigester
    if find_columns(lines):
        return TableDigester
    if is_log(lines):
        return LogDigester
    if has_traceback(lines):
        return TraceDigester
    if is_tool_output(lines):
        return ToolDigester
    if find_dialect(head):
        return DelimitedDigester
    return TextDigester


def _is_json_lines(head: bytes) -> bool:
    """Whether the first two lines that are not empty are objects or arrays, each whole."""
    filled = [line for line in head.split(b"\n", 20)[:20] if line.strip()][:2]
    if len(filled) < 2:
        return False
    try:
        return all(isinstance(json.loads(line), (dict, list)) for line in filled)
    except (ValueError, RecursionError):
        return False

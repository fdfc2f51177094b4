"""What programs do by name, subcommand and option alone, by the table in rules.toml."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from shellmate.answer.judging.call import Call
from shellmate.answer.judging.findings import CAUTION, DANGER, Finding
from shellmate.answer.judging.marks import reveal
from shellmate.answer.judging.tables import table


@dataclass(frozen=True)
class Rule:
    """See rules.toml."""

    finding: Finding
    words: tuple[re.Pattern[str], ...]
    having: tuple[str, ...]
    without: tuple[str, ...]
    operand: re.Pattern[str] | None
    text: re.Pattern[str] | None


def find_by_rules(call: Call) -> Iterator[Finding]:
    for rule in _rules_of(call.program):
        if _applies(rule, call, _valued().get(call.program, ())):
            yield rule.finding


def has_rules(program: str) -> bool:
    return program in _rows()


def _applies(rule: Rule, call: Call, valued: tuple[str, ...]) -> bool:
    operands = [reveal(word) for word in call.operands(valued)]
    if len(operands) < len(rule.words) or not all(p.fullmatch(o) for p, o in zip(rule.words, operands, strict=False)):
        return False
    if rule.having and not call.has(*rule.having):
        return False
    if rule.without and (call.has(*rule.without, shortened=False) or set(rule.without) & set(call.values)):
        return False
    if rule.operand and not any(rule.operand.fullmatch(operand) for operand in operands[len(rule.words) :]):
        return False
    return rule.text is None or rule.text.search(call.text) is not None


@cache
def _rules_of(program: str) -> list[Rule]:
    """Compiled for one program at a time: all of them take longer than a judgement."""
    return [
        Rule(
            finding=Finding(DANGER if row.get("danger") else CAUTION, row["does"]),
            words=tuple(re.compile(word, re.IGNORECASE) for word in row.get("words", "").split()),
            having=tuple(row.get("having", "").split()),
            without=tuple(row.get("without", "").split()),
            operand=re.compile(row["operand"], re.IGNORECASE) if "operand" in row else None,
            text=re.compile(row["text"], re.IGNORECASE) if "text" in row else None,
        )
        for row in _rows().get(program, ())
    ]


@cache
def _rows() -> dict[str, list[dict[str, Any]]]:
    rows: dict[str, list[dict[str, Any]]] = {}
    for row in table("rules")["rule"]:
        for program in row["programs"].split():
            rows.setdefault(program, []).append(row)
    return rows


@cache
def _valued() -> dict[str, tuple[str, ...]]:
    """The options of programs that take a value."""
    return {p: tuple(given.split()) for names, given in table("rules")["valued"].items() for p in names.split()}

"""What --json prints: keys that only ever gain company."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from shellmate.answer.answer import Answer
from shellmate.engine.engine import Usage

if TYPE_CHECKING:
    from shellmate.answer.trying.unknowns import Unknown

# What --json prints, for the reference; `a.b` is b in the object at a.
KEYS = {
    "language": "`shell`, `python`, or `text` where the answer is prose.",
    "code": "The answer; empty where it is prose.",
    "explanation": "The prose of the answer, or with `-x` what each part of the code does; else empty.",
    "alternatives": "With `-n`, the other answers' code, best first.",
    "checks.syntax": "`true`: the code was parsed; `null` where it is neither shell nor Python.",
    "checks.commands": "Whether its programs are on this machine; `null` where that was not looked up.",
    "checks.options": "Whether its programs know its options; `null` where that was not looked up.",
    "checks.names": "Whether the columns and keys that it names are in the input; `null` without such input.",
    "danger.level": "`safe`, `caution` or `danger`.",
    "danger.reasons": "What the code does that made it so, a text each, to be read behind an `it`.",
    "model": "The model that answered.",
    "timings.first_token_ms": "Milliseconds from the start to the first piece of the answer.",
    "timings.total_ms": "Milliseconds from the start to the end of the answer.",
    "timings.prompt_tokens": "Tokens of the prompt; `null`, as the two below, where another engine has not told them.",
    "timings.primed_tokens": "Those of them whose state was at hand.",
    "timings.evaluated_tokens": "Those of them that had to be evaluated.",
    "timings.tokens": "Tokens that were written.",
    "timings.tokens_per_s": "Of these, in a second.",
    "cut": "Whether the answer ended at `--max-tokens`.",
}


def to_json(
    answer: Answer,
    alternatives: Sequence[str],
    explanation: str,
    model: str,
    usage: Usage,
    first: float,
    total: float,
    names_known: bool = False,
    unknown: "Unknown | None" = None,
) -> str:
    """One object, one line. `first` and `total` are seconds, `names_known` whether the names that the input has were
    known; what is not judged is null, `unknown` where it is no command of this machine."""
    from shellmate.answer.danger import judge  # behind the answer, which it would hold up

    verdict = judge(answer.language, answer.code)
    report: dict[str, Any] = {
        "language": answer.language,
        "code": answer.code,
        "explanation": explanation,
        "alternatives": list(alternatives),
        "checks": {
            "syntax": answer.language in ("shell", "python") or None,
            "commands": None if unknown is None else not unknown.programs,
            "options": None if unknown is None else not unknown.options,
            "names": not answer.faults if names_known else None,
        },
        "danger": {"level": verdict.level, "reasons": list(verdict.reasons)},
        "model": model,
        "timings": timings_of(usage, first, total),
        "cut": answer.cut,
    }
    return json.dumps(report, ensure_ascii=False)


def remarks_on(answer: Answer, usage: Usage) -> list[str]:
    """What has to be known about an answer, beside its danger."""
    remarks = []
    if count := usage.dropped_turns:
        remarks.append(f"forgot the first {f'{count} turns' if count > 1 else 'turn'}, to fit the context")
    if answer.cut:
        remarks.append("the answer was cut at --max-tokens")
    if answer.faults:
        remarks.append(f"mind that {', and '.join(answer.faults)}")
    return remarks


def timings_of(usage: Usage, first: float, total: float) -> dict[str, float | None]:
    """As --json and the log have them; `first` and `total` are seconds. What an endpoint did not tell is None."""
    told = usage.prompt_tokens > 0
    return {
        "first_token_ms": round(first * 1000),
        "total_ms": round(total * 1000),
        "prompt_tokens": usage.prompt_tokens if told else None,
        "primed_tokens": usage.primed_tokens if told else None,
        "evaluated_tokens": usage.evaluated_tokens if told else None,
        "tokens": usage.tokens,
        "tokens_per_s": round(usage.tokens_per_second, 1),
    }

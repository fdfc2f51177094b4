"""What --json prints: keys that only ever gain company."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from shellmate.answer.answer import Answer
from shellmate.engine.engine import Usage

if TYPE_CHECKING:
    from shellmate.answer.unknowns import Unknown


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


def timings_of(usage: Usage, first: float, total: float) -> dict[str, float]:
    """As --json and the log have them; `first` and `total` are seconds."""
    return {
        "first_token_ms": round(first * 1000),
        "total_ms": round(total * 1000),
        "prompt_tokens": usage.prompt_tokens,
        "primed_tokens": usage.primed_tokens,
        "evaluated_tokens": usage.evaluated_tokens,
        "tokens": usage.tokens,
        "tokens_per_s": round(usage.tokens_per_second, 1),
    }

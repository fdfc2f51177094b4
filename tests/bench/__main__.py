"""How long an answer takes, from the outside: `python -m tests.bench`. Figures are reported, never asserted.

(a) shellmate, cold and primed; (b) the script that a user would write; (c) the floor that any Python program stands
on; (c') the floor with llama.cpp's default settings. Interleaved a b c a b c, medians behind a warm-up round.
"""

import argparse
import json
import os
import sys

from tests.bench.bench import CASES, MAX_TOKENS, QUESTION, ROOT, WITH_DEFAULTS, Bench, prepare
from tests.bench.efforts import effort_jobs, effort_targets
from tests.bench.judging import judging_targets
from tests.bench.measure import Job, ProcessFailedError, Run, interleave
from tests.bench.report import MB, Target, imported, machine, timings, warn
from tests.bench.resident import resident_targets
from tests.bench.shells import shell_targets
from tests.bench.talks import follow_up_job, follow_up_targets, talk_targets

LONG_QUESTION = "a class for a bank account with deposit, withdraw, balance and history"
STEPS, HELP_RUNS = 64, 15
FORBIDDEN = ("llama_cpp", "numpy", "pygments", "prompt_toolkit", "diskcache")
NOTES = f"""\
(a) python -m shellmate --no-config --effort fast "{QUESTION}", states primed, stdout a pipe
(b) llama_cpp.Llama(n_ctx=4096).create_chat_completion(stream=True), the same messages; no row where they exceed n_ctx;
    its first byte is that of the ```bash line, which shellmate strips; threads are the library's own defaults
(c) ctypes, state in a plain file, no flash attention, K as Q8_0, weights not repacked, as shellmate has it; opening
    given
(c') the same with llama.cpp's defaults: flash attention auto, weights repacked
GOMP_SPINCOUNT=1000 for all of them: shellmate sets it by itself. 1 MB is 10^6 bytes. Figures are medians."""


def answering_jobs(bench: Bench, tokens: dict[str, int], runs: int, baseline_runs: int) -> dict[str, Job]:
    jobs = {}
    for name in CASES:
        given = bench.given(name)
        jobs[f"{name} a"] = Job(bench.ask(name, QUESTION), runs)
        if bench.has_defaults and given["depth"] + len(given["suffix"]) + MAX_TOKENS <= 4096:
            jobs[f"{name} b"] = Job(bench.baseline(name), baseline_runs)
        jobs[f"{name} c"] = Job(bench.bare("floor.py", name, tokens[name]), runs)
        if bench.has_defaults and name in WITH_DEFAULTS:
            jobs[f"{name} c'"] = Job(bench.bare("floor.py", name, tokens[name], "--defaults"), runs)
    return jobs


def generating_jobs(bench: Bench, runs: int) -> dict[str, Job]:
    def of_json(done: Run) -> float:
        return json.loads(done.out)["timings"]["tokens_per_s"]

    def of_number(done: Run) -> float:
        return float(done.out)

    jobs = {
        "generate a": Job(bench.ask("bench1", "--py", "--json", LONG_QUESTION), runs, of_json),
        "generate raw": Job(bench.bare("raw.py", "bench1", STEPS), runs, of_number),
    }
    if bench.has_defaults:
        jobs["generate raw'"] = Job(bench.bare("raw.py", "bench1", STEPS, "--defaults"), runs, of_number)
    return jobs


def piped_jobs(bench: Bench, runs: int) -> dict[str, Job]:
    """Questions about an input whose state is kept, and the same without an input: one that is answered by a command,
    one by a select."""
    rows = "".join(f"item {n},{n}.5,Oslo,2024-05-{n % 28 + 1:02d}\n" for n in range(5000))
    table = f"name,price,city,date\n{rows}".encode()
    jobs = {}
    for words in ("mean of price in awk", "mean of price"):
        jobs[f"{words}, piped"] = Job(bench.ask("auto", words), runs, stdin=table)
        jobs[f"{words}, not piped"] = Job(bench.ask("auto", words), runs)
    return jobs


def piped_targets(jobs: dict[str, Job]) -> list[Target]:
    targets = []
    for words in sorted({name.rpartition(",")[0] for name in jobs}, reverse=True):
        piped, alone = (jobs[f"{words}, {how}"].median("first") for how in ("piped", "not piped"))
        targets.append(Target(f"first byte, {words}, piped again, s", piped))
        targets.append(Target("the same, not piped, s", alone))
        targets.append(Target("piped again / not piped", piped / alone, 1.1))
    return targets


def print_answering(bench: Bench, jobs: dict[str, Job]) -> None:
    what = {"a": "shellmate", "b": "Llama(...)", "c": "floor", "c'": "floor, defaults"}
    named = []
    for key, job in jobs.items():
        name, letter = key.split()
        named.append((f"{name} ({bench.given(name)['depth']}) ({letter}) {what[letter]}", job))
    print("\nAnswering; in brackets the tokens of the prefix")
    print(timings(named, bench.model.stat().st_size))


def answering_targets(bench: Bench, jobs: dict[str, Job]) -> list[Target]:
    first = {name: job.median("first") for name, job in jobs.items()}
    targets = []
    for name in CASES:
        a = first[f"{name} a"]
        if f"{name} b" in first:
            targets.append(Target(f"a / b, first byte, {name}", a / first[f"{name} b"], 0.15))
        targets.append(Target(f"a / c, first byte, {name}", a / first[f"{name} c"], 1.25))
        if f"{name} c'" in first:
            targets.append(Target(f"a / c', first byte, {name}", a / first[f"{name} c'"]))
    longer = bench.given("bench4")["depth"] / bench.given("bench1")["depth"]
    for letter, bound in (("a", 1.1), ("c", None), ("c'", None)):
        if f"bench4 {letter}" in first:
            ratio = first[f"bench4 {letter}"] / first[f"bench1 {letter}"]
            targets.append(Target(f"{letter}, first byte, {longer:.2f} x the prefix / 1 x", ratio, bound))
    size = bench.model.stat().st_size
    for name in CASES:
        over = (jobs[f"{name} a"].median("rss") - size) / MB
        targets.append(Target(f"peak memory of a less the model file, {name}", over, 200, " MB"))
    return targets


def generating_targets(jobs: dict[str, Job]) -> list[Target]:
    figures = {name: job.median_figure() for name, job in jobs.items()}
    a, raw, defaults = figures["generate a"], figures["generate raw"], figures.get("generate raw'")
    count = json.loads(jobs["generate a"].runs[0].out)["timings"]["tokens"]
    targets = [
        Target(f"a, generation, {count} tokens behind bench1, tokens/s", a),
        Target(f"llama_decode alone, {STEPS} tokens there, same settings, tokens/s", raw),
        Target("a / llama_decode alone", a / raw, 0.95, at_least=True),
    ]
    if defaults:
        targets.append(Target("llama_decode alone with llama.cpp's defaults, tokens/s", defaults))
        targets.append(Target("a / llama_decode alone with llama.cpp's defaults", a / defaults))
    return targets


def help_targets(bench: Bench) -> tuple[list[Target], list[str]]:
    """The timings of --help, and the packages it loads but must not."""
    jobs = {
        "help": Job([*bench.shellmate, "--help"], HELP_RUNS),
        "pass": Job([sys.executable, "-c", "pass"], HELP_RUNS),
    }
    interleave(jobs, HELP_RUNS, bench.variables, str(ROOT))
    traced = bench.run([sys.executable, "-X", "importtime", "-m", "shellmate", "--help"])
    help_, pass_ = jobs["help"].median("total"), jobs["pass"].median("total")
    targets = [
        Target(f"shellmate --help, whole process, {HELP_RUNS} runs", help_, 0.12, " s"),
        Target("python -c pass", pass_, unit=" s"),
        Target("shellmate --help / python -c pass", help_ / pass_),
    ]
    return targets, imported(traced.err, FORBIDDEN)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--runs", type=int, default=7, metavar="N", help="counted runs of each (7)")
    parser.add_argument("--quick", action="store_true", help="3 runs of (b), the slow one")
    options = parser.parse_args()
    if options.runs < 1:
        parser.error("--runs is at least 1")
    try:
        bench = Bench()
        tokens = prepare(bench)
        heading = machine(bench.model, bench.given("bench1")["build"])
        answering = answering_jobs(bench, tokens, options.runs, min(options.runs, 3) if options.quick else options.runs)
        generating, piped = generating_jobs(bench, options.runs), piped_jobs(bench, options.runs)
        following = {"follow-up": follow_up_job(bench.shellmate, bench.run, QUESTION, options.runs)}
        interleave(answering | generating | piped | following, options.runs, bench.variables, str(ROOT))
        efforts = effort_jobs(bench.shellmate, options.runs)
        interleave(efforts, options.runs, bench.variables, str(ROOT))
        talks = talk_targets(bench.shellmate, bench.place, bench.variables, str(ROOT))
        resident = resident_targets(
            bench.shellmate, bench.place, bench.model, QUESTION, options.runs, str(ROOT), bench.has_defaults
        )
        helping, forbidden = help_targets(bench)
        shells = shell_targets(bench.shellmate, bench.run, bench.place, bench.variables, str(ROOT))
    except ProcessFailedError as error:
        warn(str(error))
        return 1
    print(heading, NOTES, sep="\n\n")
    print_answering(bench, answering)
    print("\n" + f"{'Figure':58} {'':>10}   target")
    for target in [
        *answering_targets(bench, answering),
        *generating_targets(generating),
        *piped_targets(piped),
        *follow_up_targets(following["follow-up"], answering),
        *effort_targets(efforts),
        *talks,
        *resident,
        *helping,
        *shells,
        *judging_targets(options.runs),
    ]:
        print(target)
    print(f"{'imported by --help, though it must not be':58} {', '.join(forbidden) or 'none':>10}")
    print(f"\nload after: {' '.join(f'{x:.1f}' for x in os.getloadavg())}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

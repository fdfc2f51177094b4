"""Where and with what the bench measures, and what it needs beforehand."""

import json
import os
import sys
from pathlib import Path

from platformdirs import user_cache_path

from tests.bench.measure import ProcessFailedError, Run, run
from tests.bench.report import warn

ROOT, HERE = Path(__file__).parents[2], Path(__file__).parent
QUESTION = "count the lines of every python file here"
MAX_TOKENS = 512
CASES = {"bench1": ["-p", "bench1"], "bench4": ["-p", "bench4"], "auto": []}
WITH_DEFAULTS = ("bench1", "bench4")  # the cases that have a (c')


class Bench:
    """The places, the variables and the model that every measured process is given. `has_defaults` is false where
    llama.cpp's default settings end the process, as its AMX code does on some virtual machines: no (b), no (c')."""

    def __init__(self) -> None:
        self.has_defaults = True
        self.place = user_cache_path("shellmate-speed", appauthor=False)
        self.place.mkdir(parents=True, exist_ok=True)
        config = str(self.place / "config")
        self.variables = {
            **os.environ,
            "GOMP_SPINCOUNT": "1000",
            "SHELLMATE_CONFIG_DIR": config,
            "SHELLMATE_EFFORT": "fast",
            "SHELLMATE_RESIDENT": "never",
            "SHELLMATE_STATE_DIR": str(self.place / "state"),
        }
        self.shellmate = [sys.executable, "-m", "shellmate"]
        self.model = Path(self.run([*self.shellmate, "model", "path"]).out.strip())

    def run(self, command: list[str]) -> Run:
        return run(command, self.variables, str(ROOT))

    def prepare(self, *arguments: str) -> None:
        step, *rest = arguments
        self.run([sys.executable, "-m", "tests.bench.prepare", step, str(self.model), str(self.place), *rest])

    def ask(self, name: str, *flags: str) -> list[str]:
        return [*self.shellmate, "--no-config", "--effort", "fast", *CASES[name], *flags]

    def given(self, name: str) -> dict:
        return json.loads((self.place / f"{name}.json").read_text())

    def bare(self, script: str, name: str, tokens: int, *flags: str) -> list[str]:
        state = self.place / f"{name}{'.defaults' if flags else ''}.state"
        case = self.place / f"{name}.json"
        return [sys.executable, str(HERE / script), str(self.model), str(case), str(state), str(tokens), *flags]

    def baseline(self, name: str) -> list[str]:
        messages = self.place / f"{name}.messages.json"
        return [sys.executable, str(HERE / "baseline.py"), str(self.model), str(messages), str(MAX_TOKENS)]


def prepare(bench: Bench) -> dict[str, int]:
    """Prime and save everything; how many tokens shellmate's answer has, by case."""
    warn("preparing: prompts, KV states")
    bench.prepare("prompts")
    tokens = {}
    for name in CASES:
        answer = json.loads(bench.run(bench.ask(name, "--json", QUESTION)).out)
        tokens[name] = answer["timings"]["tokens"]
        bench.prepare("case", name, QUESTION, answer["language"], "")
        if name in WITH_DEFAULTS and bench.has_defaults:
            prepare_defaults(bench, name, answer["language"])
    return tokens


def prepare_defaults(bench: Bench, name: str, language: str) -> None:
    try:
        bench.prepare("case", name, QUESTION, language, ".defaults")
    except ProcessFailedError as error:
        if error.status > 0:
            raise
        warn(f"(b) and (c') are left out: with its default settings llama.cpp {error.reason}")
        bench.has_defaults = False

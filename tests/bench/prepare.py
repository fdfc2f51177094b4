"""What the bench needs beforehand: two prompts of a known length, and for each prompt its messages, tokens and states.

python -m tests.bench.prepare prompts MODEL DIRECTORY
python -m tests.bench.prepare case MODEL DIRECTORY PROMPT QUESTION LANGUAGE KIND...
"""

import hashlib
import json
import sys
from dataclasses import replace
from itertools import count
from pathlib import Path

from shellmate.engine.binding import Log, build_of, load_binding
from shellmate.engine.cores import physical_cores
from shellmate.engine.model import Vocabulary
from shellmate.engine.tokenized import frame_of, tokenize_whole
from shellmate.prompt.library import Example, PromptFile, PromptLibrary, own_prompts
from shellmate.prompt.prompt import FENCES, Prompt, compose, prefix_of
from shellmate.request.request import Request
from tests.bench.bare import LAYOUT, Bare

LEAST = 1000  # tokens of the shorter prefix
LONGER = 4


def open_vocabulary(path: str) -> Vocabulary:
    binding = load_binding()
    return Vocabulary(binding, Path(path), Log(binding, False))


def library_in(directory: Path) -> PromptLibrary:
    return PromptLibrary((directory / "config" / "prompts", own_prompts()))


def prepare_prompts(model_path: str, directory: Path) -> None:
    """`bench1` with at least LEAST tokens, and `bench4` with LONGER times as many, of the shell prompt's examples."""
    vocabulary, library = open_vocabulary(model_path), library_in(directory)
    library.folders[0].mkdir(parents=True, exist_ok=True)
    shell = library.load("shell")
    target = LEAST
    for name in ("bench1", "bench4"):
        file, length = shortest(vocabulary, library, replace(shell, name=name, examples=(), borrow=()), shell, target)
        (library.folders[0] / f"{name}.toml").write_text(to_toml(file), encoding="utf-8")
        target = LONGER * length


def shortest(
    vocabulary: Vocabulary, library: PromptLibrary, file: PromptFile, source: PromptFile, target: int
) -> tuple[PromptFile, int]:
    """The prompt grown by numbered examples until its prefix has `target` tokens, and how many it has."""
    for n in count(1):
        example = source.examples[(n - 1) % len(source.examples)]
        file = replace(file, examples=(*file.examples, replace(example, ask=f"{n}. {example.ask}")))
        length = len(frame_of(vocabulary, Prompt(prefix_of(file, library), "")).prefix)
        if length >= target:
            return file, length
    raise AssertionError


def to_toml(file: PromptFile) -> str:
    def text(value: str) -> str:
        return json.dumps(value, ensure_ascii=False)

    def table(e: Example) -> str:
        return f"[[examples]]\nask = {text(e.ask)}\ninput = {text(e.input)}\nanswer = {text(e.answer)}\n"

    head = f'description = "for the bench"\nlanguage = "shell"\nsystem = {text(file.system)}\n\n'
    return head + "\n".join(table(e) for e in file.examples)


def prepare_case(model_path: str, directory: Path, name: str, question: str, language: str, *kinds: str) -> None:
    """NAME.messages.json for (b); NAME.json and a NAMEKIND.state for each kind, "" and ".defaults", for (c)."""
    vocabulary = open_vocabulary(model_path)
    prompt = compose(Request(question, "auto"), library_in(directory), name)
    told = [{"role": m.role, "content": m.content} for m in prompt.prefix]
    told.append({"role": "user", "content": prompt.suffix})
    (directory / f"{name}.messages.json").write_text(json.dumps(told))
    frame = frame_of(vocabulary, prompt)
    prefix, whole = frame.prefix, tokenize_whole(vocabulary, frame, prompt.suffix)
    suffix = whole[len(prefix) :] + vocabulary.tokenize(FENCES[language][0], special=False)
    given = {"depth": len(prefix), "suffix": suffix, "whole": [*prefix, *suffix], "threads": physical_cores()}
    given["build"] = build_of(vocabulary.binding)
    (directory / f"{name}.json").write_text(json.dumps(given))
    size = Path(model_path).stat()
    made_of = [LAYOUT, prefix, given["build"], model_path, size.st_size, size.st_mtime]
    vocabulary.close()
    digest = hashlib.sha256(json.dumps(made_of).encode()).hexdigest()
    for kind in kinds:
        mark = directory / f"{name}{kind}.mark"
        if mark.exists() and mark.read_text() == digest:
            continue
        bare = Bare(model_path, len(whole), given["threads"], bool(kind))
        bare.evaluate(prefix)
        bare.save(str(directory / f"{name}{kind}.state"))
        mark.write_text(digest)


if __name__ == "__main__":
    step, model_file, place, *rest = sys.argv[1:]
    {"prompts": prepare_prompts, "case": prepare_case}[step](model_file, Path(place), *rest)

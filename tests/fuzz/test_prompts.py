"""Prompt files and settings that somebody wrote, or began to write."""

import re

from hypothesis import given
from hypothesis import strategies as st

from shellmate.core.configuration import load_settings, save_setting
from shellmate.core.errors import UsageError
from shellmate.core.settings import SETTINGS
from shellmate.prompt.library import PromptLibrary, own_prompts
from tests.fuzz.conftest import FEWER, fuzzed
from tests.fuzz.samples import mutated

PROMPTS = [
    *(file.read_bytes()[:1500] for file in sorted(own_prompts().glob("*.toml"))),
    b'language = "shell"\nsystem = "x"\n[borrow]\nauto = 2\n[[examples]]\nask = "a"\nanswer = "ls"\n',
    b'system = """\nlong\n"""\nexamples = [{ask = "a", answer = "b", language = "text", input = "c"}]\n',
]
TOML = [
    b'"', b'"""', b"'", b"'''", b"[", b"[[", b"]", b"{", b"}", b"=", b".", b",", b"\\", b"\\u0000", b"\\ud800", b"#", b"\n", b"\r", b"\0",
    b"\xff", b"[examples]\n", b"[[examples]]\n", b"language = 1\n", b"borrow = 3\n", b"borrow = {shell = true}\n", b"[borrow]\nnone = 9\n",
    b"system = 1979-05-27\n", b"x = nan\n", b"a = " + b"[" * 1100, b"a" + b".a" * 1100 + b" = 1\n", b"9" * 5000, b"\xe2\x80\xae",
]  # fmt: skip
CONFIGS = [
    b'# mine\nlang = "shell"\nthreads = 2  # of four\n"ctx" = 4096\n',
    b"temperature=0.5\nlog = false\ntimeout = 1e3\nkey = '''alt-m'''\n",
    b'model = """\nqwen\n"""\r\nseed = 0x10\r\n',
]
VALUES = [
    b"inf", b"nan", b"-1", b"1.5", b"1e400", b"true", b'""', b"[1]", b"{a=1}", b"1979-05-27T07:32:00Z", b"0b1", b"1_0", b'"(" = 1\n',
    b"'a*' = 1\n", b"[lang]\n", b"lang.x = 1\n", b"lang = 'python'\n", b"ctx = 9\n", b"'' = 1\n", b'"\\u001b" = 2\n', *TOML,
]  # fmt: skip


@fuzzed()
@given(mutated(PROMPTS, TOML))
def test_a_prompt_file_is_read_or_its_fault_is_named(tmp_path_factory, raw):
    folder = tmp_path_factory.getbasetemp() / "prompts-of-ones-own"
    folder.mkdir(exist_ok=True)
    file = folder / "own.toml"
    file.write_bytes(raw)
    library = PromptLibrary((folder, own_prompts()))
    try:
        prompt = library.load("own")
        library.examples_of(prompt)
    except UsageError as error:
        assert "\n" not in str(error) and ("own.toml" in str(error) or "there is no prompt" in str(error))
        return
    assert prompt.system == prompt.system.strip()
    assert all(example.language in ("shell", "python", "sql", "text") for example in prompt.examples)


@fuzzed(FEWER)
@given(
    mutated(CONFIGS, VALUES), st.sampled_from([("lang", "python"), ("ctx", "8192"), ("key", 'a"\\b#'), ("log", "true")])
)
def test_settings_are_read_and_changed_or_their_fault_is_named(tmp_path_factory, raw, change):
    file = tmp_path_factory.getbasetemp() / "config.toml"
    file.write_bytes(raw)
    name, value = change
    try:
        before = load_settings(file, {})
    except UsageError as error:
        said = str(error)
        assert "\n" not in said and str(file) in said
        assert re.search(r": line \d+: |it is not UTF-8|nested too deeply", said), said
        assert all(char.isprintable() for char in said), said
        return
    assert all(SETTINGS[key].parse(value) == value for key, value in before.items())
    try:
        save_setting(file, name, value)
    except UsageError:
        assert file.read_bytes() == raw
        return
    assert load_settings(file, {}) == before | {name: SETTINGS[name].parse(value)}
    comments = re.findall(rb"^\s*#.*", raw.replace(b"\r\n", b"\n"), re.MULTILINE)
    assert all(comment in file.read_bytes() for comment in comments)

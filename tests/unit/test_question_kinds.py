"""Which kind of request a question is of, and the prompt made of that kind's examples."""

import stat
from pathlib import Path

import pytest

from shellmate.prompt.kinds import Kinds, common_form
from shellmate.prompt.library import PromptLibrary, own_prompts
from shellmate.prompt.prompt import Prompt


@pytest.fixture
def kinds(tmp_path: Path) -> Kinds:
    return Kinds(PromptLibrary((own_prompts(),)), tmp_path / "cache" / "kinds")


@pytest.mark.parametrize(
    "words, kind",
    [
        ("files larger than 50M changed this week", "find"),
        ("unpack backup.tar.gz into /tmp", "archives"),
        ("undo my last commit but keep the changes", "git"),
        ("which process listens on port 8080", "network"),
        ("replace tabs by spaces in main.c", "text"),
        ("how much memory is free", "system"),
        ("解压 backup.tar.gz", "archives"),
        ("查找 大于 50M 的文件", "find"),
        ("a loop that prints 1 to 5", "scripting"),
    ],
)
def test_a_question_is_of_the_kind_of_its_nearest_examples(kinds, words, kind):
    assert kinds.kinds_of(words)[0] == kind


def test_the_prompt_asks_the_same_behind_examples_of_the_kind(kinds):
    prompt = Prompt((), "undo my last commit", ("```bash\n",))
    found, other = kinds.prompts_for(prompt, 2)
    assert other.prefix != found.prefix and other.suffix == prompt.suffix
    assert (found.suffix, found.openings) == (prompt.suffix, prompt.openings)
    assert [m.role for m in found.prefix[:3]] == ["system", "user", "assistant"]
    assert len(found.prefix) == 1 + 2 * 24
    assert all("git" in m.content for m in found.prefix[2::2])


def test_the_prefix_of_a_kind_is_always_the_same(kinds, tmp_path):
    other = Kinds(PromptLibrary((own_prompts(),)), tmp_path / "other")
    assert [kinds.prefix_of(kind) for kind in kinds.names()] == [other.prefix_of(kind) for kind in kinds.names()]


@pytest.mark.timeout(20)  # a pattern that goes back from every letter would take minutes
@pytest.mark.parametrize("words", ["", "the of and", "!!!", "\0\ud800", '" OR words:', "x" * 1_000_000])
def test_words_that_say_nothing_have_no_kind_and_break_nothing(kinds, words):
    assert kinds.prompts_for(Prompt((), words), 1) in ([], kinds.prompts_for(Prompt((), words), 1))


def test_the_index_is_kept_and_private(kinds, tmp_path):
    kinds.kinds_of("list files")
    (file,) = (tmp_path / "cache").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    before = file.stat().st_mtime_ns
    assert Kinds(PromptLibrary((own_prompts(),)), tmp_path / "cache" / "kinds").kinds_of("list files")
    assert file.stat().st_mtime_ns == before


def test_a_damaged_index_or_a_place_that_cannot_be_written_to_is_no_loss(kinds, tmp_path):
    first = kinds.kinds_of("undo my last commit")
    (file,) = (tmp_path / "cache").iterdir()
    file.write_bytes(b"no database" * 100)
    assert Kinds(PromptLibrary((own_prompts(),)), tmp_path / "cache" / "kinds").kinds_of("undo my last commit") == first
    (tmp_path / "file").write_text("")
    nowhere = Kinds(PromptLibrary((own_prompts(),)), tmp_path / "file" / "kinds")
    assert nowhere.kinds_of("undo my last commit") == first


def test_a_broken_file_gives_no_prompt(tmp_path):
    (tmp_path / "git.toml").write_text("examples = [")
    kinds = Kinds(PromptLibrary((own_prompts(),)), tmp_path / "cache" / "kinds", tmp_path)
    assert kinds.prompts_for(Prompt((), "undo my last commit"), 1) == []


def test_words_come_to_a_common_form():
    assert common_form("the folders below '/a b' with 20 files") == common_form("directory under 'x' with 7 files")
    assert common_form("删除目录") == ["delete", "directory"]

"""Chat templates: where the question goes, what can be kept, what llama.cpp knows by sight and what jinja2 renders."""

import pytest

from shellmate.core.errors import ModelError
from shellmate.engine.binding import load_binding
from shellmate.engine.chatformat import render_prompt
from shellmate.engine.tokenized import common_length, shared_beginning
from shellmate.prompt.prompt import Message

PREFIX = (Message("system", "Be brief."), Message("user", "hi"), Message("assistant", "ho"))
CHATML = "{% for m in messages %}{{'<|im_start|>' + m['role'] + '\n' + m['content'] + '<|im_end|>\n'}}{% endfor %}{% if add_generation_prompt %}{{'<|im_start|>assistant\n'}}{% endif %}"
GEMMA = "{% for m in messages %}<start_of_turn>{{ m['role'] }}\n{{ m['content'] }}<end_of_turn>\n{% endfor %}"
OWN = "{% for m in messages %}[[{{ m.role }}: {{ m.content }}]]\n{% endfor %}{% if add_generation_prompt %}[[assistant: {% endif %}"


@pytest.fixture(scope="module")
def binding():
    return load_binding()


def test_chatml_is_cut_around_the_question(binding):
    rendered = render_prompt(binding, CHATML, PREFIX, ())
    assert rendered.before == (
        "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nhi<|im_end|>\n"
        "<|im_start|>assistant\nho<|im_end|>\n<|im_start|>user\n"
    )
    assert rendered.after == "<|im_end|>\n<|im_start|>assistant\n"


def test_gemma_puts_the_system_text_into_the_first_question(binding):
    rendered = render_prompt(binding, GEMMA, PREFIX, ())
    assert rendered.before.startswith("<start_of_turn>user\nBe brief.")
    assert "<start_of_turn>model\nho<end_of_turn>" in rendered.before
    assert rendered.before.endswith("<start_of_turn>user\n")
    assert rendered.after == "<end_of_turn>\n<start_of_turn>model\n"


def test_a_template_that_llama_cpp_does_not_know_is_rendered_by_jinja(binding):
    rendered = render_prompt(binding, OWN, PREFIX, ())
    assert rendered.before == "[[system: Be brief.]]\n[[user: hi]]\n[[assistant: ho]]\n[[user: "
    assert rendered.after == "]]\n[[assistant: "


def test_multibyte_text_passes_unchanged(binding):
    prefix = (Message("system", "用一句话回答 🎉" * 50), Message("user", "é"), Message("assistant", "好"))
    for template in (CHATML, OWN):
        assert "用一句话回答 🎉" * 50 in render_prompt(binding, template, prefix, ()).before


def test_without_examples_there_is_still_a_prompt(binding):
    rendered = render_prompt(binding, CHATML, (), ())
    assert rendered.before.endswith("<|im_start|>user\n")


@pytest.mark.parametrize(
    "template",
    [
        "{{ raise_exception('system role not supported') }}",
        "{% for m in messages %}{{ m.role }}",
        "{{ nothing.at.all.here }}",
        "a template that shows no message",
        "{{ messages[0].content.__class__.__mro__[1].__subclasses__() }}",
    ],
    ids=["refuses", "syntax", "undefined", "blind", "escape"],
)
def test_a_template_that_cannot_be_used_is_a_model_error(binding, template: str):
    with pytest.raises(ModelError) as caught:
        render_prompt(binding, template, PREFIX, ())
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("openings", "shared"),
    [
        ((), ""),
        (("```bash\n",), "```bash\n"),
        (("```bash\n", "```python\n"), "```"),
        (("a", "b"), ""),
        (("ab", "abc", "abd"), "ab"),
    ],
)
def test_shared_beginning(openings: tuple[str, ...], shared: str):
    assert shared_beginning(openings) == shared


def test_common_length():
    assert common_length([1, 2, 3], [1, 2, 4]) == 2
    assert common_length([1, 2], [1, 2, 4]) == 2
    assert common_length([], [1]) == 0

"""Selects in Python: what the model writes, what comes out, and what is caught."""

import ast
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shellmate.answer.selects.asking import QueryEngine
from shellmate.answer.selects.preparing import find_query_faults
from shellmate.answer.selects.repairs import propose_beginnings
from shellmate.core.errors import UsageError
from shellmate.engine.engine import Candidate, Generation, Sampling, Usage
from shellmate.prompt.prompt import Prompt
from shellmate.request.digests.digest import Query

QUERY = Query(
    'import sqlite3\nfor row in db.execute("""\n', '\n"""):\n    print(*row)\n', 'create table t ("price", "city name")'
)
PROMPT = Prompt((), "mean", ("```sql\nselect",), query=QUERY)


class Model:
    """Says the same each time, or what `then` has for the times after the first."""

    def __init__(self, *pieces: str, finish: str = "stop", then: tuple[str, ...] = ()):
        self.pieces, self.finish, self.then = pieces, finish, list(then)
        self.answered, self.openings = [], []

    def generate(self, prompt, sampling, answered=""):
        again = bool(self.answered) and bool(self.then)
        self.answered.append(answered)
        self.openings.append(prompt.openings)
        return Generation(iter([self.then.pop(0)] if again else self.pieces), Usage(finish=self.finish, tokens=5))

    def generate_several(self, prompt, sampling, count, *, effort=None, show=None, also=()):
        return [Candidate("".join(self.pieces), -0.5, 7)], Usage()


def pieces_of(model: Model, answered: str = "") -> list[str]:
    return list(QueryEngine(model, QUERY).generate(PROMPT, Sampling(), answered))


@pytest.mark.parametrize(
    "pieces",
    [
        ("```sql\nselect", " avg(price)", " from t", "\n```"),
        ("```sql\nselect", " avg(price) from t", "\n", "``", "`", "\n\nThis query"),
        ("```sql\nselect avg(price) from t",),
    ],
)
def test_a_select_becomes_python(pieces):
    text = "".join(pieces_of(Model(*pieces)))
    assert text == f"```python\n{QUERY.before}select avg(price) from t{QUERY.after}```"
    ast.parse(text.removeprefix("```python\n").removesuffix("```"))


def test_the_usage_is_that_of_the_model():
    class Counting(Model):
        def generate(self, prompt, sampling, answered=""):
            usage = Usage(finish="stop", prompt_tokens=90, tokens=5, dropped_turns=1, most_tokens=8192)
            return Generation(iter(["```sql\nselect avg(price) from t"]), usage)

    generation = QueryEngine(Counting(), QUERY).generate(PROMPT, Sampling())
    assert list(generation)
    used = generation.usage
    assert (used.prompt_tokens, used.tokens, used.dropped_turns, used.most_tokens) == (90, 5, 1, 8192)


def test_the_beginning_comes_with_the_models_first_words_and_not_before():
    class Failing(Model):
        def generate(self, prompt, sampling, answered=""):
            def fail():
                raise UsageError("the prompt is too long")
                yield

            return Generation(fail())

    given_out = []
    with pytest.raises(UsageError):
        for piece in QueryEngine(Failing(), QUERY).generate(PROMPT, Sampling()):
            given_out.append(piece)
    assert given_out == []
    assert pieces_of(Model("```sql\nselect", " 1\n```"))[0] == "```python\n" + QUERY.before


def test_what_was_cut_is_not_closed():
    assert not "".join(pieces_of(Model("```sql\nselect avg(", finish="length"))).endswith(QUERY.after + "```")


def test_the_next_candidate_begins_with_what_is_released_of_the_select():
    model = Model("```sql\nselect 1", "\n```")
    pieces_of(model, "```python\n" + QUERY.before)
    pieces_of(model, "```python\n" + QUERY.before + "select\n")
    assert model.answered == ["", "```sql\nselect\n"]


def test_from_a_column_that_is_not_there_the_model_goes_on_with_one_that_is():
    model = Model("```sql\nselect avg(cost) from t", "\n```", then=("```sql\nselect avg(price) from t\n```",))
    generation = QueryEngine(model, QUERY).generate(PROMPT, Sampling())
    assert "".join(generation) == f"```python\n{QUERY.before}select avg(price) from t{QUERY.after}```"
    assert model.openings[1] == ("```sql\nselect avg(price", '```sql\nselect avg("city name"')
    assert generation.usage.tokens == 10


def test_another_that_was_cut_does_not_cut_the_one_that_is_chosen():
    class CutAtTheEnd(Model):
        def generate(self, prompt, sampling, answered=""):
            generation = super().generate(prompt, sampling, answered)
            generation.usage.finish = "length" if len(self.answered) == 3 else "stop"
            return generation

    query = replace(QUERY, schema='create table t ("price", "kind")')
    whole = "select kind, avg(price) from t where price > 3 group by kind"
    answers = (f"```sql\n{whole}\n```", "```sql\nselect avg(price) from t where")
    model = CutAtTheEnd("```sql\nselect avg(price) from t", "\n```", then=answers)
    prompt = replace(PROMPT, suffix="mean price by kind above 3", query=query)
    text = "".join(QueryEngine(model, query).generate(prompt, Sampling()))
    assert text == f"```python\n{query.before}{whole}{query.after}```"
    assert len(model.answered) == 3


def test_it_is_not_asked_for_ever():
    model = Model("```sql\nselect avg(cost) from t", "\n```")
    assert "avg(cost)" in "".join(pieces_of(model))
    assert len(model.answered) == 5


@pytest.mark.parametrize(
    ("select", "beginnings"),
    [
        ("select avg(cost) from t", ["select avg(price", 'select avg("city name"']),
        ('select "town", 1 from t', ["select price", 'select "city name"']),
        (
            "select price from t where t.x > 3",
            ["select price from t where t.price", 'select price from t where t."city name"'],
        ),
        ("select avg(price) from t", []),
        ("select avg(price from t", []),
        ("select median(price) from t", []),
        ("", []),
    ],
)
def test_the_beginnings_that_are_proposed(select: str, beginnings: list[str]):
    assert propose_beginnings(QUERY, select, "") == beginnings


def test_alternatives_are_python_too():
    candidates, _ = QueryEngine(Model("```sql\nselect 1", "\n```"), QUERY).generate_several(PROMPT, Sampling(), 1)
    assert candidates == [Candidate(f"```python\n{QUERY.before}select 1{QUERY.after}```", -0.5, 7)]


@pytest.mark.parametrize(
    "select",
    [
        "select avg(price) from t",
        'select "city name", count(*) from t group by 1 order by count(*) desc limit 3',
        "select 100.0 * sum(price > 3) / count(*) from t",
        'select count(*) as "how many" from t order by "how many"',
        "select count(*) from t where \"city name\" = 'Oslo'",
        "select max(c) from (select count(*) as c from t group by price)",
        "with recursive n(i) as (select 1 union all select i + 1 from n limit 3) select * from n",
    ],
)
def test_what_sqlite_can_run_has_no_fault(select: str):
    assert find_query_faults(QUERY, QUERY.before + select + QUERY.after) == []
    assert find_query_faults(QUERY, QUERY.before) == []
    assert find_query_faults(QUERY, QUERY.before[:9]) == []


@pytest.mark.parametrize(
    ("select", "said"),
    [
        ("select avg(cost) from t", "no such column: cost"),
        ("select avg(price from t", "syntax error"),
        ("select median(price) from t", "no such function"),
        ("select * from u", "no such table"),
        ('select avg("prise") from t', "no such column: prise"),
        ("select avg('price') from t", "single quotes"),
        ("select 1; drop table t", "one statement"),
        ("delete from t", "no select"),
        ("attach '/etc/passwd' as x", "no select"),
        ("query plan select 1", "no select"),
        ('select """ + x + """', "quotes"),
        ("select '\\n'", "quotes"),
        (" ", "empty"),
    ],
)
def test_what_it_cannot_run_is_said(select: str, said: str):
    faults = find_query_faults(QUERY, QUERY.before + select + QUERY.after)
    assert len(faults) == 1 and said in faults[0], faults


def test_a_select_that_is_still_written_is_held_back():
    assert find_query_faults(QUERY, QUERY.before + "select avg(price)\n")


@given(st.text(max_size=60))
def test_no_text_raises(select: str):
    find_query_faults(QUERY, QUERY.before + select + QUERY.after)


@pytest.mark.parametrize(
    ("select", "given"),
    [
        ("select a from t order by b limit 1", "select a from t order by b nulls last limit 1"),
        ('select a from t order by "b c" asc limit 3', 'select a from t order by "b c" asc nulls last limit 3'),
        ("select a from t group by a order by avg(b) limit 1", "select a from t group by a order by avg(b) nulls last limit 1"),
        ("select a from t order by b desc limit 1", "select a from t order by b desc limit 1"),
        ("select a from t order by b", "select a from t order by b"),
        ("select a from t order by b, c limit 1", "select a from t order by b, c limit 1"),
    ],
)  # fmt: skip
def test_an_empty_cell_is_not_the_smallest(select: str, given: str):
    query = replace(QUERY, schema='create table t ("a", "b", "b c", "c")')
    model = Model(f"```sql\n{select}\n```")
    text = "".join(
        QueryEngine(model, query).generate(
            replace(PROMPT, suffix="sort"), Sampling(), "```python\n" + query.before + "x"
        )
    )
    assert given in text and find_query_faults(query, text.removeprefix("```python\n").removesuffix("```")) == []
    full = QueryEngine(Model(f"```sql\n{select}\n```"), replace(query, is_full=True))
    assert select in "".join(
        full.generate(replace(PROMPT, suffix="sort"), Sampling(), "```python\n" + query.before + "x")
    )
    (candidate,), _ = QueryEngine(Model(f"```sql\n{select}\n```"), query).generate_several(PROMPT, Sampling(), 1)
    assert given in candidate.text

"""What a question names of a table, and whether a select heeds it."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shellmate.answer.selects.doubts import count_doubts, name_the_end, without_inventions
from shellmate.answer.selects.mentions import Mention, find_mentions
from shellmate.answer.selects.repairs import propose_additions, propose_beginnings
from shellmate.request.digests.digest import Query

COLUMNS = ["date", "region", "unit price", "order", "sold"]
QUERY = Query(
    "before",
    "after",
    'create table t ("date", "region", "unit price" numeric, "order", "sold" numeric)',
    values={"region": ("North", "South")},
    dates={"date": "2024/01/31"},
    is_whole=True,
)


def doubts(words: str, select: str) -> int:
    return count_doubts(QUERY, select, find_mentions(QUERY, COLUMNS, words), words, "2024/01/31,North,7,3,42")


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ("mean of the unit prices per region", ["region", "unit price"]),
        ("mean unit_price", ["unit price"]),
        ("sold in the north since 2023", ["sold", "North", "2023"]),
        ("regional units", []),
        ("how many orders", ["order"]),
        ("1.5 or v2", ["1.5"]),
    ],
)
def test_what_the_words_name(words: str, named: list[str]):
    assert [mention.text for mention in find_mentions(QUERY, COLUMNS, words)] == named


def test_names_in_chinese_need_no_blanks_around_them():
    query = Query("", "", 'create table t ("城市", "温度")', values={"城市": ("北京", "上海")})
    found = find_mentions(query, ["城市", "温度"], "每个城市在北京的平均温度")
    assert [mention.text for mention in found] == ["城市", "温度", "北京"]
    assert found[0].is_group


@pytest.mark.parametrize(
    ("words", "select"),
    [
        ("average sold", "select avg(sold) from t"),
        ("average sold by region", "select region, avg(sold) from t group by region"),
        ("average sold by region", "select region, avg(sold) from t group by 1"),
        ("how many orders", 'select count(distinct "order") from t'),
        ("how many orders in the north", "select count(*) from t where region = 'North'"),
        ("how many regions", "select count(distinct region) from t"),
        ("sold since 2023", "select sum(sold) from t where date >= '2023'"),
        ("the region that sold most", "select region from t group by region order by sum(sold) desc limit 1"),
        ("highest unit price", 'select max("unit price") from t'),
        ("sort by sold, largest first", "select * from t order by sold desc"),
        ("top 3 by sold", "select * from t order by sold desc limit 3"),
        ("number of rows", "select count(*) from t"),
        ("different regions", "select distinct region from t"),
        ("每个region的数量", "select region, count(*) from t group by region"),
        ("how many orders are there", 'select count(distinct "order") from t'),
        ("average number of unit prices in the north", "select avg(\"unit price\") from t where region = 'North'"),
        ("region with the shortest sold", "select region from t group by region order by sum(sold) limit 1"),
        ("most common region", "select region, count(*) from t group by region order by count(*) desc limit 1"),
        ("the region with the lowest mean sold", "select region from t group by region order by avg(sold) limit 1"),
        ("the three lowest of all", "select sold from t order by sold limit 3"),
        ("region of the latest date", "select region from t order by date desc limit 1"),
        ("region of the oldest date", "select region from t order by date limit 1"),
        ("last region", "select max(region) from t"),
        ("dates of the northern ones", "select date from t where region = 'North'"),
        ("sold in 42", "select sum(sold) from t where sold = 42"),
    ],
)
def test_a_select_that_fits_is_not_doubted(words: str, select: str):
    assert doubts(words, select) == 0


@pytest.mark.parametrize(
    ("words", "select"),
    [
        ("average sold by region", "select avg(sold) from t"),
        ("average sold by region", "select avg(sold) from t where region = 'North'"),
        ("average sold by region", "select avg(sold) from t group by region"),
        ("average sold", "select sum(sold) from t"),
        ("how many regions", "select count(*) from t"),
        ("how many rows", "select count(*) from t group by region"),
        ("sold in the north", "select sum(sold) from t"),
        ("sold since 2023", "select sum(sold) from t where date > '2023'"),
        ("sold since 2023", "select sum(sold) from t"),
        ("highest unit price", 'select "unit price" from t'),
        ("date of the largest unit price", 'select date from t order by "unit price"'),
        ("sold per day", "select sum(sold) from t"),
        ("total of the regions", "select sum(region) from t"),
        ("how many cost much", "select count(*) from t where \"order\" = 'cheap'"),
        ("sold by region", "select region, sum(sold) from t where date = '2024/01/31' group by region"),
        ("每个region的数量", "select count(*) from t"),
        ("how many orders are there in the north", "select count(*) from t where region = 'North'"),
        ("most common region", "select max(region) from t"),
        ("most common region", "select region from t order by region desc limit 1"),
        (
            "the region with the lowest mean sold",
            "select region from t group by region order by avg(sold) desc limit 1",
        ),
        ("the region with the largest sum of sold", "select region from t group by region order by sum(sold) limit 1"),
        ("region of the latest date", "select region from t order by date limit 1"),
        ("region of the oldest date", "select region from t order by date desc limit 1"),
        ("the largest region", "select max(region) from t"),
        ("the cheapest order", 'select "order" from t'),
        ("the test in the forest", "select sum(sold) from t group by 1"),
        ("date of the smallest price in 2024", "select date from t where date like '2024%' order by sold"),
        ("mean sold", "select avg(sold) from t where sold = 42"),
        ("how many in the north", "select count(*) from t where region = 'North' and \"order\" = 'cheap'"),
    ],
)
def test_a_select_that_leaves_something_out_or_adds_it_is(words: str, select: str):
    assert doubts(words, select) > 0


@pytest.mark.parametrize(
    ("words", "select", "beginnings"),
    [
        ("in the north", "select sum(sold) from t where region = 'north'", ["select sum(sold) from t where region = 'North'"]),
        (
            "nordic",
            "select sum(sold) from t where region = 'Nordic'",
            [f"select sum(sold) from t where region = '{v}'" for v in ("North", "South")],
        ),
        ("in the far north", "select 1 from t where region <> 'N'", [f"select 1 from t where region <> '{v}'" for v in ("North", "South")]),
        ("in 2024", "select 1 from t where date = '2024'", ["select 1 from t where date like '2024%'"]),
        ("in 2024", "select 1 from t where date = '2024-01-01'", ["select 1 from t where date like '2024%'"]),
        ("on 2024-01-01", "select 1 from t where date = '2024-01-01'", ["select 1 from t where date = '2024/01/01'"]),
        ("in May", "select 1 from t where date like '2024-05%'", ["select 1 from t where date like '2024/05%'"]),
        ("with x", "select 1 from t where \"order\" like '% x%'", []),
        ("no region", "select 1 from t where region = ''", ["select 1 from t where region is null"]),
        ("a date", "select 1 from t where date <> ''", ["select 1 from t where date is not null"]),
        ("in the south", 'select 1 from t where "order" = "South"', ["select 1 from t where \"order\" = 'South'"]),
        ("by month", 'select strftime("%m", date) from t', ["select strftime('%m'"]),
        ("either", 'select 1 from t where region in ("North", "East")', ["select 1 from t where region in ('North'"]),
        ("kind", 'select case when sold > 1 then "big" else 0 end from t', ["select case when sold > 1 then 'big'"]),
        ("both", 'select region || ", " || date from t', ["select region || ', '"]),
        ("on the 1st day of 2024", "select 1 from t where date = '2024/01/01'", []),
        ("orders", "select order, count(*) from t group by order order by 2", ['select "order"']),
        ("orders", 'select 1 from t where "order" = "x1"', ["select 1 from t where \"order\" = 'x1'"]),
        ("it's", "select 1 from t where \"order\" = 'it''s'", []),
        ("", "select 1 from t where region = 'South'", []),
        ("", "select 1 from t where date >= '2024/01/31'", []),
    ],
)  # fmt: skip
def test_texts_become_those_that_the_cells_have(words: str, select: str, beginnings: list[str]):
    assert propose_beginnings(QUERY, select, words) == beginnings


def test_a_value_that_was_not_seen_may_be_further_on():
    query = replace(QUERY, is_whole=False)
    assert propose_beginnings(query, "select 1 from t where region = 'East'", "in the east") == []
    assert propose_beginnings(query, "select 1 from t where region = 'south'", "in the south")


def test_a_log_line_may_begin_with_the_word():
    query = Query("", "", 'create table t ("time", "line")')
    assert propose_beginnings(query, "select 1 from t where line like '% x%'", "x") == [
        "select 1 from t where line like '%x%'"
    ]


@pytest.mark.parametrize(
    ("words", "select", "beginnings"),
    [
        ("sold by region", "select sum(sold) from t", ["select region,"]),
        ("number of orders", "select count(*) from t", ['select count(distinct "order"']),
        ("sold in the south", "select sum(sold) from t", ["select sum(sold) from t where region = 'South'"]),
        ("sold in 2023", "select sum(sold) from t group by 1", ["select sum(sold) from t where"]),
        ("sold in 2023", "select sum(sold) from t where 1", []),
        ("sold", "select sum(sold) from t", []),
        ("date of the most sold", "select date from t order by sold limit 1", ["select date from t order by sold desc limit 1"]),
        ("date of the least sold", "select date from t order by sold DESC limit 1", ["select date from t order by sold limit 1"]),
        ("sold in the south", "select sum(sold) from t where date = '2'", ["select sum(sold) from t where region = 'South'"]),
    ],
)  # fmt: skip
def test_what_is_missing_is_added(words: str, select: str, beginnings: list[str]):
    assert propose_additions(QUERY, select, find_mentions(QUERY, COLUMNS, words), words) == beginnings


NAMED = replace(QUERY, named={"region": ("Far East",), "order": ("X-12",)}, is_whole=False)


@pytest.mark.parametrize(
    ("select", "beginnings"),
    [
        ("select 1 from t where region = 'far east'", ["select 1 from t where region = 'Far East'"]),
        ("select 1 from t where region = 'far east' and 1", ["select 1 from t where region = 'Far East'"]),
        ("select 1 from t where sold = 'far east'", ["select 1 from t where region = 'Far East'"]),
        (
            "select 1 from t where sold = 1 and region = 'x-12'",
            ["select 1 from t where sold = 1 and \"order\" = 'X-12'"],
        ),
        ("select 1 from t where region = 'West'", []),
        ("select 1 from t where region <> 'x-12'", []),
    ],
)
def test_a_value_that_the_question_names_stands_with_its_column(select: str, beginnings: list[str]):
    assert propose_beginnings(NAMED, select, "x-12 in the far east") == beginnings


def test_a_value_that_is_further_on_is_not_left_out():
    mentions = find_mentions(NAMED, COLUMNS, "sold in the far east")
    assert [mention.text for mention in mentions] == ["sold", "Far East"]
    assert count_doubts(NAMED, "select sum(sold) from t", mentions, "sold in the far east") > 0


@pytest.mark.parametrize(
    ("words", "select", "named"),
    [
        ("largest file", "select max(size) from t", "select name, size from t order by size desc limit 1"),
        ("smallest file of ann", "select min(size) from t where owner = 'ann'", "select name, size from t where owner = 'ann' order by size limit 1"),
        ("largest size", "select max(size) from t", ""),
        ("largest file", "select name from t order by size desc limit 1", ""),
        ("maximum size", "select max(size) from t", ""),
    ],
)  # fmt: skip
def test_what_has_the_most_is_asked_for_by_its_kind(words: str, select: str, named: str):
    query = Query("", "", 'create table t ("owner", "size" numeric, "name")')
    mentions = find_mentions(query, ["owner", "size", "name"], words)
    assert name_the_end(query, select, mentions, words) == named


@pytest.mark.parametrize(
    ("words", "select", "left"),
    [
        ("sold by Milwaukee", "select sold from t where region = 'Milwaukee' and \"order\" = 'IL'", "select sold from t where region = 'Milwaukee'"),
        ("sold to women in Oslo", "select sold from t where region = 'Oslo' and \"order\" = 'female'", ""),
        ("sold in Oslo", "select sold from t where region = 'Oslo'", ""),
        ("what sold in Oslo", "select sold from t where region = 'Oslo' and sold = 'x' or date = 'x'", ""),
        ("sold", "select sold from t where region = 'Oslo'", ""),
    ],
)  # fmt: skip
def test_conditions_that_nobody_asked_for_are_taken_away(words: str, select: str, left: str):
    query = replace(QUERY, named={"region": ("Milwaukee", "Oslo")})
    assert without_inventions(select, find_mentions(query, COLUMNS, words), words) == left


def test_of_names_that_differ_by_an_s_the_one_that_is_written_is_meant():
    query = Query("", "", 'create table t ("engine", "engines" numeric)')
    assert [m.text for m in find_mentions(query, ["engine", "engines"], "planes by engine")] == ["engine"]
    assert [m.text for m in find_mentions(query, ["engine", "engines"], "mean of engines")] == ["engines"]


@given(st.text(max_size=80), st.text(max_size=40))
def test_nothing_raises(select: str, words: str):
    mentions = find_mentions(QUERY, COLUMNS, words)
    assert all(isinstance(mention, Mention) for mention in mentions)
    count_doubts(QUERY, select, mentions, words)
    propose_beginnings(QUERY, select, words)
    propose_additions(QUERY, select, mentions, words)

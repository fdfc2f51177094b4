"""Names that a snippet reads, held against those of the input."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shellmate.answer.names import unknown_names

NAMES = ("date", "price", "city name")
ROWS = "import csv, sys\nfor row in csv.DictReader(sys.stdin):\n    print({})\n"


@pytest.mark.parametrize(
    "code",
    [
        ROWS.format('float(row["price"])'),
        ROWS.format('row.get("city name", "")'),
        ROWS.format("row[column]"),
        "import os\nprint(os.environ['HOME'], os.environ.get('USER'))\n",
        "total = {'sum': 0}\nprint(total['sum'])\n",
        "df['new'] = df['price'] * 2\nprint(df['new'].mean())\n",
        "df = df.rename(columns={'price': 'cost'})\nprint(df['cost'])\n",
        "import re\nm = re.match(r'(?P<hour>..)', x)\nprint(m['hour'])\n",
        "print(df.groupby('date')['price'].mean())\n",
        "print(df.agg(total=('price', 'sum'))['total'])\n",
        "print(sys.argv[1], rows[0], d[-1])\n",
        "for row in rows:\n    print(row['prices'\n",
        "not python at all (",
    ],
)
def test_what_is_there_or_made_is_known(code: str):
    assert unknown_names("python", code, NAMES) == []


@pytest.mark.parametrize(
    ("code", "unknown"),
    [
        (ROWS.format('float(row["Price"])'), ["Price"]),
        (ROWS.format('row["price"], row["amount"], row["amount"]'), ["amount"]),
        (ROWS.format('row.get("city")'), ["city"]),
        ("print(df[['date', 'cost']])\n", ["cost"]),
        ("print(df.groupby('town')['price'].mean())\n", ["town"]),
        ("print(df.sort_values(by=['when']))\n", ["when"]),
        ("print(max(rows, key=itemgetter('size')))\n", ["size"]),
    ],
)
def test_what_is_nowhere_is_unknown(code: str, unknown: list[str]):
    assert unknown_names("python", code, NAMES) == unknown
    assert unknown_names("python", code, ()) == [], "nothing is known of the input"


@pytest.mark.parametrize(
    ("code", "unknown"),
    [
        ("awk -F, '{ s += $2 } END { print s }'", []),
        ("awk -F, 'NR > 1 { s += $4 } END { print s }'", ["$4"]),
        ("cut -d, -f2 | sort | uniq -c", []),
        ("cut -d, -f 1,5 file.csv", ["$5"]),
        ("cut -d, -f2-7", ["$7"]),
        ("tail -n +2 | cut -f9 && echo done", ["$9"]),
        ("jq '.[].price'", []),
        ("jq -r '.[] | select(.date > \"a.b\") | .cost'", ["cost"]),
        ("jq '{total: map(.price) | add} | .total'", []),
        ('jq \'.["city name"], ."citi name"\'', ["citi name"]),
        ("mlr --icsv stats1 -a mean -f price", []),
        ("mlr --icsv stats1 -a mean -f prize", ["prize"]),
        ("csvcut -c date,prise", ["prise"]),
        ("awk '{ print $4", []),
        ("cut | sort", []),
        ("cut -f", []),
        ("jq", []),
        ("csvcut", []),
        ("grep '$9' file", []),
    ],
)
def test_shell_is_read_simply(code: str, unknown: list[str]):
    assert unknown_names("shell", code, NAMES) == unknown


def test_keys_are_not_counted_as_columns():
    assert unknown_names("shell", "awk '{ print $9 }'", NAMES, columns=False) == []


@given(st.sampled_from(["python", "shell", "text"]), st.text(max_size=80))
def test_no_text_raises(language: str, code: str):
    unknown_names(language, code, NAMES)

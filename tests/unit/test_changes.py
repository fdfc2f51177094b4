"""Words that change the code before them, told from questions that stand alone."""

import pytest

from shellmate.prompt.changes import is_change, named_language

CHANGES = """
now sort by size
only the ten largest
delete them
can it handle missing values?
what if I want it to raise an error instead?
ignore case and punctuation
add a timeout
retry three times
keep a backup
in megabytes
in python
newest first
10 lines
faster
do the same in python
raise instead
with pandas
what about empty files
能处理缺失值吗？
如果我想改成抛出错误呢？
按大小排序
只显示前5个
显示前10个
不要用pandas
倒序
"""
QUESTIONS = """
a function that reads a CSV file and takes a column's mean
write a function that flattens a list
list docker containers
kill the process on port 8080
remove a file named does_not_exist.txt
print lines in notes.txt that contain the word error
rename all jpeg files in ~/pictures to jpg
reverse a string in python
count the files below /var/log that changed this week
recursively remove the empty folders below /srv/data and print their names
fibonacci function
写一个快速排序
查看端口占用
查找大文件
统计代码行数
"""


@pytest.mark.parametrize("words", CHANGES.strip().splitlines())
def test_a_change_is_one(words):
    assert is_change(words)


@pytest.mark.parametrize("words", QUESTIONS.strip().splitlines())
def test_a_question_stands_alone(words):
    assert not is_change(words)


@pytest.mark.parametrize(
    ("words", "language"),
    [
        ("the same in python", "python"),
        ("as a shell one-liner", "shell"),
        ("用python写", "python"),
        ("用 awk", "shell"),
        ("sort by size", ""),
        ("a python file", ""),
    ],
)
def test_the_language_that_words_ask_for(words, language):
    assert named_language(words) == language

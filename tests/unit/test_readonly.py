"""What only reads, and what must never be taken for it."""

import re
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shellmate.answer.trying.readonly import only_reads
from shellmate.prompt.library import own_prompts

READS = r"""
ls
ls -la /etc
cat a.txt b.txt | wc -l
grep -rn 'TODO' src
grep -v '^#' /etc/ssh/sshd_config
head -n 5 notes.txt; tail -n 5 notes.txt
sort -k2,2n data.txt | uniq -c | sort -rn | head
sort -rh sizes.txt
sort --reverse names.txt
sort --check names.txt
uniq -d names.txt
find . -type f -name '*.py'
find /etc -newer a.txt -printf '%p\n'
find . -type f -size +10M | wc -l
find . -name '*.txt' | xargs -r wc -l
find . -name '*.txt' -print0 | xargs -0 grep -l foo
find . -print | xargs -n 1 basename
du -sh * | sort -h
df -h /
ps aux | sort -rnk 4 | head -n 5
awk '{ print $1 }' access.log
awk -F: '{ print $1, $3 }' /etc/passwd
awk -F , -v n=3 'NR > n' data.csv
awk '$3 > 100' data.txt
sed -n '3,5p' file
sed 's/a/b/g' file
sed -n '/start/,/end/p;q' file
sed -E 's|(a)/b|\1|' file
date +%F
date -d 'next friday' +%F
date -r file
echo $((3 * 4))
echo "$HOME"
printf '%s\n' a b
seq 1 10 | paste -sd+
stat -c %s file
test -f file && echo yes || echo no
[ -d /tmp ] && echo yes
diff <(sort a) <(sort b)
cat < file
grep x file 2>/dev/null
grep x file > /dev/null
ls nowhere 2>&1 | wc -l
wc -c <<< hello
basename "$(pwd)"
md5sum file
id -un
tr a-z A-Z < file
cut -d, -f1 data.csv
comm -12 a b
uname -r
""".strip().splitlines()

ACTS = r"""
rm x
'rm' x
\rm x
r\m x
command rm x
builtin echo x
exec ls
eval ls
. ./x
source x
env ls
env -S 'rm x'
nice ls
sudo ls
time ls
x=1 ls
LD_PRELOAD=x ls
PATH=. ls
IFS=/ ls
x=1
ls > f
ls >| f
ls >> f
ls &> f
ls >& f
ls 2> f
ls <> f
ls > $HOME/f
ls > "$(echo f)"
ls | tee f
ls |& tee f
ls | sh
echo rm | bash
ls &
(ls)
{ ls; }
! ls
ls; rm x
ls && rm x
ls || rm x
if ls; then rm x; fi
for x in a; do ls; done
while true; do ls; done
f() { rm x; }; f
[[ -f x ]] && rm x
((x = 1))
echo $(rm x)
echo "$(rm x)"
echo `rm x`
cat <(rm x)
ls >(rm x)
cat $(cat <(rm x))
cat << E
sort -o f g
sort -uo f g
sort --output=f g
sort --outp f g
sort -T /tmp f
sort --compress-program=sh f
sort $x f
uniq a b
find . -delete
find . -exec rm {} +
find . -execdir rm {} +
find . -ok rm {} \;
find . -okdir rm {} \;
find . -fls f
find . -fprint f
find . -fprintf f %p
find . {-delete,}
find . -del*
find $x
find . "$x"
find . $(echo -delete)
find *
sed -i s/a/b/ f
sed --in-place s/a/b/ f
sed -ni p f
sed -f script f
sed 's/x/y/w f' g
sed 's/x/y/e' g
sed '1e touch x' f
sed w\ f g
sed '1w f' g
sed 's/a/b/;w f' g
sed -n 'r f' g
sed -e p -e 'w f' g
awk 'BEGIN { system("x") }'
awk '{ print > "f" }' x
awk '{ printf "%s", $1 > "f" }' x
awk '{ print | "sh" }' x
awk '"date" | getline' x
awk -f script x
awk -i inplace '{ print }' x
awk @include
gawk '{ print }' x
xargs rm
xargs -I{} sh -c '{}'
ls | xargs rm
ls | xargs find
ls | xargs -a f rm
xargs
date -s x
date --set=x
date 010203002030
hostname x
python3 -c 'print(1)'
perl -e 1
bash -c ls
sh x
curl x
wget x
ssh x
nc -l 1
git status
tar tf x
dd if=x of=y
truncate -s 0 x
touch x
mkdir x
cp a b
mv a b
ln -s a b
chmod 600 x
chown a x
kill 1
mount
less x
vi x
man ls
watch ls
tree -o f
xxd a b
split x
csplit x 1
read x
cd /
export x=1
alias x=y
trap x EXIT
printenv
""".strip().splitlines()


@pytest.mark.parametrize("command", READS)
def test_reads(command):
    assert only_reads(command)


@pytest.mark.parametrize("command", ACTS)
def test_may_act(command):
    assert not only_reads(command)


def test_of_the_worked_examples_none_that_acts_is_said_to_read():
    acting = ("rm ", "mv ", "cp ", "mkdir", "touch", "chmod", "tee", "xargs rm", "-delete", "-exec", "sed -i", "kill")
    files = (own_prompts() / "kinds").glob("*.toml")
    answers = [e["answer"] for file in files for e in tomllib.loads(file.read_text(encoding="utf-8"))["examples"]]
    reading = [answer for answer in answers if only_reads(answer)]
    assert len(reading) > 300
    assert [answer for answer in reading if any(answer.startswith(a) or f"| {a}" in answer for a in acting)] == []
    left = [re.sub(r"'[^']*'|\d?> ?/dev/null|2>&1", "", answer) for answer in reading]
    assert [answer for answer in left if ">" in answer] == []


def test_nothing_at_all_reads_nothing():
    assert not only_reads("")
    assert not only_reads("# ls")


@given(st.text(alphabet="ls rmx$`(){}<>|&;'\"\\\n-=*?#!~/\0é\ud800", max_size=40))
def test_never_raises(text):
    only_reads(text)
    if "rm" in text.split():
        assert not only_reads(f"rm {text}")

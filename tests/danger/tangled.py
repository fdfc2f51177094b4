"""Text that is long, deep or odd."""

# At the end, or at the bottom, of each stands the same command.
HIDING = [
    "ls; " * 50_000 + "rm -rf /",
    "echo " + "a" * 500_000 + "; rm -rf /",
    "cat <<EOF\n" + "x\n" * 100_000 + "EOF\nrm -rf /",
    "ls | (" * 5_000 + "rm -rf /",
    "$(" * 3_000 + "rm -rf /" + ")" * 3_000,
    "sudo " * 5_000 + "rm -rf /",
    "eval " * 3_000 + "rm -rf /",
    "sudo env nice " * 2_000 + "rm -rf /",
    "find . -exec " * 500 + "rm -rf /",
    "f() { " * 400 + "rm -rf /" + "; }" * 400,
    "for i in a b; do " * 300 + "rm -rf /" + "; done" * 300,
    "".join(f"f{n}() {{ f{n + 1}; f{n + 1}; }}; " for n in range(60)) + "f60() { rm -rf /; }; f0",
    "rm -rf " + "/" * 100_000,
    "rm -rf /" + "a/../" * 30_000,
]
ENDLESS = ["(" * 5_000, "{" * 20_000, "'" * 9_999, "`" * 9_999, "echo {1..99999}{1..99999}", "x=" * 9_999]
TANGLED = [
    *HIDING,
    *ENDLESS,
    "x=$x$x; " * 2_000,
    "cat a a > b; cat b b > a; " * 500,
    "ssh host " * 200 + "ls",
    "xargs " * 2_000 + "rm",
    "\0" * 5_000 + "rm -rf /",
]

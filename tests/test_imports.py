"""Imports point one way, each heavy library has one door, and nobody pays for what they do not use."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FILES = sorted(path for package in ("index", "assistant") for path in (ROOT / package).rglob("*.py"))
ONE_DOOR = {
    "chromadb": "index/vectors.py",
    "sentence_transformers": "index/embed_transformers.py",
    "onnxruntime": "index/inference.py",
    "openai": "assistant/writing/clients/openai_like.py",
    "ollama": "assistant/writing/clients/ollama.py",
    "anthropic": "assistant/writing/clients/anthropic.py",
    "xllamacpp": "assistant/writing/clients/gguf.py",
}
ROOMS = {
    "gradio": "assistant/page/",
    "fastapi": "assistant/service/",
    "starlette": "assistant/service/",
    "uvicorn": "assistant/service/",
    "mcp": "assistant/service/",
}


def imported(path: Path) -> Iterator[str]:
    """Every module that a file imports, anywhere in it, also through importlib."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in (
            "import_module",
            "__import__",
        ):
            yield from (one.value for one in node.args if isinstance(one, ast.Constant))


def importers(library: str) -> set[str]:
    return {
        path.relative_to(ROOT).as_posix() for path in FILES for name in imported(path) if name.split(".")[0] == library
    }


def test_index_does_not_know_assistant() -> None:
    """No file of index imports anything of assistant."""
    assert {file for file in importers("assistant") if file.startswith("index/")} == set()


@pytest.mark.parametrize("library", ONE_DOOR)
def test_one_door(library: str) -> None:
    """The library is imported in just one file."""
    assert importers(library) == {ONE_DOOR[library]}


@pytest.mark.parametrize("library", ROOMS)
def test_one_room(library: str) -> None:
    """The library is imported in its folder only."""
    files = importers(library)
    assert files
    assert all(file.startswith(ROOMS[library]) for file in files)


def test_llama_index_has_few_doors() -> None:
    """llama-index is imported where a collection becomes its retriever, and by the clients that are its models."""
    files = importers("llama_index") - {"assistant/llama.py"}
    assert all(file.startswith("assistant/writing/clients/") for file in files)


def test_no_network_clients() -> None:
    """No module imports a library that talks to other machines."""
    for library in ("requests", "urllib3", "httpx", "aiohttp", "posthog", "dotenv"):
        assert importers(library) == set(), library


def modules_after(program: str) -> set[str]:
    """Top-level modules that are loaded once a program has run in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", f"{program}\nimport sys\nprint('MODULES', *sys.modules)"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return {name.split(".")[0] for name in done.stdout.split("MODULES ", 1)[1].split()}


def test_command_line_is_light() -> None:
    """Importing the command line loads no model, no store, no server and no loader."""
    loaded = modules_after("import assistant.cli")
    assert loaded.isdisjoint(
        {"torch", "chromadb", "gradio", "llama_index", "trafilatura", "onnxruntime", "fastapi", "transformers", "pypdf"}
    )
    assert loaded.isdisjoint({"openai", "ollama", "anthropic", "xllamacpp"})


def test_packages_are_light() -> None:
    """The packages' fronts name everything, and load nothing until it is used."""
    loaded = modules_after("import index, assistant; assert dir(index)")
    assert loaded.isdisjoint({"torch", "chromadb", "gradio", "numpy", "onnxruntime", "sqlite3"})


def test_every_public_name_is_there() -> None:
    """Every name that a package's front lists can be imported from it."""
    import assistant
    import index

    for package in (index, assistant):
        for name in getattr(package, "__all__", ()):
            assert getattr(package, name) is not None, name
        with pytest.raises(AttributeError):
            _ = package.no_such_name


def test_a_question_is_light(tmp_path: Path) -> None:
    """Answering a question in another process than the server's loads neither torch nor chromadb."""
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "a.md").write_text("Seals sleep on warm rocks in the afternoon.")
    program = (
        f"from index import Collection, Settings\nfrom assistant.answer import Assistant\n"
        f"from pathlib import Path\nroot = Path({str(tmp_path)!r})\n"
        "with Collection.open(Settings(root / 'data')) as collection:\n"
        "    assert Assistant(collection).ask('Where do seals sleep?').citations"
    )
    make = (
        f"from index import Collection, Settings\nfrom pathlib import Path\nroot = Path({str(tmp_path)!r})\n"
        "with Collection.open(Settings(root / 'data'), create=True) as collection:\n"
        "    collection.ingest(root / 'notes')"
    )
    assert modules_after(make).isdisjoint({"torch", "gradio"})
    assert modules_after(program).isdisjoint(
        {"torch", "chromadb", "gradio", "llama_index", "trafilatura", "transformers"}
    )

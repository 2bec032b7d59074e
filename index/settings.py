"""Settings: one frozen record of plain values. Building it loads nothing; the environment is read here and only here."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from index.embed import BUNDLED
from index.errors import SettingsError
from index.load.limits import Limits

NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the collections are, and with what they are built.

    Environment: ASSISTANT_DATA, ASSISTANT_COLLECTION, ASSISTANT_EMBEDDER, ASSISTANT_READER,
    ASSISTANT_FILE_SECONDS, ASSISTANT_FILE_MEGABYTES, ASSISTANT_OCR_LANGUAGES, ASSISTANT_OCR_SECONDS, ASSISTANT_CONFIG.
    """

    data: Path = Path("data")
    collection: str = "default"
    embedder: str = BUNDLED  # or the name or path of any sentence-transformers model
    reader: str = ""  # name or path of a cross-encoder or token-classification model; "": the bundled one
    file_seconds: float = 60.0  # most time for reading one file
    file_megabytes: int = 2048  # most memory for reading one file
    ocr_languages: str = "eng"  # tesseract's names for them, joined by +
    ocr_seconds: float = 600.0  # most time for reading the pictures of one scanned file
    config: Path = Path("assistant.toml")  # declares the sources

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Settings:
        """Settings with what the environment overrides. SettingsError names a key with a wrong value."""
        return cls(
            data=Path(environment.get("ASSISTANT_DATA") or "data"),
            collection=environment.get("ASSISTANT_COLLECTION") or "default",
            embedder=environment.get("ASSISTANT_EMBEDDER") or BUNDLED,
            reader=environment.get("ASSISTANT_READER") or "",
            file_seconds=_positive(environment, "ASSISTANT_FILE_SECONDS", 60.0),
            file_megabytes=max(1, int(_positive(environment, "ASSISTANT_FILE_MEGABYTES", 2048))),
            ocr_languages=_languages(environment),
            ocr_seconds=_positive(environment, "ASSISTANT_OCR_SECONDS", 600.0),
            config=Path(environment.get("ASSISTANT_CONFIG") or "assistant.toml"),
        )

    @property
    def folder(self) -> Path:
        """The folder of the collection. SettingsError if its name could not be a folder's everywhere."""
        if not NAME.fullmatch(self.collection):
            raise SettingsError(
                f"Collection {self.collection!r} is no valid name: use lower-case letters, digits, - and _, "
                "at most 63, beginning with a letter or digit."
            )
        return self.data / self.collection

    @property
    def limits(self) -> Limits:
        """What reading one file may take."""
        return Limits(
            seconds=self.file_seconds,
            memory_bytes=self.file_megabytes * 1_000_000,
            ocr_seconds=self.ocr_seconds,
            ocr_languages=self.ocr_languages,
        )


def _languages(environment: Mapping[str, str]) -> str:
    text = environment.get("ASSISTANT_OCR_LANGUAGES") or "eng"
    if not re.fullmatch(r"[A-Za-z][A-Za-z_]*(\+[A-Za-z][A-Za-z_]*)*", text):
        raise SettingsError(f"ASSISTANT_OCR_LANGUAGES is {text!r}; it must be names of tesseract such as eng+deu.")
    return text


def _positive(environment: Mapping[str, str], key: str, default: float) -> float:
    text = environment.get(key)
    if not text:
        return default
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < float("inf"):
        raise SettingsError(f"{key} is {text!r}; it must be a number above 0.")
    return value

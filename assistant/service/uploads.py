"""The files of a multipart request → files in a folder, under names that are safe there. Their content is not looked at."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from python_multipart.exceptions import FormParserError
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

from assistant.service.caller import Refused
from index.uploads import safe_name

MOST_FILES = 100
NO_FILES = "Send the files as multipart/form-data, in the field `files`, at most {most} at once."
FORM: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["files"],
                    "properties": {
                        "files": {
                            "type": "array",
                            "minItems": 1,
                            "maxItems": MOST_FILES,
                            "items": {"type": "string", "format": "binary"},
                        }
                    },
                }
            }
        },
    }
}


async def uploaded(request: Request, folder: Path) -> list[Path]:
    """The paths of the files that a request brings, in order. Refused(400) if there are none, too many, or half of one."""
    try:
        async with request.form(max_files=MOST_FILES, max_fields=MOST_FILES) as form:
            files = [one for one in form.getlist("files") if isinstance(one, UploadFile)]
            if files:
                return await asyncio.to_thread(_copied, files, folder)
    except (HTTPException, FormParserError, ClientDisconnect):
        pass
    raise Refused(400, NO_FILES.format(most=MOST_FILES))


def _copied(files: Sequence[UploadFile], folder: Path) -> list[Path]:
    """Each in a folder of its own, since two may have one name."""
    paths = []
    for number, file in enumerate(files):
        path = folder / str(number) / safe_name(file.filename or "")
        path.parent.mkdir()
        with path.open("xb") as copy:
            shutil.copyfileobj(file.file, copy)
        paths.append(path)
    return paths

"""Looks for texts in everything that lies in a folder: as they are, as JSON or Python escape them, inside archives."""

import gzip
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

ZIP, GZIP = b"PK\x03\x04", b"\x1f\x8b"


def found_in(folder: Path, texts: Iterable[str]) -> list[str]:
    """``file: text`` for every text that a file below the folder holds, in whatever dress."""
    dresses = [(text, dressed) for text in texts for dressed in _dresses(text)]
    return [
        f"{file.relative_to(folder)}: {text}"
        for file in sorted(folder.rglob("*"))
        if file.is_file()
        for content in _contents(file)
        for text, dressed in dresses
        if dressed in content
    ]


def _dresses(text: str) -> set[bytes]:
    escaped = text.encode("ascii", "backslashreplace")
    utf16 = {text.encode("utf-16-le"), text.encode("utf-16-be")}
    return {text.encode(), escaped, escaped.upper(), text.encode("gb18030"), *utf16}


def _contents(file: Path) -> Iterator[bytes]:
    try:
        content = file.read_bytes()
    except FileNotFoundError:  # a running database takes files away
        return
    yield content
    if content.startswith(ZIP):
        with zipfile.ZipFile(file) as packed:
            yield from (packed.read(name) for name in packed.namelist())
    if content.startswith(GZIP):
        try:
            yield gzip.decompress(content)
        except (OSError, zlib.error, EOFError):
            return

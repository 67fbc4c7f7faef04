"""Documents are kept once, whole, under the digest of their content."""

from pathlib import Path

import pytest

from shared.documents import Documents, DocumentsUnavailable, NoSuchDocument


def file_of(folder: Path, digest: str) -> Path:
    value = digest.removeprefix("sha256:")
    return folder / "sha256" / value[:2] / value


def test_what_was_put_is_got_by_its_digest(tmp_path: Path) -> None:
    documents = Documents.in_folder(tmp_path)
    digest = documents.put("党费".encode())
    assert documents.get(digest).decode() == "党费"
    assert documents.put("党费".encode()) == digest


@pytest.mark.parametrize("digest", ["sha256:" + "0" * 64, "sha256:../../secret", "md5:0", "", "sha256:" + "A" * 64])
def test_what_is_not_there_is_no_document(tmp_path: Path, digest: str) -> None:
    with pytest.raises(NoSuchDocument):
        Documents.in_folder(tmp_path).get(digest)


def test_a_document_that_was_altered_is_noticed(tmp_path: Path) -> None:
    documents = Documents.in_folder(tmp_path)
    digest = documents.put(b"43 members")
    file_of(tmp_path, digest).write_bytes(b"44 members")
    with pytest.raises(ValueError, match="no longer fits"):
        documents.get(digest)


def test_what_a_power_cut_left_in_pieces_is_written_again(tmp_path: Path) -> None:
    documents = Documents.in_folder(tmp_path)
    digest = documents.put(b"43 members")
    file_of(tmp_path, digest).write_bytes(b"")
    documents.put(b"43 members")
    assert documents.get(digest) == b"43 members"


def test_a_folder_that_cannot_be_written_is_said_so(tmp_path: Path) -> None:
    documents = Documents.in_folder(tmp_path)
    (tmp_path / "sha256").write_text("a file where a folder should be")
    with pytest.raises(DocumentsUnavailable):
        documents.put(b"43 members")

"""Handing out attachments: always as a download, never as something a browser would run."""

from urllib.parse import quote

from fastapi import Response

from services.publication.api.parts import Parts, nothing
from services.publication.events.parts import Attachment
from shared.documents import NoSuchDocument

SAFE_TYPES = frozenset(
    {
        "application/pdf",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "image/jpeg",
        "image/png",
        "text/csv",
        "text/plain",
    }
)


def download(parts: Parts, attachment: Attachment) -> Response:
    try:
        content = parts.document(attachment.digest)
    except NoSuchDocument as absent:
        raise nothing() from absent
    media_type = attachment.media_type if attachment.media_type in SAFE_TYPES else "application/octet-stream"
    return Response(
        content,
        media_type=media_type,
        headers={
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(attachment.name)}",
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "sandbox",
            "Cache-Control": "private, no-cache",
            "Vary": "Authorization",
            "ETag": f'"{attachment.digest}"',
        },
    )

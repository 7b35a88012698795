"""Files as people upload them, and files that must be refused."""

import base64
import io
import zipfile

from django.core.files.uploadedfile import SimpleUploadedFile

PDF = b"%PDF-1.7\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n"
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="
)  # one pixel
JPG = b"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0\xff\xda\0\x08\1\1\0\0\x3f\0\x12\xff\xd9"  # its outline
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 500


def upload(name, content, content_type="application/octet-stream"):
    return SimpleUploadedFile(name, content, content_type)


def package(*parts, types=True, locked=False):
    """A zip with these parts, as an office file is one; ``locked`` marks them as encrypted."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for part in (["[Content_Types].xml"] if types else []) + list(parts):
            archive.writestr(part, "x")
    content = stream.getvalue()
    if locked:
        at = content.rfind(b"PK\x01\x02") + 8  # the flags of the last entry in the table of contents
        content = content[:at] + b"\x01\x00" + content[at + 2 :]
    return content


def pdf(name="计划.pdf", text=b""):
    return upload(name, PDF + text)

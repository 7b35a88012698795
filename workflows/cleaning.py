"""Files without what they say of people unseen.

It is where, when and with what a picture was taken, and who wrote a document. A picture keeps its pixels bit for bit, and of all
the rest only what is needed to show them: colours, resolution, which way is up. What is not known to be needed goes, and so
does whatever follows the end of the picture. Pure: no Django, no database.
"""

import io
import re
import struct
import zipfile

from registers.refusals import Refused

UNREADABLE = "已损坏或不完整，无法去除其中的拍摄信息"
LARGEST = 120 * 1024 * 1024  # bytes of all parts of an office file together
TOO_LARGE = "解压后过大，无法检查"
OFFICE = ("docx", "xlsx", "pptx")
AUTHORS = re.compile(rb"(<(?:dc:creator|cp:lastModifiedBy)[^>]*>)[^<]*(</)")

END, SCAN, JFIF, EXIF = 0xD9, 0xDA, 0xE0, 0xE1
ALONE = (0x01, *range(0xD0, 0xD8))  # markers of a JPEG without a length
# Segments that are needed to show it: frames, tables, restarts (FFC0–FFCF, FFDB–FFDF), and of the applications' own these.
SHOWS = frozenset((*range(0xC0, 0xD0), *range(0xDB, 0xE0)))
NAMED = {0xE2: (b"ICC_PROFILE\0",), 0xEE: (b"Adobe",)}
ORIENTATION = 0x0112
UPRIGHT, TURNS = 1, range(2, 9)

CHUNKS = (b"IHDR", b"PLTE", b"IDAT", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"bKGD", b"pHYs")
CHUNKS += (b"acTL", b"fcTL", b"fdAT")  # of a picture that moves
LAST_CHUNK = b"\0\0\0\0IEND\xaeB`\x82"


def cleaned(content, kind):
    """Return the file without what it says of people unseen.

    What is no picture and no office file is returned as it is. The same file always becomes the same. Raises ``Refused`` where a
    file is broken so that nobody can tell what is in it.
    """
    try:
        if kind == "jpg":
            return _jpeg(content)
        if kind == "png":
            return _png(content)
        return _office(content) if kind in OFFICE else content
    except (struct.error, IndexError, zipfile.BadZipFile, EOFError, NotImplementedError, OSError) as fault:
        raise Refused(UNREADABLE) from fault


# --- JPEG ----------------------------------------------------------------------------------------------------------


def _jpeg(content):
    kept, turn, scans = [content[:2]], UPRIGHT, 0
    for marker, segment in _segments(content):
        if marker == EXIF:
            turn = _turn(segment[4:]) or turn
        elif marker == SCAN:
            scans += 1
            kept.append(segment)
        elif marker == JFIF:
            kept.append(_without_thumbnail(segment))
        elif marker in SHOWS or segment[4:].startswith(NAMED.get(marker, ())):
            kept.append(segment)
    if not scans:
        raise Refused(UNREADABLE)
    if turn in TURNS:
        kept.insert(1, _orientation(turn))
    return b"".join([*kept, b"\xff\xd9"])


def _segments(content):
    """Yield (marker, bytes) of each segment, a scan with the picture's data behind it, up to the end of the picture.

    Where it was cut off or goes wrong it ends as well.
    """
    at = 2
    while at + 4 <= len(content) and content[at] == 0xFF and content[at + 1] != END:
        marker = content[at + 1]
        if marker == 0xFF or marker in ALONE:  # a marker may be padded
            at += 1 if marker == 0xFF else 2
            continue
        [length] = struct.unpack_from(">H", content, at + 2)
        end = at + 2 + length
        if length < 2 or end > len(content):
            return
        end = _end_of_scan(content, end) if marker == SCAN else end
        yield marker, content[at:end]
        at = end


def _end_of_scan(content, at):
    """Return where the data of a scan end: at the next marker that is no part of them, or where the file ends."""
    while 0 <= (at := content.find(b"\xff", at)) < len(content) - 1:
        following = content[at + 1]
        if following != 0 and following not in (0xFF, *ALONE):
            return at
        at += 1 if following == 0xFF else 2
    return len(content)


def _without_thumbnail(segment):
    """Return the head of a JPEG without the small picture that may stand in it. Of another kind of head nothing is left."""
    return b"\xff\xe0\0\x10" + segment[4:16] + b"\0\0" if segment[4:9] == b"JFIF\0" and len(segment) >= 18 else b""


def _turn(segment):
    """Return which way is up as an EXIF segment says it, None where it says nothing."""
    if not segment.startswith(b"Exif\0\0"):
        return None
    tiff = segment[6:]
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    try:
        [first] = struct.unpack_from(f"{order}L", tiff, 4)
        [number] = struct.unpack_from(f"{order}H", tiff, first)
        for entry in range(number):
            tag, _, _, value = struct.unpack_from(f"{order}HHLH", tiff, first + 2 + 12 * entry)
            if tag == ORIENTATION:
                return value
    except struct.error:  # what a broken EXIF says is no matter: it goes
        pass
    return None


def _orientation(turn):
    """Return an EXIF segment that says which way is up and nothing else."""
    tiff = b"MM\0*" + struct.pack(">LHHHLHHL", 8, 1, ORIENTATION, 3, 1, turn, 0, 0)
    return b"\xff\xe1" + struct.pack(">H", len(tiff) + 8) + b"Exif\0\0" + tiff


# --- PNG -----------------------------------------------------------------------------------------------------------


def _png(content):
    kept, at, names = [content[:8]], 8, set()
    while at + 12 <= len(content) and b"IEND" not in names:
        [length] = struct.unpack_from(">L", content, at)
        name, end = content[at + 4 : at + 8], at + 12 + length
        if name in CHUNKS and end <= len(content):
            kept.append(content[at:end])
        names.add(name)
        at = end
    if not {b"IHDR", b"IDAT"} <= names:
        raise Refused(UNREADABLE)
    return b"".join([*kept, LAST_CHUNK])


# --- Office files --------------------------------------------------------------------------------------------------


def _office(content):
    """Return an office file without the names of its authors, its pictures cleaned as well."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as parts,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as written,
    ):
        if sum(part.file_size for part in parts.infolist()) > LARGEST:
            raise Refused(TOO_LARGE)
        for part in parts.infolist():
            made = zipfile.ZipInfo(part.filename, date_time=part.date_time)
            written.writestr(made, _part(part.filename, parts.read(part)), zipfile.ZIP_DEFLATED)
    return target.getvalue()


def _part(name, body):
    if name == "docProps/core.xml":
        return AUTHORS.sub(rb"\1\2", body)
    kind = {b"\xff\xd8": "jpg", b"\x89P": "png"}.get(body[:2]) if "/media/" in name else None
    return cleaned(body, kind) if kind else body

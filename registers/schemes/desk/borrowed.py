"""What a scheme that began as a copy still says of the institution that it was copied from.

Pure: no Django, no database.
"""

from registers.schemes.desk.differences import KEYS, SECTIONS

OF_THE_DOCUMENT = {
    "document_number": "文号",
    "issued_by": "发文单位",
    "issued_on": "发文日期",
    "effective_on": "施行日期",
}
MOST = 8  # places that are named


def borrowed(document, others):
    """Return a sentence for each thing that is another institution's.

    ``document`` and ``others`` are plain documents of schemes: issuer, number and dates that two of them share, and
    texts in which the other institution is named.
    """
    said = []
    own = _identity(document)
    for other in others:
        identity = _identity(other)
        whose = f"{identity.get('institution', '')}《{identity.get('title', '')}》"
        for key, word in OF_THE_DOCUMENT.items():
            if own.get(key) and own[key] == identity.get(key):
                said.append(f"{word}“{own[key]}”与{whose}相同")
        name = identity.get("institution")
        if not name or name == own.get("institution"):
            continue
        places = [place for place, text in _texts(document, ()) if name in text]
        said += [f"{place}写着“{name}”" for place in places[:MOST]]
        if len(places) > MOST:
            said.append(f"另有 {len(places) - MOST} 处写着“{name}”")
    return said


def _identity(document):
    identity = document.get("identity") if isinstance(document, dict) else None
    return identity if isinstance(identity, dict) else {}


def _texts(part, path):
    """Yield ``(place in words, text)`` for every text of a document."""
    if isinstance(part, dict):
        named = part.get("title") or part.get("label")
        here = (*path[:1], f"“{named}”") if path and isinstance(named, str) else path
        for key, inner in part.items():
            yield from _texts(inner, (*here, KEYS.get(key, str(key)) if path else SECTIONS.get(key, str(key))))
    elif isinstance(part, list):
        for inner in part:
            yield from _texts(inner, path)
    elif isinstance(part, str):
        yield " › ".join(path), part

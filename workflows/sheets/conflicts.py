"""Two windows that typed into one sheet: what differs between them, and what was chosen of it.

Pure: no Django, no database.
"""


def theirs_of(mine, theirs):
    """Return what the other window saved otherwise.

    Entry key (empty: the sheet as a whole) → field → its text. ``mine`` and ``theirs`` are contents of drafts. The
    change chosen for an entry counts as a field of it.
    """
    others = _parts(theirs)
    found = {}
    for key, values in _parts(mine).items():
        if key in others:
            names = dict.fromkeys([*values, *others[key]])
            differing = {name: others[key].get(name, "") for name in names}
            found[key] = {
                name: text for name, text in differing.items() if text.strip() != values.get(name, "").strip()
            }
    return found


def only_theirs(mine, theirs):
    """Return the entries that the other window alone has."""
    own = {entry["key"] for entry in mine["entries"]}
    return [entry for entry in theirs["entries"] if entry["key"] not in own]


def merged(mine, theirs, *, taken, kept):
    """Return ``mine`` with what was chosen of ``theirs``.

    ``taken``: pairs of entry key and field whose text is the other window's. ``kept``: keys of its entries that stay.
    """
    others = _parts(theirs)
    entries = [_with(entry, entry["key"], others, taken) for entry in mine["entries"]]
    entries += [entry for entry in only_theirs(mine, theirs) if entry["key"] in kept]
    return {**_with(mine, "", others, taken), "entries": entries}


def _parts(content):
    """Entry key → its texts, with those of the sheet as a whole under the empty key."""
    entries = {entry["key"]: {**entry["values"], "change": entry["change"]} for entry in content["entries"]}
    return {"": content["values"]} | entries


def _with(part, key, others, taken):
    """An entry, or the sheet as a whole, with the other window's texts that were chosen for it."""
    chosen = {name: text for name, text in others.get(key, {}).items() if (key, name) in taken}
    change = {"change": chosen.pop("change")} if "change" in chosen else {}
    return {**part, **change, "values": {**part["values"], **chosen}}

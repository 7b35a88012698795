"""A scheme without its ill-formed parts, so that the remaining parts can be checked too.

Pure: no Django, no database.
"""

from pydantic import ValidationError

from registers.schemes.checking import vocabulary
from registers.schemes.language import Scheme

ROUNDS = 4  # what is left out can leave something else incomplete


class Pruned:
    """The well-formed parts of a scheme file.

    ``scheme`` is the typed scheme of what remains, None if too little does. ``gone`` holds the codes of what was left
    out; whoever refers to them is not to blame. ``lacking``: the places at which something is missing now.
    """

    def __init__(self, document, errors):
        self.scheme, self.gone, self.lacking = None, set(), set()
        dropped = set()
        for _ in range(ROUNDS):
            for error in errors:
                self._drop(document, self._full(document, dropped, error["loc"]), error["type"], dropped)
            rest = _without(document, (), dropped)
            try:
                self.scheme = Scheme.model_validate(rest)
            except ValidationError as again:
                errors = again.errors()
            else:
                break
        self._document, self._dropped = document, dropped

    @property
    def whole(self):
        """Whether all but papers is there: at most keys were left out that resemble none of the language."""
        return all(path[0] == "papers" for path in self.lacking)

    def explains(self, fault):
        """Return whether a fault of what remains only follows from what was left out."""
        if any(f"“{code}”" in fault or f"“measures.{code}”" in fault for code in self.gone):
            return True
        # Ranks are counted: with one grade missing, everything that names a rank seems wrong.
        return "等级" in fault and any(path[0] == "grades" for path in self._dropped)

    def place(self, where):
        """Return the path ``where`` in what remains as a path into the whole document."""
        return self._full(self._document, self._dropped, where)

    @staticmethod
    def _full(node, dropped, where):
        path = ()
        for part in where:
            if isinstance(node, list) and isinstance(part, int):
                kept = [index for index in range(len(node)) if (*path, index) not in dropped]
                part = kept[part] if part < len(kept) else part  # noqa: PLW2901  an index among those that remain
            path = (*path, part)
            node = _at(node, part)
        return path

    def _drop(self, document, where, kind, dropped):
        """Leave out the unknown key, else the smallest part of a list or named group that has the fault."""
        if kind == "extra_forbidden":
            dropped.add(where)
            if vocabulary.meant(where):
                self.lacking.add(where)
            return
        for length in range(len(where), 0, -1):
            holder, part = _find(document, where[: length - 1]), where[length - 1]
            if isinstance(holder, list) or where[: length - 1] in (("routes",), ("papers",), ("groups",), ("bodies",)):
                dropped.add(where[:length])
                self.lacking.add(where[:length])
                item = _at(holder, part)
                self.gone.add(str(item["code"] if isinstance(item, dict) and "code" in item else part))
                return


def _find(node, where):
    for part in where:
        node = _at(node, part)
    return node


def _at(node, part):
    if isinstance(node, dict):
        return node.get(part)
    if isinstance(node, list) and isinstance(part, int) and part < len(node):
        return node[part]
    return None


def _without(node, path, dropped):
    if isinstance(node, dict):
        return {key: _without(part, (*path, key), dropped) for key, part in node.items() if (*path, key) not in dropped}
    if isinstance(node, list):
        return [_without(part, (*path, at), dropped) for at, part in enumerate(node) if (*path, at) not in dropped]
    return node

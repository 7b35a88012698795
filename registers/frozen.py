"""Documents that several readers share, so that nobody may change them in place.

They are dictionaries and lists for whoever reads them. ``copy.deepcopy`` gives plain ones, which may be changed.
"""

from copy import deepcopy


def _refuse(self, *_, **__):
    raise TypeError("This document is shared. Change a deep copy of it.")


class FrozenDict(dict):
    """A dictionary that nobody can change."""

    __setitem__ = __delitem__ = __ior__ = clear = pop = popitem = setdefault = update = _refuse

    def __deepcopy__(self, memo):
        return {key: deepcopy(value, memo) for key, value in self.items()}

    def __reduce__(self):
        return FrozenDict, (dict(self),)  # else it would be filled in place when it is unpickled


class FrozenList(list):
    """A list that nobody can change."""

    __setitem__ = __delitem__ = __iadd__ = __imul__ = _refuse
    append = clear = extend = insert = pop = remove = reverse = sort = _refuse

    def __deepcopy__(self, memo):
        return [deepcopy(value, memo) for value in self]

    def __reduce__(self):
        return FrozenList, (list(self),)


def frozen(value):
    """Return what was read from JSON so that nothing in it can be changed."""
    if isinstance(value, dict):
        return FrozenDict((key, frozen(inner)) for key, inner in value.items())
    return FrozenList(map(frozen, value)) if isinstance(value, list) else value

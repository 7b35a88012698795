"""Copies of objects by pickling, as many as one likes. What nobody can change (``registers.frozen``) they share."""

import io
import pickle

from registers.frozen import FrozenDict, frozen
from registers.models import Scheme


class Original:
    """``thing`` as it is now, of which copies are made. Of the objects in ``members`` (name → object) a copy holds the name alone.

    A scheme's document is nine tenths of a campus. In a copy it is frozen, as one from the database is.
    """

    def __init__(self, thing, members=None):
        self._shared, self._names = {}, {id(member): name for name, member in (members or {}).items()}
        written = io.BytesIO()
        pickler = pickle.Pickler(written, pickle.HIGHEST_PROTOCOL)
        pickler.persistent_id = self._name_of
        pickler.dump(thing)
        self._written = written.getvalue()

    def _name_of(self, thing):
        if isinstance(thing, Scheme) and "document" in vars(thing):
            thing.document = frozen(thing.document)
        if isinstance(thing, FrozenDict):
            self._shared[id(thing)] = thing
            return id(thing)
        return self._names.get(id(thing))

    def copy(self, members=None):
        """Return a copy, in which the ``members`` (name → object) of those names stand."""
        reader = pickle.Unpickler(io.BytesIO(self._written))  # noqa: S301 (pickled above)
        reader.persistent_load = {**self._shared, **(members or {})}.__getitem__
        return reader.load()

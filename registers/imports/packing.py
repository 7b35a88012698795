"""The lines of a plan as plain lists and texts that JSON holds, and back.

Rows on record stand as their ids. What several lines share is kept once, and shared again afterwards.
"""

from dataclasses import fields
from datetime import date
from operator import attrgetter

from django.apps import apps
from django.db.models import Model

from registers.imports import directories, ledgers, people, posting, posts, powers, roles, trees, values

PLAIN = {type(None), str, int, bool}
KNOWN = {
    f"{kind.__module__.rpartition('.')[2]}.{kind.__name__}": kind
    for kind in (
        people.Person,
        posting.Wanted,
        values.Day,
        trees.Record,
        posts.Record,
        roles.Record,
        powers.Record,
        directories.Record,
        ledgers.Record,
    )
}
COMPARED = {"row", "posts", "status"}  # what only the comparison needs
FIELDS = {kind: tuple(each.name for each in fields(kind) if each.name not in COMPARED) for kind in KNOWN.values()}
MISSING = {kind: {"row": None} for kind in KNOWN.values() if "row" in {each.name for each in fields(kind)}}
NAMES = {kind: (name, attrgetter(*FIELDS[kind])) for name, kind in KNOWN.items()}
OF_A_LINE = ("person", "record", "user", "post", "field", "incumbency", "known")
_of_a_line = attrgetter(*OF_A_LINE)


class Packer:
    """Packs values. ``objects`` and ``rows`` (model → ids) are what they lead to."""

    def __init__(self):
        self.objects, self.rows = [], {}
        self._places, self._rows = {}, {}  # of what was packed already, by its identity: the plan holds it meanwhile

    def line(self, line):
        """Return what a line is about, without what is empty at its end."""
        about = list(_of_a_line(line))
        while about and not about[-1]:
            about.pop()
        return [value if type(value) in PLAIN else self.value(value) for value in about]

    def value(self, value):
        """Return a value as JSON holds it."""
        kind = type(value)
        if kind in PLAIN:
            return value
        if kind in NAMES:
            return {"object": self._object(kind, value)}
        if (found := self._rows.get(id(value))) is not None:
            return found
        if isinstance(value, Model):
            self.rows.setdefault(value._meta.label, set()).add(value.pk)
            self._rows[id(value)] = {"row": [value._meta.label, value.pk]}
            return self._rows[id(value)]
        return self._made_of(kind, value)

    def _made_of(self, kind, value):
        if kind is date:
            return {"day": value.isoformat()}
        if kind is dict:
            if PLAIN.issuperset(map(type, value.values())):
                return {"plain": value}
            return {"dict": {key: self.value(each) for key, each in value.items()}}
        if kind in (list, tuple):
            return {kind.__name__: [each if type(each) in PLAIN else self.value(each) for each in value]}
        return value.value  # one of a list of words

    def _object(self, kind, value):
        place = self._places.get(id(value))
        if place is None:
            name, of = NAMES[kind]
            packed = [name, *(each if type(each) in PLAIN else self.value(each) for each in of(value))]
            place = self._places[id(value)] = len(self.objects)
            self.objects.append(packed)
        return place


class Unpacker:
    """Makes values of what a ``Packer`` packed."""

    def __init__(self, objects, rows):
        self.rows, self.objects = {}, []
        self._ways = {"object": self.objects.__getitem__, "row": self._row, "day": date.fromisoformat}
        self._ways |= {"dict": self._dict, "list": self._list, "tuple": self._tuple, "plain": dict}
        for label, ids in rows.items():
            model = apps.get_model(label)
            near = [name for name in ("unit", "parent", "user") if name in {each.name for each in model._meta.fields}]
            self.rows[label] = model.objects.select_related(*near).in_bulk(ids)
        for name, *packed in objects:
            kind = KNOWN[name]
            found = (self.value(each) if type(each) is dict else each for each in packed)
            self.objects.append(kind(**dict(zip(FIELDS[kind], found, strict=True)), **MISSING.get(kind, {})))

    def line(self, packed):
        """Return field → value of a line."""
        return dict(zip(OF_A_LINE, map(self.value, packed), strict=False))

    def value(self, packed):
        """Return the value that was packed."""
        if type(packed) is not dict:
            return packed
        [(what, value)] = packed.items()
        return self._ways[what](value)

    def _row(self, packed):
        label, pk = packed
        return self.rows[label][pk]

    def _dict(self, packed):
        return {key: self.value(each) for key, each in packed.items()}

    def _list(self, packed):
        return [self.value(each) for each in packed]

    def _tuple(self, packed):
        return tuple(self.value(each) for each in packed)

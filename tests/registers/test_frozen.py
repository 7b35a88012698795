"""The document of a scheme is read once and shared: whoever would change it in place is refused."""

import json
from collections.abc import Mapping, MutableMapping, MutableSequence, Sequence
from copy import copy, deepcopy

import pytest

from registers.frozen import FrozenDict, FrozenList
from registers.models import Scheme
from registers.schemes.desk import drafts

pytestmark = [pytest.mark.django_db, pytest.mark.database("both")]

ARGUMENTS = {"insert": (0, 1), "__setitem__": (0, 1), "setdefault": ("new", 1), "__ior__": ({"new": 1},)}
NONE = {"clear", "popitem", "reverse", "sort"}
IN_PLACE = {
    name for kind in (dict, list) for name in dir(kind) if name.startswith("__i") and f"__{name[3:]}" in dir(kind)
}
CHANGES = [
    (kind, name)
    for kind, plain, changing, reading in (
        (FrozenDict, dict, MutableMapping, Mapping),
        (FrozenList, list, MutableSequence, Sequence),
    )
    for name in sorted(((set(dir(changing)) - set(dir(reading))) | IN_PLACE | {"sort"}) & set(dir(plain)))
]


@pytest.mark.parametrize(("kind", "name"), CHANGES)
def test_nothing_is_changed_in_place(kind, name):
    value = kind({0: 1} if kind is FrozenDict else [0])
    before = deepcopy(value)
    with pytest.raises(TypeError, match="shared"):
        getattr(value, name)(
            *(() if name in NONE else ARGUMENTS.get(name, ([0] if name in ("__iadd__", "extend") else 0,)))
        )
    assert value == before


def test_document_of_a_scheme_is_frozen_throughout_and_a_copy_of_it_is_not(campus):
    scheme = Scheme.objects.get(pk=campus.scheme.pk)
    document = scheme.document
    assert document is Scheme.objects.get(pk=campus.scheme.pk).document
    assert {type(part) for part in parts(document)} == {FrozenDict, FrozenList}
    assert {type(part) for part in parts(copy(document))} == {FrozenDict, FrozenList}
    assert {type(part) for part in parts(deepcopy(document))} == {dict, list}
    assert json.loads(json.dumps(document)) == document
    scheme.source = ""  # of a version from before its file was kept
    assert "identity:" in drafts.text_of(scheme)


def parts(value):
    """All dictionaries and lists in a document, itself included."""
    if isinstance(value, dict | list):
        yield value
        for inner in value.values() if isinstance(value, dict) else value:
            yield from parts(inner)

"""A comparison kept beside the file, so that whoever accepts it need not compare again.

It counts for as long as what it was made from is the same: ``basis`` is a digest of all that a comparison of its kind looks up. A
test holds both together.
"""

from django.db.models import Count, Max, Q, Sum

from registers.imports import occupied, people
from registers.imports.packing import Packer, Unpacker
from registers.imports.plans import Line, Plan
from registers.models import (
    Appointment,
    DomainCharge,
    Duty,
    Incumbency,
    Post,
    PowerItem,
    Regulation,
    RiskPoint,
    Scheme,
    Unit,
    UnitAlias,
    User,
)
from registers.models.spans import OPEN_VERSION
from registers.text import digest_of

_PROPOSED = Q(in_force_from=None)


def _values(rows, *names):
    return list(rows.order_by("pk").values_list(*names))


def _named(model, name):
    """Return the ids of what rows of a model name in a field, each once."""
    return list(model.objects.exclude(**{name: None}).order_by(name).values_list(name, flat=True).distinct())


def _users(*more):
    return _values(User.objects, "pk", "number", "name", "unit", "is_active", *more)


def _places(*more):
    """Return what ``places.Places`` looks up."""
    units = _values(Unit.objects, "pk", "code", "name", "position", "closed_on", *more)
    return units, _values(UnitAlias.objects, "name", "unit")


def _schemes():
    """Return which rule books are in use and there. A version never changes."""
    return _values(Scheme.objects.those_in_use(), "pk"), _values(Scheme.objects.filter(is_current=True), "pk")


def _held(on):
    return _values(Incumbency.objects.in_force(on), "pk", "user", "post__unit", "post__name")


def _of_work(on):
    """Return what files about the work of units look up: rule book, units, posts and who holds them."""
    posts = _values(Post.objects.existing(on), "pk", "unit", "code", "name")
    return (
        _schemes(),
        _places("parent"),
        posts,
        _values(Incumbency.objects.in_force(on), "pk", "user", "post"),
        _users(),
    )


def _powers():
    return _values(
        PowerItem.objects.filter(OPEN_VERSION | _PROPOSED), "pk", "unit", "name", "in_force_from", "in_force_until"
    )


def _points():
    """Return what tells points apart. Those in force never change; the others are few."""
    open_ones = RiskPoint.objects.filter(OPEN_VERSION).aggregate(Count("pk"), Max("pk"), Sum("pk"))
    return open_ones, _values(RiskPoint.objects.filter(_PROPOSED), "pk", "unit", "post", "content")


# Kind → function of (day of effect, today): what a comparison looks up beside who makes it.
LOOKED_UP = {
    "people": lambda on, today: [_users(*people.WORDS), _places(), _held(on)],
    "units": lambda on, today: [_places("parent", "unit_type"), _schemes()],
    "posts": lambda on, today: [
        _schemes(),
        _places(),
        _users(),
        _values(Post.objects.existing(on)),
        _values(Duty.objects),
        _values(Incumbency.objects.in_force(on)),
        occupied.made_by_people(),
        [_named(model, name) for model, name in occupied.WRITTEN_OF],
    ],
    "roles": lambda on, today: [
        today.isoformat(),
        _schemes(),
        _places("parent"),
        _users(),
        _values(Appointment.objects),
        _values(DomainCharge.objects),
    ],
    "powers": lambda on, today: [_of_work(on), _powers(), _values(Regulation.objects, "name")],
    "regulations": lambda on, today: [_places(), _values(Regulation.objects)],
    "ledgers": lambda on, today: [_of_work(on), _powers(), _points()],
}


def basis(file, actor):
    """Return the digest of what the comparison of a file depends on."""
    looked_up = LOOKED_UP[file.kind](file.effective_on, actor.on)
    return digest_of([file.kind, sorted(actor.unit_ids("registrar")), actor.user_id, looked_up])


def packed(plan):
    """Return of a plan what its acceptance needs beside its preview, as JSON holds it."""
    packer = Packer()
    lines = [packer.line(line) for line in plan.lines]
    return {
        "lines": lines,
        "objects": packer.objects,
        "rows": {label: sorted(ids) for label, ids in packer.rows.items()},
        "aliases": {name: unit.pk for name, unit in plan.aliases.items()},
    }


def restored(file):
    """Return the ``Plan`` that was packed, for what is on record is as it was."""
    kept, plan = file.plan, Plan(file.kind, {}, unchanged=file.compared["unchanged"])
    unpacker = Unpacker(kept["objects"], kept["rows"])
    units = Unit.objects.in_bulk(kept["aliases"].values())
    plan.aliases = {name: units[pk] for name, pk in kept["aliases"].items()}
    for (named, *words), about in zip(file.compared["lines"], kept["lines"], strict=True):
        plan.add(Line(*words, named=named, **unpacker.line(about)))
    return plan

"""A comparison of people kept beside the file, so that whoever accepts it need not compare again.

It counts for as long as what it was made from is the same: ``basis`` is a digest of all that a comparison of people looks up. A
test holds both together.
"""

from datetime import date

from registers.imports import people
from registers.imports.plans import Line, Plan
from registers.imports.posting import Wanted
from registers.imports.values import Day
from registers.models import Incumbency, Unit, UnitAlias, User
from registers.text import digest_of

_USER = ("pk", "number", "name", "unit", "is_active", *people.WORDS)
_UNIT = ("pk", "code", "name", "position", "closed_on")
_HELD = ("pk", "user", "post__unit", "post__name")


def basis(file, actor):
    """Return the digest of what the comparison of a file of people depends on, "" for the other kinds."""
    if file.kind != "people":
        return ""
    return digest_of(
        [
            list(User.objects.order_by("pk").values_list(*_USER)),
            list(Unit.objects.order_by("pk").values_list(*_UNIT)),
            list(UnitAlias.objects.order_by("pk").values_list("name", "unit")),
            list(Incumbency.objects.in_force(file.effective_on).order_by("pk").values_list(*_HELD)),
            sorted(actor.unit_ids("registrar")),
            actor.user_id,
        ]
    )


def packed(plan):
    """Return of a plan of people what its acceptance needs beside its preview, as JSON holds it."""
    numbers = {line.person.number: line.person for line in plan.lines if line.person is not None}
    return {
        "people": [_person(person) for person in numbers.values()],
        "lines": [_line(line) for line in plan.lines],
        "aliases": {name: unit.pk for name, unit in plan.aliases.items()},
    }


def _person(person):
    since, _ = person.since or (None, None)
    day = since.day.isoformat() if since else ""
    return [person.number, person.name, person.unit.pk if person.unit else None, person.values, day]


def _line(line):
    """Return who a line is about, and what else it changes; most lines are about a new person and nothing else."""
    new = line.person.number if line.person is not None else ""
    more = (
        line.user and line.user.pk,
        line.field,
        line.post and [line.post.unit.pk, line.post.name, line.post.note],
        line.incumbency and line.incumbency.pk,
    )
    return [new, *more] if any(more) else new


def restored(file):
    """Return the ``Plan`` that was packed, for what is on record is as it was."""
    kept, units = file.plan, Unit.objects.in_bulk()
    persons = {each[0]: _as_person(each, units) for each in kept["people"]}
    lines = [line if isinstance(line, list) else [line, None, "", None, None] for line in kept["lines"]]
    users = User.objects.in_bulk({user for _, user, *_ in lines if user})
    held = Incumbency.objects.in_bulk({incumbency for *_, incumbency in lines if incumbency})
    plan = Plan("people", {}, unchanged=file.compared["unchanged"])
    plan.aliases = {name: units[pk] for name, pk in kept["aliases"].items()}
    for shown, (new, user, field, post, incumbency) in zip(file.compared["lines"], lines, strict=True):
        named, *words = shown
        plan.lines.append(
            Line(
                *words,
                user=users.get(user),
                person=persons.get(new),
                post=Wanted(units[post[0]], *post[1:]) if post else None,
                field=field,
                incumbency=held.get(incumbency),
                named=named,
            )
        )
    return plan


def _as_person(written, units):
    number, name, unit, values, since = written
    since = Day(date.fromisoformat(since)) if since else None
    return people.Person(number, None, name, units.get(unit), values, since=(since, None))

"""People and roles behind the doors of their desk, and what is posted there."""

from registers import staff
from registers.models import DomainCharge


def charge_of_a_domain(world):
    """What the leader is in charge of beside units."""
    return DomainCharge.objects.create(user=world.campus.leader, domain="finance", since=world.clock.today)


def behind(world):
    """What the doors lead to: door → name → (arguments of the URL, the object)."""
    campus = world.campus
    people = {name: ({"pk": getattr(campus, name).pk}, None) for name in ("clerk", "registrar")}
    ends = ("person_leave", "person_disable", "person_enable", "person_slip", "person_unlock")
    head = campus.head.appointments.in_own_right().get(role="unit_head")
    return {
        **{door: {"": people["clerk"]} for door in ("person_detail", "person_edit", "person_transfer")},
        **dict.fromkeys(ends, people),
        "role_end": {"": ({"pk": head.pk}, None)},
        "domain_end": {"": ({"pk": world.charge.pk}, None)},
    }


def posted(world):
    """What is posted: a preview where the page shows one first."""
    campus, today = world.campus, world.clock.today.isoformat()
    empty = dict.fromkeys(("sort_key", "rank", "is_party_member", "email", "phone"), "")
    person = {**empty, "number": "D0001", "name": "丁小一", "title": "科员", "joined_on": today}
    return {
        "person_add": {**person, "unit": campus.unit.code},
        "person_edit": {**person, "seen": staff.seen_digest(campus.clerk)},
        "person_transfer": {"unit": campus.other_unit.code, "on": today, "preview": "1"},
        "person_leave": {"on": today, "preview": "1"},
        "person_disable": {"preview": "1"},
        "person_enable": {"preview": "1"},
        "role_add": {
            "number": campus.colleague.number,
            "role": "liaison",
            "units": [campus.unit.code],
            "seat": "",
            "since": today,
            "last": "",
            "preview": "1",
        },
        "role_end": {"last": today, "preview": "1"},
        "domain_end": {"last": today},
    }

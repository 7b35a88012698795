"""The campus as rows of the files that the import reads: units, people, posts, roles, regulations.

Each function returns rows as field → text, of ``registers.imports.synonyms``. The empty site offers them as workbooks.
"""

import csv
import io

from registers.actors import ADMINISTRATORS
from registers.imports import roles
from registers.imports.returning import head_in_template
from registers.imports.synonyms import PEOPLE, POSTS, REGULATIONS, ROLES, UNITS
from registers.models import Appointment, Post, Regulation, Unit
from workflows.demo.people import SCHOOL_PERSONAS

# These three are registered and appointed on the pages, and no file grants their offices.
BY_HAND = [persona.number for persona in SCHOOL_PERSONAS if persona.seat in ADMINISTRATORS]


def _units(campus):
    names = _names(campus)
    return [
        {
            "code": place.code,
            "name": place.name,
            "parent": names[place.above] if place.above else "",
            "type": Unit.Type(place.facts["unit_type"]).label,
        }
        for place in campus.places
    ]


def _people(campus):
    names = _names(campus)
    return [
        {
            "number": person.number,
            "name": person.name,
            "unit": names[person.unit],
            "title": person.title,
            "rank": person.rank,
            "party": "中共党员" if person.is_party_member else "群众",
            "email": person.email,
        }
        for person in campus.people.values()
        if person.number not in BY_HAND
    ]


def _posts(campus):
    rows = []
    for place, seat in campus.seated():
        holder = seat.holder.person if seat.holder else None
        rows.append(
            {
                "code": seat.code,
                "name": seat.name,
                "unit": place.name,
                "tier": Post.Tier(seat.tier).label,
                "risk": _yes(seat.is_risk),
                "key": _yes(seat.is_risk and seat.template["is_key_post"]),
                "domain": campus.rules.label_of("domains", seat.domain) if seat.domain else "",
                "holder_number": holder.number if holder else "",
                "holder": holder.name if holder else "",
                "since": seat.since.isoformat(),
                "duty": "\n".join(f"{number}. {text}" for number, text in enumerate(seat.template["duties"], start=1)),
            }
        )
    return rows


def _roles(campus):
    """The roles that a file may grant. Who keeps people and units is appointed by the security administrator."""
    names = _names(campus)
    return [
        {
            "number": person.number,
            "name": person.name,
            "unit": names[unit],
            "role": Appointment.Role(role).label,
            "since": campus.since.isoformat(),
        }
        for person, role, unit in campus.roles()
        if role not in roles.NEVER
    ]


def _regulations(campus):
    names = _names(campus)
    return [
        {
            "unit": names[one.unit],
            "name": one.name,
            "number": one.document_number,
            "issued_by": one.issued_by or campus.institution,
            "since": one.effective_on.isoformat() if one.effective_on else "",
            "state": Regulation.State(one.state).label,
            "remark": one.remark,
        }
        for one in campus.regulations.planned
    ]


def _names(campus):
    """Return code of a unit → its name, "" for the school."""
    return {"": campus.institution} | {place.code: place.name for place in campus.places}


def _yes(value):
    return "是" if value else "否"


# In the order in which they are imported: people name units, posts and roles name both.
ROWS = {UNITS: _units, PEOPLE: _people, POSTS: _posts, ROLES: _roles, REGULATIONS: _regulations}


def as_csv(kind, rows):
    """Return the bytes of a file of ``kind`` with these rows, under the heads of its template."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(head_in_template(kind, name) for name in rows[0])
    writer.writerows(row.values() for row in rows)
    return file.getvalue().encode()

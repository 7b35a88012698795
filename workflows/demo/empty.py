"""An empty trial site: its first administrator, and filled-in workbooks to be imported.

The workbooks describe the demo campus and its register of last year. Both are made for a moment, read and taken back, so that what
one imports is what the other demos show.
"""

import io

import openpyxl
from django.db import transaction

from registers import administrators
from registers.actors import ADMINISTRATORS
from registers.forms.imports import STAFF
from registers.imports import roles, samples
from registers.imports.returning import head_in_template
from registers.imports.synonyms import LEDGERS, PEOPLE, POSTS, POWERS, REGULATIONS, ROLES, UNITS
from registers.models import Appointment, Incumbency, PowerItem, Regulation, Unit, User
from workflows.demo import oldledger
from workflows.demo.people import DEMO_PASSWORD, SCHOOL_PERSONAS
from workflows.demo.register import Register

ADMIN = next(persona for persona in SCHOOL_PERSONAS if persona.seat == "sys_admin")
# These three are registered and appointed on the pages, and no file grants their offices.
BY_HAND = [persona.number for persona in SCHOOL_PERSONAS if persona.seat in ADMINISTRATORS]
MOST_POWERS = 60


def make(campus, *, institution, at):
    """Write the workbooks, then appoint the administrator of the otherwise empty site.

    Returns the paths of the workbooks in the order of use. ``campus``: one that is not made yet. ``institution``: the name of the
    school. Raises ``Refused``.
    """
    written, name = write(campus, institution=institution)
    administrators.appoint_first(
        number=ADMIN.number,
        name=name,
        password=DEMO_PASSWORD,
        institution=institution,
        at=at,
        email=f"{ADMIN.number}@example.edu.cn",
    )
    return written


def write(campus, *, institution):
    """Write the workbooks and leave the database as it was.

    Returns their paths in the order of use, and the name of the administrator.
    """
    with transaction.atomic():
        campus.make()
        Register(campus).make()
        Unit.objects.filter(parent=None).update(name=institution)
        on = campus.year.now.date()
        written = [samples.write(kind, rows(campus.rules), on=on) for kind, rows in ROWS.items()]
        ledger = oldledger.workbook(campus.rules, institution=institution, year=campus.year.number - 1)
        written.append(samples.keep(LEDGERS, ledger))
        samples.keep(STAFF, _together())
        name = User.objects.get(number=ADMIN.number).name
        transaction.set_rollback(True)
    return written, name


def _units(_):
    return [
        {
            "code": unit.code,
            "name": unit.name,
            "parent": unit.parent.name if unit.parent.parent_id else "",
            "type": unit.get_unit_type_display(),
        }
        for unit in Unit.objects.exclude(parent=None).select_related("parent")
    ]


def _people(_):
    return [
        {
            "number": user.number,
            "name": user.name,
            "unit": user.unit.name,
            "title": user.title,
            "rank": user.rank,
            "party": "中共党员" if user.is_party_member else "群众",
            "email": user.email,
        }
        for user in User.objects.exclude(number__in=BY_HAND).select_related("unit").order_by("unit", "number")
    ]


def _posts(_):
    held = Incumbency.objects.select_related("post__unit", "user").prefetch_related("post__duties")
    return [
        {
            "code": one.post.code,
            "name": one.post.name,
            "unit": one.post.unit.name,
            "tier": one.post.get_tier_display(),
            "risk": "是" if one.post.is_risk_post else "否",
            "key": "是" if one.post.is_key_post else "否",
            "holder_number": one.user.number,
            "holder": one.user.name,
            "since": one.since.isoformat(),
            "duty": "\n".join(f"{place}. {duty.text}" for place, duty in enumerate(one.post.duties.all(), start=1)),
        }
        for one in held.order_by("post__code")
    ]


def _roles(_):
    """The roles that a file may grant. Who keeps people and units is appointed by the security administrator."""
    granted = Appointment.objects.filter(role__in=roles.BY_TICK.values()).select_related("user", "unit")
    return [
        {
            "number": one.user.number,
            "name": one.user.name,
            "unit": one.unit.name,
            "role": one.get_role_display(),
            "since": one.since.isoformat(),
        }
        for one in granted.order_by("unit__position", "role", "user__number")
    ]


# The sheets of one workbook that holds units, people, posts and roles: name → columns as (kind, field).
TOGETHER = {
    "人员岗位": [
        *((UNITS, name) for name in ("code", "name", "parent", "type")),
        *((PEOPLE, name) for name in ("number", "name", "title", "rank", "party", "email")),
        *((POSTS, name) for name in ("code", "name", "tier", "risk", "key", "since", "duty")),
    ],
    "校领导": [(PEOPLE, name) for name in ("number", "name", "unit", "title", "rank", "party", "email")],
    "角色任职": [(ROLES, name) for name in ("number", "name", "unit", "role", "since")],
}


def _together():
    """Return the same units, people, posts and roles as one workbook, as a personnel office keeps them."""
    units = {row["name"]: row for row in _units(None)}
    posts, people = {}, _people(None)
    for row in _posts(None):
        posts.setdefault(row["holder_number"], row)  # the one that he holds now comes first
    rows = {"人员岗位": [], "校领导": [], "角色任职": [{ROLES: row} for row in _roles(None)]}
    for person in people:
        place = "人员岗位" if person["unit"] in units else "校领导"
        unit, post = units.get(person["unit"], {}), posts.get(person["number"], {})
        rows[place].append({PEOPLE: person, UNITS: unit, POSTS: post})
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, columns in TOGETHER.items():
        sheet = book.create_sheet(name)
        sheet.append([head_in_template(kind, column) for kind, column in columns])
        for row in rows[name]:
            sheet.append([row.get(kind, {}).get(column, "") for kind, column in columns])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _powers(rules):
    """One row a step; what is said of the whole power stands in its first row."""
    powers = PowerItem.objects.open().select_related("unit", "accountable_post").prefetch_related("steps")
    rows = []
    for power in powers.order_by("unit__position", "pk")[:MOST_POWERS]:
        whole = {
            "kind": power.get_kind_display(),
            "domain": rules.label_of("domains", power.domain) if power.domain else "",
            "post": power.accountable_post.name if power.accountable_post else "",
            "basis": power.legal_basis,
            "time_limit": power.time_limit,
            "commitment": power.service_commitment,
            "discipline": power.discipline,
            "balance": power.check_and_balance,
            "complaint": power.complaint_channel,
            "number": power.chart_number,
        }
        for step in power.steps.all():
            named = {"unit": power.unit.name, "name": power.name}
            of_step = {"step": step.procedure, "step_post": step.post_name, "step_time": step.time_limit}
            rows.append({**named, **whole, **of_step})
            whole = {}
    return rows


def _regulations(_):
    return [
        {
            "unit": one.unit.name,
            "name": one.name,
            "number": one.document_number,
            "issued_by": one.issued_by,
            "since": one.effective_on.isoformat() if one.effective_on else "",
            "state": one.get_state_display(),
            "remark": one.remark,
        }
        for one in Regulation.objects.select_related("unit")
    ]


# In the order in which they are imported: people name units, posts and roles name both, powers name posts.
ROWS = {
    UNITS: _units,
    PEOPLE: _people,
    POSTS: _posts,
    ROLES: _roles,
    REGULATIONS: _regulations,
    POWERS: _powers,
}

"""An empty trial site: its first administrator, and filled-in workbooks to be imported.

The workbooks describe the demo campus and its register of last year, so that what one imports is what the other demos show: their
organisation was imported from the same rows (``files``). Powers and the old ledger are read from a register that is made for a moment
and taken back.
"""

import io

import openpyxl
from django.db import transaction

from registers import administrators
from registers.forms.imports import STAFF
from registers.imports import samples
from registers.imports.returning import head_in_template
from registers.imports.synonyms import LEDGERS, PEOPLE, POSTS, POWERS, ROLES, UNITS
from registers.models import PowerItem
from workflows.demo import files, oldledger
from workflows.demo.founding import FIRST
from workflows.demo.people import DEMO_PASSWORD
from workflows.demo.register import Register

MOST_POWERS = 60


def make(campus, *, institution, at):
    """Write the workbooks, then appoint the administrator of the otherwise empty site.

    ``campus``: one that is not made yet. ``institution``: the name of the school. Raises ``Refused``.
    """
    write(campus, institution=institution)
    first = campus.people[FIRST.number]
    administrators.appoint_first(
        number=first.number,
        name=first.name,
        password=DEMO_PASSWORD,
        institution=institution,
        at=at,
        email=first.email,
    )


def write(campus, *, institution):
    """Write the workbooks and leave the database as it was."""
    campus.institution = institution
    with transaction.atomic():
        campus.make()
        Register(campus).make()
        on = campus.year.now.date()
        for kind, rows in files.ROWS.items():
            samples.write(kind, rows(campus), on=on)
        samples.write(POWERS, _powers(campus.rules), on=on)
        ledger = oldledger.workbook(campus.rules, institution=institution, year=campus.year.number - 1)
        samples.keep(LEDGERS, ledger)
        samples.keep(STAFF, _together(campus))
        transaction.set_rollback(True)


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


def _together(campus):
    """Return the same units, people, posts and roles as one workbook, as a personnel office keeps them."""
    given = {kind: files.ROWS[kind](campus) for kind in (UNITS, PEOPLE, POSTS, ROLES)}
    units = {row["name"]: row for row in given[UNITS]}
    posts = {row["holder_number"]: row for row in given[POSTS]}
    rows = {"人员岗位": [], "校领导": [], "角色任职": [{ROLES: row} for row in given[ROLES]]}
    for person in given[PEOPLE]:
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

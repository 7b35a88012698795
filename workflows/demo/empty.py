"""An empty trial site: its first administrator, and filled-in workbooks to be imported.

The workbooks describe the demo campus. It is made for a moment, read and taken back, so that what one imports is what the other
demos show.
"""

from django.db import transaction

from registers import administrators
from registers.imports import samples
from registers.imports.synonyms import PEOPLE, POSTS, UNITS
from registers.models import Incumbency, Unit, User
from workflows.demo.people import DEMO_PASSWORD, SCHOOL_PERSONAS

ADMIN = next(persona for persona in SCHOOL_PERSONAS if persona.seat == "sys_admin")


def make(campus, *, institution, at):
    """Write the workbooks, then appoint the administrator of the otherwise empty site.

    Returns the paths of the workbooks in the order of use. ``campus``: one that is not made yet. ``institution``: the name of the
    school. Raises ``Refused``.
    """
    with transaction.atomic():
        campus.make()
        Unit.objects.filter(parent=None).update(name=institution)
        on = campus.year.now.date()
        written = [samples.write(kind, rows(), on=on) for kind, rows in ROWS.items()]
        name = User.objects.get(number=ADMIN.number).name
        transaction.set_rollback(True)
    administrators.appoint_first(
        number=ADMIN.number,
        name=name,
        password=DEMO_PASSWORD,
        institution=institution,
        at=at,
        email=f"{ADMIN.number}@example.edu.cn",
    )
    return written


def _units():
    return [
        {
            "code": unit.code,
            "name": unit.name,
            "parent": unit.parent.name if unit.parent.parent_id else "",
            "type": unit.get_unit_type_display(),
        }
        for unit in Unit.objects.exclude(parent=None).select_related("parent")
    ]


def _people():
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
        for user in User.objects.exclude(number=ADMIN.number).select_related("unit").order_by("unit", "number")
    ]


def _posts():
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


# In the order in which they are imported: people name units, posts name both.
ROWS = {UNITS: _units, PEOPLE: _people, POSTS: _posts}

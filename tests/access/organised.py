"""What the desk of units and posts leads to: a unit, a post, another name, a change that is planned."""

from registers import clock
from registers.models import ControlMeasure, OrganisationChange, PlannedChange
from registers.responsible import together


def planned_change(world):
    """The change of a name that is planned for the end of the month."""
    return PlannedChange.objects.create(
        act="edit",
        unit=world.campus.unit,
        asked={"name": "计划财务处"},
        words="财务处更名为计划财务处",
        on=world.clock.today + clock.days(20),
        by=world.campus.registrar,
        made_at=world.clock.now,
    )


def planned_move(world):
    """The clerk leaves at the end of the month."""
    planned = planned_change(world)
    planned.act, planned.person, planned.words = "person_leave", world.campus.clerk, "甲一（clerk）：离岗"
    planned.save()
    return planned


def change_made(world):
    """A change that the registrar has made."""
    made = {"kind": "alias_added", "new": "计财处", "on": world.clock.today}
    by = {"by": world.campus.registrar, "made_at": world.clock.now}
    return OrganisationChange.objects.create(unit=world.campus.unit, **made, **by)


def behind(world):
    """What the doors lead to: door → name → (arguments of the URL, the object)."""
    code = {"code": world.campus.unit.code}
    return {
        "unit_keep": {"": (code, None)},
        "unit_alias_add": {"": (code, None)},
        "unit_change": {"": ({**code, "act": "child"}, None)},
        "unit_alias_drop": {"": ({"pk": world.campus.unit.aliases.first().pk}, None)},
        "planned_drop": {"": ({"pk": world.planned.pk}, None)},
        "post_change": {"": ({"code": world.posts["slight"].code, "act": "edit"}, None)},
    }


def posted(world):
    """What is posted at these doors: a preview, which changes nothing, or the change of a name."""
    on = world.clock.today.isoformat()
    return {
        "unit_alias_add": {"name": "财务部", "kind": "short"},
        "unit_change": {"name": "核算科", "code": "CW-HS", "unit_type": "section", "on": on},
        "post_change": {
            "name": "改名的岗位",
            "tier": "staff",
            "is_risk_post": "yes",
            "is_key_post": "no",
            "kind": "",
            "level": "",
            "domain": "",
            "backup": "",
            "duties": "办理核算",
            "on": on,
        },
    }


def responsibilities(world):
    """Who is named in a measure, read like the measure. Those whom no measure in force names nobody reads."""
    named, unused = together([world.campus.clerk]), together([world.campus.office_unit])
    ControlMeasure.objects.filter(text=world.canaries["slight prevention"]).update(responsible=named)
    return {named: "clerk unit", unused: ""}


def parties(world):
    """Those named, each by himself, read like ``responsibilities``."""
    return {row.parties.get(): readers for row, readers in responsibilities(world).items()}


def planned_rows(world):
    """What waits for its day: of units for registrars, of people for who keeps their accounts as well."""
    return {world.planned: "registrar", planned_move(world): "registrar sys_admin"}

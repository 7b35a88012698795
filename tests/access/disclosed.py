"""What the unit of these tests makes public and asks before it decides, who reads it, and what is posted to its pages."""

from workflows import activities, disclosures
from workflows.models import DisclosedPart, Disclosure, Opinion

# A record that was declared void is read by who watches the unit.
READERS = {
    "unit": "staff_below unit leader chair registrar office_staff other_head inspector sys_admin auditor student"
}
READERS["void"] = "unit leader chair registrar office_staff"
# Name of a text → who may come across it.
SEEN_BY = {
    "disclosure unit": READERS["unit"],
    "disclosed content": READERS["unit"],
    "file disclosure": READERS["unit"],
    "disclosure void": READERS["void"],
    "opinion": "staff_below unit leader chair registrar office_staff",
}
DOORS = ("detail", "edit", "void")
CONSULTATION = {"code": "expert-review", "label": "专家论证", "purpose": "consultation"}


class Disclosed:
    """``unit``: a matter of the unit with one part made public, with a file. ``void``: one that was declared void.

    ``consultation``: one of the unit, with an ``opinion``.
    """

    def __init__(self, world):
        self.world, campus = world, world.campus
        self.by = {"actor": world.year.actor(campus.liaison), "at": world.clock.now}
        self.rows = {name: self._matter(world.text(f"disclosure {name}")) for name in ("unit", "void")}
        part = self.rows["unit"].parts.first()
        values = {name: getattr(part, name) for name in disclosures.PART_FIELDS}
        values |= {"disclosed_on": world.clock.today, "channel": "website", "content": world.text("disclosed content")}
        self.part = disclosures.record(
            part.pk, values=values, uploads=[world.workbook("disclosure")], seen_version=0, **self.by
        )
        disclosures.void(self.rows["void"].pk, reason="重复", seen_version=0, **self.by)
        self.consultation = activities.enter(
            campaign=world.year.campaign,
            unit=campus.unit,
            values={
                "kind": "expert-review",
                "title": "论证",
                "held_on": world.clock.today,
                "experts": [["甲", "教授", "某大学"]],
            },
            expected=activities.NAMED,
            **self.by,
        )
        said = {"source": "专家", "words": world.text("opinion"), "adopted": "", "reason": ""}
        self.opinion = activities.enter_opinion(self.consultation.pk, values=said, **self.by)

    def _matter(self, title):
        scheme = self.world.campus.scheme
        values = dict.fromkeys(("power_name", "matter", "mode", "asked_by"), "")
        values |= dict.fromkeys(("power", "asked_on", "answer_due_on", "answered_on"))
        due = {part.code: self.world.clock.today for part in scheme.rules.disclosure.parts}
        return disclosures.enter(
            scheme=scheme, unit=self.world.campus.unit, values=values | {"title": title}, due=due, **self.by
        )

    def behind(self):
        """What the doors lead to: door → name → (arguments of the URL, the object)."""
        parts = {name: ({"pk": row.parts.first().pk}, None) for name, row in self.rows.items()}
        rows = {name: ({"pk": row.pk}, None) for name, row in self.rows.items()}
        opinion = {"": ({"pk": self.opinion.pk}, None)}
        return {f"disclosure_{door}": rows for door in DOORS} | {
            "disclosure_part": parts,
            "opinion_add": {"": ({"pk": self.consultation.pk}, None)},
            "opinion_edit": opinion,
            "opinion_drop": opinion,
        }

    def posted(self):
        """What is posted to the doors."""
        today = self.world.clock.today.isoformat()
        matter = {"title": "奖学金评审", "power": ""}
        parts = self.world.campus.scheme.rules.disclosure.parts
        public = {"disclosed_on": today, "channel": "board", "content": "结果", "place": "一楼大厅", "due_on": ""}
        return {
            "disclosure_add": {
                **matter,
                "unit": self.world.campus.unit.code,
                **{f"due-{part.code}": today for part in parts},
            },
            "disclosure_edit": {**matter, "seen_version": 1},
            "disclosure_part": {**public, "happened_on": today, "document_number": "", "seen_version": 1},
            "disclosure_void": {"reason": "登记有误", "seen_version": 1},
            "opinion_add": {"source": "专家", "words": "另一条", "adopted": "yes", "reason": ""},
            "opinion_edit": {
                "source": "专家",
                "words": "改过的",
                "adopted": "no",
                "reason": "工期不够",
                "seen_version": activities.opinion_digest(self.opinion),
            },
        }


def parts_of(world):
    """A part is read like its matter."""
    names = {row.pk: name for name, row in world.disclosed.rows.items()}
    return {part: READERS[names[part.disclosure_id]] for part in DisclosedPart.objects.all()}


# Model → the rows of the world with who reads them.
ROWS = {
    Disclosure: lambda world: {row: READERS[name] for name, row in world.disclosed.rows.items()},
    DisclosedPart: parts_of,
    Opinion: lambda world: {world.disclosed.opinion: SEEN_BY["opinion"]},
}

"""The inspections of the world of these tests, and what is posted to their pages."""

from datetime import date
from decimal import Decimal

from tests import factories
from tests.browser.pages import PASSWORD
from workflows.models import Inspection
from workflows.supervision import checklists, draws, inspections, opinions, plans

ITEM = {
    "kind": "random",
    "content": "采购中的防控措施落实情况",
    "methods": ["records"],
    "starts_on": date(2026, 11, 2),
    "ends_on": date(2026, 11, 30),
    "team": 3,
}
TERMS = {"starts_on": date(2026, 11, 9), "ends_on": date(2026, 11, 20), "covers": "", "contact": ""}
STATES = ("prepared", "begun", "opined", "answered", "concluded")


class Inspected:
    """A plan, a frozen pool, and an inspection of the unit in every state, led by the inspector."""

    def __init__(self, world):
        self.world, self.campus = world, world.campus
        self.plan = plans.plan_of(2026, **self.by(self.campus.office))
        self.items = {"untouched": self._item("untouched"), "drawn": self._item("drawn")}
        self.items |= {name: self._item(name, kind="special") for name in ("special", *STATES)}
        others = [
            factories.make_person(f"督{number}", self.campus.other_unit, number=f"team{number}") for number in range(3)
        ]
        self.team = [self.campus.inspector, *others[:2]]
        self.draw = draws.prepare(
            self.items["drawn"].pk,
            people=[*self.team, self.campus.second, self.campus.head, self.campus.sys_admin, *self._from_elsewhere()],
            excluded_units={},
            excluded_people={},
            number=1,
            seed_source="福彩3D",
            reason="",
            **self.by(self.campus.office),
        )
        self.inspections = {name: self._inspection(name) for name in STATES}

    def _item(self, name, kind="random"):
        values = ITEM | {"kind": kind, "title": f"检查{name}"}
        return plans.add(self.plan, values=values, **self.by(self.campus.office))

    def _from_elsewhere(self):
        return [factories.make_person(f"抽{number}", self.campus.root, number=f"pool{number}") for number in range(3)]

    def by(self, user):
        return {"actor": self.world.year.actor(user), "at": self.world.clock.now}

    def _inspection(self, state):
        """An inspection as far as ``state``."""
        world, leader = self.world, self.by(self.campus.inspector)
        values = TERMS | {"materials": world.text(f"materials {state}")}
        made = inspections.make(
            self.items[state].pk, unit=self.campus.unit, people=self.team, values=values, **self.by(self.campus.office)
        )
        for act in [self._begin, self._opine, self._answer, self._conclude][: STATES.index(state)]:
            act(made, leader)
        return Inspection.objects.select_related("plan", "unit").get(pk=made.pk)

    def _begin(self, made, leader):
        for person in self.team:
            inspections.declare(made.pk, avoids=False, reason="", **self.by(person))
        inspections.notify(made.pk, **self.by(self.campus.office))

    def _opine(self, made, leader):
        for line in made.checks.filter(kind="item"):
            said = checklists.Checked("good", self.world.text(f"check {made.pk}"), score=Decimal(line.full))
            checklists.check(line.pk, said, seen_version=0, **leader)
        opinions.opine(made.pk, words=self.world.text(f"opinion {made.pk}"), seen_version=self._seen(made), **leader)

    def _answer(self, made, leader):
        words = self.world.text(f"answer {made.pk}")
        said = {"stand": "plead", "words": words, "seen_version": self._seen(made)}
        opinions.answer(made.pk, **said, **self.by(self.campus.head))

    def _conclude(self, made, leader):
        words = self.world.text(f"conclusion {made.pk}")
        opinions.conclude(made.pk, words=words, seen_version=self._seen(made), **leader)

    def _seen(self, made):
        return Inspection.objects.get(pk=made.pk).version

    def behind(self):
        """The objects that the addresses lead to: door → name → (arguments, the object)."""
        untouched, drawn = ({"": ({"pk": row.pk}, None)} for row in (self.items["untouched"], self.draw))
        by_state = {name: ({"pk": row.pk}, row) for name, row in self.inspections.items()}
        lines = {name: row.checks.first() for name, row in self.inspections.items()}
        by_line = {name: ({"pk": line.pk}, line) for name, line in lines.items()}
        words = "detail edit seat declare notify call_off check own_check opinion answer conclude sign refuse"
        return {
            **dict.fromkeys(("inspection_item_edit", "inspection_item_drop", "inspection_pool"), untouched),
            **dict.fromkeys(("inspection_draw", "inspection_draw_file", "inspection_arrange"), drawn),
            "inspection_add": {"": ({"pk": self.items["special"].pk}, None)},
            **{f"inspection_{word}": by_state for word in words.split()},
            **dict.fromkeys(("inspection_check_save", "inspection_own_save"), by_line),
        }

    def posted(self):
        """Complete and correct form data: door → what is posted."""
        item = ITEM | {"title": "专项检查", "starts_on": "2026-11-02", "ends_on": "2026-11-30"}
        numbers = "\n".join(person["id"] for person in self.draw.pool["inspectors"])
        days = {"starts_on": "2026-11-09", "ends_on": "2026-11-20"}
        team = "\n".join(person.number for person in self.team)
        return {
            "inspection_plan": {"year": "2026"},
            "inspection_item_add": item,
            "inspection_item_edit": item | {"seen_version": 0},
            "inspection_pool": {"number": "1", "numbers": numbers, "seed_source": "福彩3D"},
            "inspection_draw": {"seed": "357", "witness": "见证人"},
            "inspection_add": days | {"unit": self.campus.unit.code, "numbers": team},
            "inspection_edit": days,
            "inspection_seat": {"number": "team2", "leaves": ""},
            "inspection_declare": {"avoids": "no"},
            "inspection_call_off": {"reason": "与巡察合并"},
            "inspection_check_save": {"result": "good", "words": "已核", "score": "1"},
            "inspection_own_save": {"own_result": "good", "own_words": "已自查"},
            "inspection_opinion": {"words": "初步意见"},
            "inspection_answer": {"stand": "accept"},
            "inspection_conclude": {"words": "结论"},
            "inspection_sign": {
                "password": PASSWORD,
                "seen_digest": opinions.digest_to_sign(self.inspections["concluded"]),
            },
            "inspection_refuse": {"words": "拒签", "witness": "工会"},
        }

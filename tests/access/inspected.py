"""The inspections of the world of these tests, and what is posted to their pages."""

from datetime import date

from workflows.supervision import draws, plans

ITEM = {
    "kind": "random",
    "content": "采购中的防控措施落实情况",
    "methods": ["records"],
    "starts_on": date(2026, 11, 2),
    "ends_on": date(2026, 11, 30),
    "team": 3,
}


class Inspected:
    """A plan with an item of which nothing was done, and one for which a pool is frozen."""

    def __init__(self, world):
        self.world = world
        year, at = world.year, world.clock.now
        office = year.actor(world.campus.office)
        self.plan = plans.plan_of(2026, actor=office, at=at)
        self.items = {
            name: plans.add(self.plan, values=ITEM | {"title": world.text(f"item {name}")}, actor=office, at=at)
            for name in ("untouched", "drawn")
        }
        campus = world.campus
        people = [
            campus.office,
            campus.second,
            campus.inspector,
            campus.other_head,
            campus.head,
            campus.colleague,
            campus.sys_admin,
        ]
        self.draw = draws.prepare(
            self.items["drawn"].pk,
            people=people,
            excluded_units={},
            excluded_people={},
            number=1,
            seed_source="福彩3D",
            reason="",
            actor=office,
            at=at,
        )

    def behind(self):
        """The objects that the addresses lead to: door → name → (arguments, the object)."""
        untouched = {"": ({"pk": self.items["untouched"].pk}, None)}
        drawn = {"": ({"pk": self.draw.pk}, None)}
        doors = ("inspection_item_edit", "inspection_item_drop", "inspection_pool")
        return {
            **dict.fromkeys(doors, untouched),
            **dict.fromkeys(("inspection_draw", "inspection_draw_file"), drawn),
        }

    def posted(self):
        """Complete and correct form data: door → what is posted."""
        item = ITEM | {"title": "专项检查", "starts_on": "2026-11-02", "ends_on": "2026-11-30"}
        numbers = "\n".join(person["id"] for person in self.draw.pool["inspectors"])
        return {
            "inspection_plan": {"year": "2026"},
            "inspection_item_add": item,
            "inspection_item_edit": item | {"seen_version": 0},
            "inspection_pool": {"number": "1", "numbers": numbers, "seed_source": "福彩3D"},
            "inspection_draw": {"seed": "357", "witness": "见证人"},
        }

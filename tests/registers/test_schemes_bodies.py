"""Which body decides what, under each rule book as its document has it: nobody's points become final below it (T5)."""

import pytest

from registers.schemes.language import StepKind
from tests.registers.test_schemes_all import RULES

pytestmark = pytest.mark.once

# Task → who fixes its grades, or passes it last where no step is for grades; the body that meets for it; and who may send it back.
GROUP, PARTY = ("school_group", "school-group"), ("party_committee", "party-committee")
CARRIED_003 = (GROUP, {"group_member", "unit_head", "leader_in_charge", "school_group"})
CARRIED_004 = (PARTY, {"unit_head", "leader_in_charge", "office", "party_committee"})
DECIDED = {
    "changchun-2016": {
        "personal-grading": (("unit_head", None), {"unit_head", "office"}),  # R1-27
        "unit-grading": (GROUP, {"unit_head", "school_group"}),  # R1-28
    },
    "tongliao5-2022": {
        "personal-registration": (("school_group", None), {"unit_head", "office", "school_group"}),
        "unit-registration": (("school_group", None), {"unit_head", "office", "school_group"}),
    },
    "nwnu-2012": {
        "personal-search": CARRIED_003,  # on 附表1, with the unit's own
        "unit-search": CARRIED_003,
        "post-grading": (GROUP, {"unit_head", "leader_in_charge", "school_group"}),
    },
    "imut-2011": {
        "personal-search": CARRIED_004,
        "unit-search": CARRIED_004,
        "school-search": (PARTY, {"party_committee"}),
    },
    "jiangsu-dynamic": {
        "personal-register": (("unit_head", None), {"unit_head"}),
        "unit-register": (("unit_head", None), {"unit_head"}),
    },
}


def deciding(steps):
    """The step that fixes grades, else the last at which somebody lets the sheet pass."""
    final = [step for step in steps if step.sets == "final_grade"]
    passing = [step for step in steps if step.kind not in (StepKind.PUBLICISE, StepKind.COPY)]
    return (final or passing)[-1]


@pytest.mark.parametrize("slug", RULES)
def test_grades_become_final_where_the_document_says(slug):
    rules, found = RULES[slug], {}
    for task in rules.tasks:
        if task.brings in ("grades", "post_grades") or "grades" in task.also:
            steps = rules.routes[(rules.carrier_of(task.code) or task).route].steps
            last = deciding(steps)
            found[task.code] = (last.role, last.body), {step.role for step in steps if step.may_return}
    assert found == DECIDED[slug]


def test_school_group_may_send_back_whatever_its_office_files():
    """R1-21: what the leading group finds inaccurate goes back to its unit."""
    filed = {
        code: step
        for code, route in RULES["changchun-2016"].routes.items()
        for step in route.steps
        if step.kind is StepKind.FILE and code.endswith("-search")
    }
    assert {code: step.overseen_by for code, step in filed.items()} == {
        "personal-search": "school-group",
        "unit-search": "school-group",
    }

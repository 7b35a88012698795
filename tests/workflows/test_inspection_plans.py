"""The yearly plan of inspections, and drawing units and inspectors so that anybody can draw again."""

import json
import subprocess
import sys
from datetime import date

import pytest
from django.conf import settings
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from registers.access import NotAllowed
from registers.actors import Actor
from registers.models import AuditEntry, Unit
from registers.refusals import Refused
from tests.factories import make_person
from workflows.models import Draw, Inspection
from workflows.supervision import drawing, draws, plans

pytestmark = [pytest.mark.django_db, pytest.mark.database("sqlite")]


def make_unit(name, parent, code):
    return Unit.objects.create(name=name, code=code, parent=parent, unit_type="office", position=9)


VALUES = {
    "kind": "random",
    "title": "下半年随机抽查",
    "content": "采购、报销中的防控措施落实情况",
    "methods": ["records", "visit"],
    "starts_on": date(2026, 10, 8),
    "ends_on": date(2026, 10, 30),
    "team": 3,
}


@pytest.fixture
def held(campus, clock):
    """The campus in autumn, with four more units and five people who may inspect."""
    clock.set("2026-09-15 10:00")
    campus.units = [make_unit(f"单位{number}", campus.root, code=f"U{number}") for number in range(4)]
    campus.people = [make_person(f"检{number}", campus.units[number % 4], number=f"j{number}") for number in range(5)]
    campus.actor = lambda user: Actor(user, on=clock.today)
    campus.plan = plans.plan_of(2026, actor=campus.actor(campus.office), at=clock.now)
    return campus


def add(held, clock, **values):
    return plans.add(held.plan, values=VALUES | values, actor=held.actor(held.office), at=clock.now)


def prepare(held, clock, item, **said):
    said = {"excluded_units": {}, "excluded_people": {}, "number": 2, "seed_source": "福彩3D", "reason": ""} | said
    people = [*held.people, held.head, held.liaison, held.office]
    return draws.prepare(item.pk, people=people, **said, actor=held.actor(held.office), at=clock.now)


def test_plan_is_made_once_a_year_by_the_office(held, clock):
    assert plans.plan_of(2026, actor=held.actor(held.office), at=clock.now) == held.plan
    with pytest.raises(NotAllowed):
        plans.plan_of(2027, actor=held.actor(held.head), at=clock.now)
    assert add(held, clock) == add(held, clock)  # sent twice


def test_methods_are_counted_by_items_units_and_conclusions(held, clock, client):
    first = add(held, clock, kind="special", title="专项", methods=["records", "visit"])
    add(held, clock, kind="special", title="另一专项", methods=["records"])
    said = {"plan": held.plan, "item": first, "made_by": held.office, "made_at": clock.now}
    said |= {"starts_on": first.starts_on, "ends_on": first.ends_on}
    states = [
        {},  # prepared: the unit knows nothing yet
        {"notified_at": clock.now},
        {"notified_at": clock.now, "called_off_at": clock.now, "call_off_reason": "合并"},
        {"notified_at": clock.now, "preliminary": "a", "preliminary_at": clock.now}
        | {"conclusion": "b", "concluded_at": clock.now},
    ]
    for number, (unit, state) in enumerate(zip(held.units, states, strict=True), 1):
        Inspection.objects.create(**said, unit=unit, number=number, **state)
    labels = {method.code: method.label for method in held.plan.rules.methods}
    counts = {label: found for label, *found in plans.by_method(held.plan)}
    assert list(counts) == list(labels.values())
    assert (counts[labels["records"]], counts[labels["visit"]]) == ([2, 2, 1], [1, 2, 1])
    assert all(
        found == [0, 0, 0] for label, found in counts.items() if label not in (labels["records"], labels["visit"])
    )
    client.force_login(held.office)
    page = client.get(reverse("inspection_plan")).content.decode()
    assert "安排 3 个单位，已通知 2 个，已作结论 1 个" in page


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"kind": "none"}, "kind"),
        ({"methods": []}, "methods"),
        ({"methods": ["records", "guess"]}, "methods"),
        ({"team": 2}, "team"),
        ({"ends_on": date(2026, 10, 1)}, "ends_on"),
        ({"starts_on": date(2027, 1, 1), "ends_on": date(2027, 1, 2)}, "starts_on"),
    ],
)
def test_item_against_the_scheme_is_refused(held, clock, values, field):
    with pytest.raises(Refused) as refused:
        add(held, clock, **values)
    assert refused.value.field == field
    assert not held.plan.items.exists()


def test_pool_is_frozen_before_the_seed_and_drawn_once(held, clock):
    item = add(held, clock)
    unit = held.units[0]
    draw = prepare(
        held, clock, item, excluded_units={unit.pk: "正在接受巡察"}, excluded_people={held.people[1].pk: "病假"}
    )
    with pytest.raises(Refused, match="还没有抽取"):
        prepare(held, clock, item)
    office = held.actor(held.office)
    made = draws.make(draw.pk, seed="357", witness="校工会代表", actor=office, at=clock.now)
    with pytest.raises(NotAllowed, match="已经完成"):
        draws.make(draw.pk, seed="358", witness="校工会代表", actor=office, at=clock.now)
    assert unit.code not in made.result["targets"]
    assert all("j1" not in order for order in made.result["teams"].values())
    with pytest.raises(Refused, match="写明原因"):
        prepare(held, clock, item)
    assert prepare(held, clock, item, reason="两个单位已合并").position == 2
    assert Draw.objects.count() == 2
    entry = AuditEntry.objects.get(act="inspection.draw")
    assert set(entry.detail) == {"pool", "result"}
    assert entry.detail["pool"] == draw.digest


def test_nobody_is_drawn_for_his_own_unit(held, clock):
    """Neither where he works, nor what lies above or below, nor where he has a part."""
    section = make_unit("下属科室", held.units[0], code="U0S")
    held.people[0].unit = section
    held.people[0].save()
    draw = prepare(held, clock, add(held, clock), number=7)
    made = draws.make(draw.pk, seed="1", witness="见证人", actor=held.actor(held.office), at=clock.now)
    assert set(made.result["targets"]) >= {"U0", "U1", held.unit.code}
    for number, person in enumerate(held.people):
        assert person.number not in made.result["teams"][f"U{number % 4}"]
        assert person.number in made.result["teams"][f"U{(number + 1) % 4}"]
    assert {held.head.number, held.liaison.number}.isdisjoint(made.result["teams"][held.unit.code])


def test_too_few_people_are_refused_before_the_draw(held, clock):
    with pytest.raises(Refused, match="检查人员不够"):
        prepare(held, clock, add(held, clock, team=9))
    with pytest.raises(Refused, match="可抽取的单位"):
        prepare(held, clock, add(held, clock), number=99)
    assert not Draw.objects.exists()


def test_anybody_draws_again_with_the_short_script(held, clock, client, tmp_path):
    """The script in docs reads the file that the page gives, knows nothing of this project, and prints the same."""
    draw = prepare(held, clock, add(held, clock), number=3)
    made = draws.make(draw.pk, seed="2026-10-08:357", witness="见证人", actor=held.actor(held.office), at=clock.now)
    client.force_login(held.office)
    answer = client.get(reverse("inspection_draw_file", args=[made.pk]))
    record = tmp_path / "draw.json"
    record.write_bytes(answer.content)
    script = settings.BASE_DIR / "docs" / "recompute_draw.py"
    printed = subprocess.run([sys.executable, "-I", script, record], capture_output=True, text=True, check=True).stdout
    expected = [[unit, *made.result["teams"][unit][:3]] for unit in made.result["targets"]]
    assert [line.split() for line in printed.splitlines()] == expected
    assert json.loads(answer.content)["result"] == made.result
    code = [line for line in script.read_text(encoding="utf-8").splitlines() if line and not line.startswith("import")]
    assert len(code) <= 12
    client.force_login(held.clerk)
    assert client.get(reverse("inspection_draw_file", args=[made.pk])).status_code == 404  # until it is released


@given(st.text(max_size=20), st.sets(st.text(min_size=1, max_size=5), min_size=1, max_size=12))
def test_order_depends_on_seed_and_codes_alone(seed, codes):
    first = drawing.order(seed, "targets", sorted(codes))
    assert first == drawing.order(seed, "targets", sorted(codes, reverse=True))
    assert set(first) == codes
    gone = first[0]
    assert drawing.order(seed, "targets", codes - {gone}) == first[1:]


def test_office_plans_and_draws_on_the_pages(held, clock, client):
    client.force_login(held.office)
    plan = reverse("inspection_plan") + "?year=2026"
    posted = {**VALUES, "starts_on": "2026-10-08", "ends_on": "2026-10-30"}
    answer = client.post(reverse("inspection_item_add") + "?year=2026", posted | {"team": "2"})
    assert answer.status_code == 422
    assert "检查组人数应为 3 到 15" in answer.content.decode()
    assert VALUES["content"] in answer.content.decode()
    assert client.post(reverse("inspection_item_add") + "?year=2026", posted).url == plan
    item = held.plan.items.get()
    assert "下半年随机抽查" in client.get(plan).content.decode()
    pool = reverse("inspection_pool", args=[item.pk])
    assert held.office.number in client.get(pool).content.decode()
    typed = {"number": "2", "numbers": "j0 j1\nj2，j3 j4", "seed_source": "福彩3D", f"out-{held.units[0].pk}": "合并中"}
    answer = client.post(pool, typed | {"absent": "j9 出差"})
    assert answer.status_code == 422
    assert "没有工号为“j9”的人员" in answer.content.decode()
    assert "合并中" in answer.content.decode()
    for absent, told in (
        ("j4 " + "病" * 101, "最多 100 字，现有 101 字"),
        ("j1,j2 出差", "请每人一行"),
        ("j4 病\nj4 事", "请每人一行"),
    ):
        answer = client.post(pool, typed | {"absent": absent})
        assert answer.status_code == 422
        assert told in answer.content.decode()
        assert absent.split()[-1] in answer.content.decode()
    draw = client.post(pool, typed | {"absent": "j4 出差"}).url
    assert "等待种子" in client.get(plan).content.decode()
    assert client.post(draw, {"seed": "", "witness": ""}).status_code == 422
    assert client.post(draw, {"seed": "357", "witness": "见证人"}).status_code == 302
    page = client.get(draw).content.decode()
    assert "出差" in page
    assert "357" in page
    client.force_login(held.auditor)
    assert client.get(plan).status_code == client.get(draw).status_code == 200
    assert client.get(pool).status_code == 403
    for user in (held.clerk, held.head, held.registrar):
        client.force_login(user)
        assert client.get(plan).status_code == 403
        assert client.get(draw).status_code == 404

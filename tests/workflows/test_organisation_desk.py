"""The pages on which a registrar keeps units and posts, as somebody uses them whose browser runs no script."""

from datetime import date

import pytest
from django.urls import reverse

from registers.models import Duty, Incumbency, PlannedChange, Unit
from registers.models.spans import is_closed
from tests.factories import make_person
from tests.noscript import Plain
from workflows.views.organisation import OF_POSTS, OF_UNITS

pytestmark = [pytest.mark.django_db, pytest.mark.database("postgresql")]


@pytest.fixture
def registrar(year):
    return Plain(year.campus.registrar)


def typed(year):
    """What is typed for each act, and what must be so afterwards. A new act has to be entered here."""
    campus, new = year.campus, make_person("新人", year.campus.unit, number="new")
    by_code = Unit.objects.filter
    of_units = {
        "child": ({"name": "核算科", "code": "CW1", "unit_type": "section"}, lambda: by_code(code="CW1").exists()),
        "edit": ({"name": "计财处"}, lambda: by_code(name="计财处", code="CW").exists()),
        "merge": ({"into": str(campus.other_unit.pk)}, lambda: is_closed(again(campus.unit), year.clock.today)),
        "divide": (
            {"name": "结算中心", "code": "JS1", "posts": [str(campus.post.pk)]},
            lambda: again(campus.post).unit.code == "JS1",
        ),
        "close": ({}, lambda: is_closed(by_code(code="EMPTY").get(), year.clock.today)),
        "post": (
            {"name": "出纳", "duties": "收款\n\n付款 ", "is_risk_post": "yes"},
            lambda: list(Duty.objects.filter(post__name="出纳").values_list("text", flat=True)) == ["收款", "付款"],
        ),
    }
    held = Incumbency.objects.in_force(year.clock.today).filter(post=campus.post)
    of_posts = {
        "edit": ({"name": "总账", "backup": "colleague"}, lambda: again(campus.post).backup == campus.colleague),
        "take": ({"user": "new", "beside": "no", "last": "2027-09-14"}, lambda: held.get().user == new),
        "leave": ({}, lambda: not held.exists()),
        "close": ({}, lambda: is_closed(again(campus.post), year.clock.today)),
    }
    return {"unit_change": of_units, "post_change": of_posts}


def again(row):
    return type(row).objects.get(pk=row.pk)


def change(registrar, door, code, act, /, **values):
    """Open the form of a change, fill it and ask what it brings, and return a function that confirms it."""
    address = reverse(door, args=[code, act])
    registrar.go(address)

    def send(*button, **more):
        form = registrar.form("@data-guard-unsaved")
        fill(form, more)
        registrar.press(form, *button, address=address)

    send(**values)
    return send


def fill(form, values):
    for name, value in values.items():
        field = form.inputs[name]
        if hasattr(field, "type") and field.type == "checkbox":
            field.checked = True
        elif isinstance(value, list):
            field.value = set(value)
        else:
            field.value = value


@pytest.mark.parametrize(
    ("door", "act"), [*(("unit_change", act) for act in OF_UNITS), *(("post_change", act) for act in OF_POSTS)]
)
def test_change_is_looked_at_and_confirmed(year, registrar, door, act):
    values, is_done = typed(year)[door][act]
    code = year.campus.post.code if door == "post_change" else "CW"
    if (door, act) == ("unit_change", "close"):
        Unit.objects.create(code="EMPTY", name="空单位", unit_type="office", parent=year.campus.root, position=9)
        code = "EMPTY"
    send = change(registrar, door, code, act, **values)
    assert "对在办表的影响" in registrar.words, registrar.complaints
    assert not is_done(), "a preview changes nothing"
    send("confirm", "1")
    assert "变更已生效" in registrar.page.text_content()
    assert is_done()


def test_what_is_wrong_stands_at_its_field_and_nothing_typed_is_lost(year, registrar):
    send = change(registrar, "unit_change", "CW", "edit", name="招生就业处", code="CW-2")
    assert any("已是“招生就业处”（ZS）的名称或别名" in words for words in registrar.complaints)
    assert registrar.form("@data-guard-unsaved").fields["code"] == "CW-2"
    send(name="财务处", code="CW", on="2029-01-01")
    assert any("前后一年之内" in words for words in registrar.complaints)


def test_confirmation_of_another_outcome_shows_the_new_one(year, registrar):
    send = change(registrar, "unit_change", "CW", "edit", name="计财处")
    send("confirm", "1", name="计划财务处")
    assert "预览以后情况有变化，没有办理" in registrar.words
    assert again(year.campus.unit).name == "财务处"
    send("confirm", "1")
    assert again(year.campus.unit).name == "计划财务处"


def test_planned_change_stands_on_the_desk_and_can_be_given_up(year, registrar):
    send = change(registrar, "unit_change", "CW", "edit", name="计财处", on="2026-10-01")
    assert "到生效日期自动办理" in registrar.words
    send("confirm", "1")
    assert "2026-10-01" in registrar.go(reverse("unit_desk")).words
    registrar.press(registrar.form("contains(@action, 'planned')"))
    assert PlannedChange.objects.get().dropped_at == year.clock.now
    assert "2026-10-01" not in registrar.go(reverse("unit_desk")).words


def test_unit_is_found_by_its_other_names(year, registrar):
    registrar.go(reverse("unit_keep", args=["CW"]))
    form = registrar.form("contains(@action, 'aliases/')")
    fill(form, {"name": "计财处", "kind": "short"})
    registrar.press(form)
    for asked in ("计财", "CW", "财务"):
        assert "财务处" in registrar.go(f"{reverse('unit_desk')}?q={asked}").words
    assert "会计核算" in registrar.go(f"{reverse('post_desk')}?q=计财处").words
    registrar.go(reverse("unit_keep", args=["ZS"]))
    form = registrar.form("contains(@action, 'aliases/')")
    fill(form, {"name": "计财处", "kind": "short"})
    registrar.press(form)
    assert any("已是“财务处”（CW）的名称或别名" in words for words in registrar.complaints)
    registrar.go(reverse("unit_keep", args=["CW"]))
    registrar.press(registrar.form("contains(@action, 'drop')"))
    assert "没有符合条件的单位" in registrar.go(f"{reverse('unit_desk')}?q=计财").words


def test_post_shows_its_duties_powers_and_steps_side_by_side(year, registrar, powers):
    fellow = make_person("同任", year.campus.unit)
    Incumbency.objects.create(post=year.campus.post, user=fellow, since=date(2026, 9, 1), until=date(2027, 9, 1))
    page = registrar.go(reverse("post_detail", args=[year.campus.post.code])).words
    for words in ("现任，任期至 2027-08-31", "办理会计核算", "设备采购立项审核", "本岗位"):
        assert words in page

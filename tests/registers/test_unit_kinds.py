"""Kinds of units that a rule book adds: known where it names kinds, offered where a unit gets one."""

import pytest

from registers import units
from registers.models import Scheme, Unit
from registers.schemes import versions
from registers.schemes.checking import loading
from tests.factories import moment
from tests.registers.mutated import FILES

pytestmark = pytest.mark.database("sqlite")

TEXT = next(path for path in FILES if path.stem.startswith("nwnu")).read_text(encoding="utf-8")
OWN = ("unit_types: [office,", "unit_types: [书院, office,")


def with_kinds(kinds, *change):
    text = TEXT.replace("\nranks: ", f"\nunit_kinds: [{kinds}]\nranks: ", 1)
    return text.replace(*change, 1) if change else text


@pytest.mark.parametrize(
    ("kinds", "fault", "remedy"),
    [
        ("书院, 书院", "单位类型“书院”重复", "每种类型只写一次"),
        ("section", "单位类型“section”重复", "系统已有的类型不必写"),
        ("实训中心", "没有单位类型“书院”", "先写进 unit_kinds"),
        (f"书院, {'长' * 21}", "有 21 字", "缩短到 20 字以内"),
    ],
)
def test_kind_that_is_wrong_is_found(kinds, fault, remedy):
    with pytest.raises(loading.SchemeFaults) as refused:
        loading.read_text(with_kinds(kinds, *OWN), "x.yaml")
    found = [row for row in refused.value.findings if fault in row.fault and remedy in row.remedy]
    assert found, [(row.fault, row.remedy) for row in refused.value.findings]


@pytest.mark.django_db
def test_kind_of_the_rule_book_in_use_is_offered_and_shown(campus):
    rules, document = loading.read_text(with_kinds("书院", *OWN), "x.yaml")
    scheme = versions.store(rules, document, at=moment("2026-09-01 09:00"))[0]
    Unit.objects.filter(parent=None).update(scheme_slug=scheme.slug)
    assert Scheme.objects.in_use() == scheme
    assert units.kinds()[-1] == ("书院", "书院")
    conditions = [condition for alternative in rules.scope.any_of for condition in alternative]
    assert any("书院" in condition.unit_types for condition in conditions)
    assert Unit(unit_type="书院").get_unit_type_display() == "书院"

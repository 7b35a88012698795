"""The chart of a power in force: its steps for everybody, its risks for those who may read them."""

import io

import pytest
from django.urls import reverse
from pypdf import PdfReader

from registers.models import PowerItem
from tests.noscript import Plain
from tests.personas import unit_point

pytestmark = [pytest.mark.django_db, pytest.mark.database("sqlite")]


@pytest.fixture
def item(year, powers):
    """The unit's power, with a graded risk of the unit at it."""
    year.searched(
        unit_point("拆分采购项目", power_item="设备采购立项审核", involved_posts="审核"),
        owner=year.campus.unit,
        code="unit-search",
    )
    return PowerItem.objects.get(in_force_from__isnull=False)


def page(user, item, risks=""):
    return Plain(user).client.get(reverse("power_detail", args=[item.series]), {"risks": risks}).content.decode()


def test_everybody_sees_the_steps(year, item):
    text = page(year.campus.colleague, item)
    for words in ("开始", "受理", "复核", "结束", "时限：1日"):
        assert f">{words}</text>" in text
    assert "拆分采购项目" not in text


def test_risks_show_to_those_who_may_read_them(year, item):
    assert "风险点1" in page(year.campus.head, item, "1")
    assert "拆分采购项目" in page(year.campus.head, item, "1")
    assert "拆分采购项目" not in page(year.campus.other_head, item, "1")


@pytest.mark.parametrize("risks", ["", "1"])
def test_chart_is_one_page_of_paper(year, item, risks):
    answer = Plain(year.campus.head).client.get(reverse("power_file", args=[item.series]), {"risks": risks})
    reader = PdfReader(io.BytesIO(answer.content))
    assert len(reader.pages) == 1
    text = reader.pages[0].extract_text()
    assert "设备采购立项审核" in text
    assert ("拆分采购项目" in text.replace("\n", "")) == bool(risks)

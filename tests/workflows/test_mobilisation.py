"""Which units have got started: group, liaison, work plan, meeting, documents read; those with gaps first."""

import pytest
from django.test import Client
from django.urls import reverse

from registers.models import GroupMember, LeadingGroup, Unit
from tests.factories import appoint, make_person
from tests.files import pdf
from tests.personas import Year
from tests.workflows.test_activities import record
from tests.workflows.test_reading import publish
from workflows import attachments, mobilisation, readings
from workflows.models import Submission

pytestmark = [pytest.mark.django_db, pytest.mark.database("sqlite")]


def overview(year):
    units = list(Unit.objects.filter(parent__isnull=False, appointments__role="unit_head"))
    return {row.unit.code: row for row in mobilisation.overview(year.campaign, units, on=year.clock.today)}


def file_group(year):
    sheet = year.sheet("group")
    members = ((year.campus.head, "leader"), (year.campus.deputy, "deputy"), (year.campus.member, "member"))
    sheet = year.submit(sheet, year.group(sheet, *members))
    return year.agree(year.agree(sheet, year.campus.head, signed=True), year.campus.office)


def test_unit_that_has_done_everything_has_no_gaps(year):
    file_group(year)
    record(year)
    document = publish(year)
    for user in (receipt.user for receipt in document.receipts.select_related("user")):
        readings.confirm(document.pk, actor=year.actor(user), at=year.clock.now)
    row = overview(year)["CW"]
    assert row.gaps == ()
    assert (row.group_state, row.members, row.plan, row.liaisons, row.meetings) == ("filed", 3, True, "乙一", 1)
    assert (row.read_share, row.last_meeting) == (100, year.clock.today)


def test_gaps_are_named_and_come_first(year):
    file_group(year)
    record(year)
    rows = overview(year)
    assert rows["ZS"].gaps == ("领导小组未备案", "没有联络员", "没有动员会记录")
    assert list(rows) == ["ZS", "CW"]


def test_list_in_force_from_last_year_does_not_count_as_filed(year):
    assert "领导小组未备案" in overview(year)["CW"].gaps


def test_group_that_shrank_below_the_least_is_a_gap(year):
    file_group(year)
    GroupMember.objects.filter(group__since=year.clock.today, user=year.campus.member).delete()
    assert "领导小组不足3人" in overview(year)["CW"].gaps


def test_uploaded_plan_counts(year):
    sheet = year.sheet("group")
    actor = year.actor(year.campus.liaison)
    attachments.change_files(sheet.pk, uploads=[pdf()], dropped=[], actor=actor, at=year.clock.now)
    file_group(year)
    assert overview(year)["CW"].files == 1


def test_unread_documents_are_a_gap_until_withdrawn(year):
    document = publish(year)
    assert "6人次未阅" in overview(year)["CW"].gaps
    readings.withdraw(document.pk, actor=year.actor(year.campus.liaison), at=year.clock.now)
    assert overview(year)["CW"].read_share is None


def test_contact_of_the_list_is_the_liaison_where_the_rule_book_asks_for_one(make_campus, clock):
    campus = make_campus(scheme="nwnu-2012")
    year = Year(campus, clock)
    assert "没有联络员" in overview(year)["CW"].gaps
    GroupMember.objects.filter(group=campus.group, user=campus.member).update(is_contact=True, phone="0000")
    assert overview(year)["CW"].liaisons == campus.member.name
    Submission.objects.filter(task__code="group", unit=campus.unit).update(
        state="filed", group=campus.group, filed_at=clock.now
    )
    LeadingGroup.objects.update(work_plan="")
    assert overview(year)["CW"].gaps == ("没有动员会记录",)  # R3-08 asks for the list alone


@pytest.mark.parametrize("scheme", ["tongliao5-2022", "imut-2011", "jiangsu-dynamic"])
def test_rule_book_without_groups_asks_for_none(make_campus, clock, scheme):
    campus = make_campus(scheme=scheme)
    appoint(make_person("癸一", campus.root), campus.root, "party_committee")  # one of them has it decide
    year = Year(campus, clock)
    assert overview(year)["CW"].gaps == ("没有动员会记录",)
    client = Client()
    client.force_login(year.campus.office)
    page = client.get(reverse("mobilisation_list")).content.decode()
    assert "没有动员会记录" in page and "领导小组已备案" not in page


def test_page_shows_each_reader_his_units(year):
    file_group(year)

    def page(user, query=""):
        client = Client()
        client.force_login(user)
        return client.get(reverse("mobilisation_list") + query).content.decode()

    office = page(year.campus.office)
    assert office.index("招生就业处") < office.index("财务处")
    assert "招生就业处" not in page(year.campus.head) and "财务处" in page(year.campus.head)
    record(year)
    gaps = page(year.campus.office, "?gaps=1")
    assert "招生就业处" in gaps and reverse("unit_detail", args=["CW"]) not in gaps


def test_units_are_listed_in_pages_and_counted_all(year):
    root, more = year.campus.root, range(60)
    units = [Unit(code=f"M{n:02}", name=f"部门{n:02}", unit_type="office", parent=root, position=9) for n in more]
    for unit in units:
        unit.save()
        appoint(year.campus.other_head, unit, "unit_head")
        year.campaign.enrolments.create(unit=unit, enrolled_on=year.clock.today)
    record(year)
    client, address = Client(), reverse("mobilisation_list")
    client.force_login(year.campus.office)

    def listed(query):
        answer = client.get(address + query)
        return [row.unit.code for row in answer.context["page"].rows], answer.context["stats"]

    first, counted = listed("")
    last, counted_again = listed("?page=2")
    assert counted == counted_again
    assert (counted["units"], counted["complete"], counted["met"]) == (62, 0, 1)
    assert (len(first), last[-1]) == (50, "CW")  # it has the fewest gaps
    assert set(first + last) == {"CW", "ZS", *(unit.code for unit in units)}
    assert listed("?gaps=1&page=2")[0] == last

"""One document per sheet: composed when it is handed in, kept, and what has been decided since (T3)."""

import pytest
from django.urls import reverse

from registers.models import RiskPoint
from tests.noscript import Plain
from tests.personas import point, unit_point
from tests.stories import played_once
from tests.workflows import signed
from workflows.models import CampaignTask, SheetDocument, Submission
from workflows.models.submissions import State
from workflows.routing import bulk
from workflows.sheets import documents

pytestmark = [pytest.mark.django_db, pytest.mark.database("sqlite")]


@pytest.fixture(autouse=True)
def listing(year, monkeypatch):
    """The unit's paper lists its people's points as well, as 003's does."""
    rules = year.sheet("unit-search").task.paper_rules.model_copy(update={"includes": "personal"})
    own = CampaignTask.paper_rules
    monkeypatch.setattr(
        CampaignTask, "paper_rules", property(lambda task: rules if task.code == "unit-search" else own.fget(task))
    )


@pytest.fixture
@played_once
def reviewed(year):
    """The unit's sheet waits for the office, reviewed and signed; then one more point of its people is filed."""
    year.searched(point("在先"))
    year.at("09-16")
    sheet = year.sheet("unit-search")
    sheet = year.review(year.submit(sheet, year.points(sheet, unit_point("单位"))))
    year.at("09-17")
    year.searched(point("在后"), owner=year.campus.head)
    return year.again(sheet)


def contents(document):
    return [row["content"] for row in document["rows"]]


def test_whoever_has_the_sheet_next_is_told_what_changed_and_may_file_it_as_it_was(year, reviewed):
    page = Plain(year.campus.office).go(reverse("submission_review", args=[reviewed.pk]))
    assert "表中所列的登记内容在提交之后有变动" in page.words
    assert "新增：" in page.words
    assert "“在后”" in page.words

    filed = year.agree(reviewed, year.campus.office)

    assert contents(documents.document(filed)) == ["单位", "在先"]
    assert signed.faults([filed], before=year.clock.today) == []


def test_recompiled_document_starts_its_review_anew(year, reviewed):
    before = list(reviewed.decisions.values_list("digest", flat=True))
    page = Plain(year.campus.office).go(reverse("submission_review", args=[reviewed.pk]))
    page.press(page.form("contains(@action, 'recompile')"))

    sheet = year.again(reviewed)
    assert (sheet.state, sheet.step, sheet.round) == (State.IN_REVIEW, "review", 2)
    assert not sheet.votes.filter(round=2).exists()
    now = documents.document(sheet)
    assert contents(now) == ["单位", "在先", "在后"]
    assert set(now["signoffs"]) == {"fill"}  # the filler's own stays
    last = sheet.decisions.last()
    assert (last.verdict, last.actor, last.digest in before) == ("recompile", year.campus.office, False)
    assert "表中所列的登记内容" not in Plain(year.campus.head).go(reverse("submission_review", args=[sheet.pk])).words

    filed = year.agree(year.review(sheet), year.campus.office)
    assert contents(documents.document(filed)) == ["单位", "在先", "在后"]
    assert signed.faults([filed], before=year.clock.today) == []


def test_act_on_many_leaves_it_for_a_look_of_its_own(year, reviewed):
    [outcome] = bulk.act(
        bulk.AGREE, {reviewed.pk: reviewed.version}, actor=year.actor(year.campus.office), at=year.clock.now
    )
    assert (outcome.kind, year.again(reviewed).version) == (bulk.SINGLY, reviewed.version)
    assert "有变动" in outcome.text


def test_nothing_to_recompile_is_refused(year):
    sheet = year.sheet("unit-search")
    sheet = year.review(year.submit(sheet, year.points(sheet, unit_point("单位"))))
    client = Plain(year.campus.office).client

    answer = client.post(reverse("submission_recompile", args=[sheet.pk]), {"seen_version": sheet.version})

    assert answer.status_code == 422
    assert "不必重新汇编" in answer.content.decode()
    assert SheetDocument.objects.filter(submission=sheet).count() == 1


def test_decided_grades_stand_beside_the_document_that_was_handed_in(year):
    year.searched(point("甲"), point("乙"))
    sheet = year.graded("grade-2", "grade-1")

    [kept] = SheetDocument.objects.filter(submission=sheet)
    assert all("final_grade" not in row for row in kept.content["rows"])
    decided = {row.step: row.decided for row in sheet.decisions.all() if row.decided}
    assert set(decided) == {"propose", "decide"}
    assert sorted(row["final_grade"] for row in documents.document(sheet)["rows"]) == ["一级", "二级"]
    assert signed.faults([sheet], before=RiskPoint.objects.earliest("in_force_from").in_force_from) == []


def test_sheet_taken_back_and_handed_in_again_has_a_document_for_each_time(year):
    sheet = year.sheet("personal-search")
    sheet = year.submit(sheet, year.points(sheet, point("甲")))
    sheet = year.withdraw(sheet)
    sheet = year.submit(sheet, year.points(sheet, point("乙")))
    sheet = year.send_back(year.submit(year.withdraw(sheet), year.points(sheet, point("丙"))), year.campus.head)

    assert [contents(row.content) for row in SheetDocument.objects.filter(submission=sheet)] == [["甲"], ["乙"], ["丙"]]
    assert contents(documents.document(sheet)) == ["丙"]
    assert signed.faults(Submission.objects.filter(pk=sheet.pk), before=year.clock.today) == []


def test_other_content_than_what_was_signed_is_found(year):
    """The control of ``signed.faults``: a document changed afterwards shows at every signature."""
    year.searched(point("甲"))
    sheet = year.sheet("personal-search")
    kept = SheetDocument.objects.get(submission=sheet)
    kept.content["rows"][0]["content"] = "改过"
    SheetDocument.objects.filter(pk=kept.pk).update(content=kept.content)

    found = signed.faults([sheet])

    assert len([fault for fault in found if "saw something else" in fault]) == sheet.decisions.count()
    assert len([fault for fault in found if "judged something else" in fault]) == 2

"""A ranking from its figures to its release: who sees what, what units contest, and by whom it is decided."""

from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from io import BytesIO
from itertools import pairwise

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from registers.access import NotAllowed
from registers.models import AuditEntry
from registers.papers import pictured
from registers.papers.writing import ledger_workbook
from registers.refusals import Refused, Stale
from tests.files import pdf, upload
from tests.personas import point
from tests.stories import played_once
from tests.workflows.ranked import Ranked
from workflows.compiled import rankings as papers
from workflows.models import (
    Notification,
    Publication,
    RankedUnit,
    Ranking,
    RankingContest,
    RankingFigure,
)
from workflows.publicity.rankings import computing, contests, releasing, shown

pytestmark = [pytest.mark.django_db, pytest.mark.database("sqlite")]
ENTRY = {"kind": "deduction", "code": "admonished", "times": 1, "origin": "found", "basis": "校纪〔2026〕3号"}


@pytest.fixture
@played_once
def ranked(year):
    ranked = Ranked(year)
    ranked.compute()
    return ranked


def places(ranked, group="colleges"):
    rows = ranked.ranking.units.filter(class_code=group)
    return {row.unit.name[0]: (row.place, str(row.score)) for row in rows.select_related("unit")}


def test_units_are_ranked_apart_by_class_and_ties_share_a_place(ranked):
    # timely 15, coverage 15, quality 20; the other figures do not apply and are left out
    assert places(ranked) == {
        "文": (1, "100.00"),
        "理": (2, "92.50"),  # 15 of 50 × 3/4 …
        "工": (2, "92.50"),
        "医": (4, "80.00"),
        "农": (5, "70.00"),
    }
    bands = dict(ranked.ranking.units.filter(class_code="colleges").values_list("unit__name", "band"))
    assert bands == {
        "文学院": "excellent",
        "理学院": "excellent",
        "工学院": "excellent",
        "医学院": "good",
        "农学院": "fair",
    }
    offices = ranked.ranking.units.filter(class_code="offices")
    assert offices.filter(score__isnull=False).exists()
    assert not offices.filter(place__isnull=False).exists()  # fewer than five: bands only
    assert not offices.filter(score__isnull=False, band="").exists()


def test_ranking_counted_again_from_its_workbook_is_the_same(ranked):
    """Nothing but the rows of the workbook, the weights printed there, and a few lines of arithmetic."""
    computing.enter(ranked.unit("理"), values=ENTRY | {"origin": "self"}, **ranked.by(ranked.campus.office))
    sheets = shown.worksheets(ranked.again(), actor=ranked.actor(ranked.campus.office))
    book = load_workbook(BytesIO(ledger_workbook(sheets)))
    counted, weights = defaultdict(dict), {}
    for sheet in book.worksheets[1:-2]:
        title, note = sheet["A1"].value, sheet["A2"].value
        weights[sheet.title] = int(title.split("权重")[1].strip(" ）"))
        for unit, _, counts, _ in sheet.iter_rows(min_row=4, max_col=4, values_only=True):
            if counts:
                number, of = counted[unit].get(sheet.title, (0, 0))
                counted[unit][sheet.title] = (number + (counts == "是"), of + 1)
        for figures in counted.values():
            if sheet.title in figures and "越低越好" in note:
                number, of = figures[sheet.title]
                figures[sheet.title] = (of - number, of)
    summary = [
        row for row in book.worksheets[0].iter_rows(min_row=4, max_col=6, values_only=True) if row[3] is not None
    ]
    assert len(summary) >= 6
    scores = {}
    for group, unit, _, score, _, off in summary:
        figures = counted[unit]
        mean = sum(Fraction(weights[name] * good, of) for name, (good, of) in figures.items())
        exact = 100 * mean / sum(weights[name] for name in figures) - Fraction(str(off))
        scores[group, unit] = (Decimal(exact.numerator) / exact.denominator).quantize(Decimal("0.01"), ROUND_HALF_UP)
        assert scores[group, unit] == Decimal(str(score)).quantize(Decimal("0.01"))
    for group, unit, place, *_ in summary:
        if place is not None:
            better = [one for (other, _), one in scores.items() if other == group and one > scores[group, unit]]
            assert place == 1 + len(better)


def test_workbook_holds_what_its_reader_may_read(ranked):
    ranked.show()
    sheets = shown.worksheets(ranked.again(), actor=ranked.actor(ranked.dean("农")))
    assert {row[1] for row in sheets[0].rows} == {"农学院"}
    assert {row[0] for sheet in sheets[1:] for row in sheet.rows} == {"农学院"}


def test_every_figure_says_what_it_was_counted_from(ranked):
    figure = ranked.figure("农", "timely")
    assert (figure.number, figure.of) == (1, 4)
    assert [source[0] for source in figure.sources] == [False, False, True, False]
    assert [source[4] for source in figure.sources][::3] == ["逾期 3 天提交", "应于 2026-08-20 前提交，尚未提交"]
    assert (ranked.figure("医", "quality").number, ranked.figure("医", "quality").of) == (2, 4)
    labels = " ".join(source[3] for row in RankingFigure.objects.all() for source in row.sources)
    assert not any(name in labels for name in ("甲一", "乙一", "丙一"))


def test_what_a_unit_sends_back_itself_does_not_count_against_it(year, submitted):
    campus = year.campus
    for voter in (campus.member, campus.head):
        year.vote(submitted, voter)
    sheet = year.send_back(year.agree(submitted, campus.head), campus.head)
    sheet = year.review(year.submit(sheet, year.points(sheet, point("甲"))))
    ranked = Ranked(year)
    quality = lambda: ranked.compute().units.get(unit=campus.unit).figures.get(code="quality")  # noqa: E731
    assert (quality().number, quality().of) == (0, 0)  # nobody above the unit has judged it
    year.agree(year.again(sheet), campus.office)
    assert (quality().number, quality().of) == (0, 1)


def test_points_off_are_halved_for_what_a_unit_reported_and_a_veto_caps_the_band(ranked):
    by = ranked.by(ranked.campus.office)
    computing.enter(ranked.unit("文"), values=ENTRY, **by)
    assert (ranked.unit("文").score, ranked.unit("文").deducted) == (Decimal(97), Decimal(3))
    computing.enter(ranked.unit("文"), values=ENTRY, **by)  # sent twice
    assert ranked.unit("文").deducted == 3
    computing.enter(ranked.unit("理"), values=ENTRY | {"origin": "self"}, **by)
    computing.enter(ranked.unit("工"), values=ENTRY | {"origin": "concealed", "times": 2}, **by)
    assert [ranked.unit(name).deducted for name in "理工"] == [Decimal("1.5"), Decimal(12)]
    veto = computing.enter(ranked.unit("文"), values=ENTRY | {"kind": "veto", "code": "incident"}, **by)
    row = ranked.unit("文")
    assert (row.place, row.score, row.band) == (1, Decimal(97), "poor")
    computing.drop(veto, **by)
    assert ranked.unit("文").band == "excellent"
    with pytest.raises(Refused, match="扣分或否决"):
        computing.enter(ranked.unit("文"), values=ENTRY | {"code": "incident"}, **by)


def test_unit_that_is_left_out_has_no_score_and_the_others_move_up(ranked):
    by = ranked.by(ranked.campus.office)
    ranked.colleges["外"] = ranked.add_college("外", 0, 0, 0)
    ranked.compute()
    computing.leave_out(ranked.unit("文"), why="本年度新设", **by)
    assert ranked.unit("文").score is None
    assert places(ranked)["外"][0] == 1
    ranked.compute()  # what was entered by hand stays
    assert ranked.unit("文").left_out == "本年度新设"
    computing.leave_out(ranked.unit("文"), why="", **by)
    assert places(ranked)["文"] == (1, "100.00")


def test_unit_that_came_in_late_is_not_ranked(year):
    ranked = Ranked(year)
    ranked.colleges["文"].enrolments.update(enrolled_on="2026-09-01")
    ranked.compute()
    assert ranked.unit("文").left_out == "纳入本年度活动不足 6 个月"
    assert ranked.unit("文").score is None


def test_whole_life_takes_two_people_and_the_units_days(ranked):
    campus = ranked.campus
    with pytest.raises(NotAllowed, match="办公室"):
        ranked.compute(by=campus.chair)
    ranked.show()
    assert str(ranked.again().contest_until) == "2026-11-09"
    with pytest.raises(NotAllowed, match="不能再改"):
        ranked.compute()
    with pytest.raises(NotAllowed, match="2026-11-09 结束"):
        ranked.decide()
    contest = ranked.contest("农")
    assert ranked.contest("农") == contest  # one at a time about a figure
    ranked.year.at("11-10")
    with pytest.raises(NotAllowed, match="没有答复"):
        ranked.decide()
    ranked.answer(contest, number=3, of=4)
    with pytest.raises(Refused, match="不适用的指标"):
        ranked.decide(agrees=False)
    with pytest.raises(NotAllowed, match="领导小组或党委审定"):
        ranked.decide(by=campus.second)
    with pytest.raises(Refused, match="建议的单位"):
        ranked.decide(praised={ranked.unit("农").pk})
    with pytest.raises(NotAllowed, match="审定以后"):
        ranked.release()
    ranked.decide(praised={ranked.unit("文").pk})
    with pytest.raises(NotAllowed, match="由他人公布"):
        ranked.release(by=campus.office)
    with pytest.raises(Stale):
        releasing.release(ranked.ranking.pk, reviewed=True, seen_version=0, **ranked.by(campus.second))
    with pytest.raises(Refused, match="保密与个人信息审查"):
        ranked.release(reviewed=False)
    result, published = ranked.release().result, Publication.objects.get()
    assert (published.drafted_by, published.released_by) == (ranked.ranking.shown_by, campus.second)
    named = [unit["name"] for group in result["classes"] for unit in group["units"]]
    assert [item["unit"] for item in published.items] == named
    assert result["praised"] == ["文学院"]
    assert result["contests"] == [1, 1]
    assert AuditEntry.objects.filter(act__startswith="ranking.").count() == 6


def test_contest_is_answered_with_a_reason_and_changes_the_figure(ranked):
    ranked.show()
    contest = ranked.contest("农")
    assert str(contest.answer_due_on) == "2026-11-09"
    assert Notification.objects.filter(kind="ranking.contest", recipient=ranked.campus.office).exists()
    with pytest.raises(Refused, match="更正后的数字"):
        ranked.answer(contest)
    with pytest.raises(Refused, match="相同"):
        ranked.answer(contest, number=1, of=4)
    with pytest.raises(Refused, match="不成立的，数据不变"):
        ranked.answer(contest, outcome="rejected", number=3, of=4)
    with pytest.raises(NotAllowed):
        ranked.answer(contest, number=3, of=4, by=ranked.dean("农"))
    before = ranked.unit("农").score
    ranked.answer(contest, number=3, of=4)
    figure = ranked.figure("农", "timely")
    assert (figure.number, figure.of, figure.counted, figure.counted_of) == (3, 4, 1, 4)
    assert figure.corrected
    assert ranked.unit("农").score == before + 15
    other = ranked.contest("理", "coverage")
    ranked.answer(other, outcome="rejected", words="记录完整，没有漏算。")
    assert places(ranked)["理"] == (2, "92.50")
    assert set(Notification.objects.filter(kind="ranking.answer").values_list("recipient", flat=True)) == {
        ranked.dean("农").pk,
        ranked.dean("理").pk,
    }


def test_figures_are_contested_by_the_unit_alone_and_in_its_days(ranked):
    with pytest.raises(NotAllowed, match="不是单位核对"):
        ranked.contest("农")
    ranked.show()
    with pytest.raises(NotAllowed, match="负责人、联络员"):
        ranked.contest("农", by=ranked.dean("理"))
    row = ranked.unit("农")
    with pytest.raises(Refused, match="哪一项"):
        contests.contest(row, figure=ranked.figure("理", "timely"), claim="有误", **ranked.by(ranked.dean("农")))
    ranked.year.at("11-10")
    with pytest.raises(NotAllowed, match="不是单位核对"):
        ranked.contest("农")


def test_unit_reads_its_own_figures_first_and_everybody_the_result_without_scores(ranked):
    campus = ranked.campus

    def reads(user):
        actor = ranked.actor(user)
        rows = RankedUnit.objects.visible_to(actor)
        return Ranking.objects.visible_to(actor).count(), rows.count()

    every = ranked.ranking.units.count()
    assert [reads(user) for user in (campus.office, campus.chair)] == [(1, every)] * 2
    assert [reads(user) for user in (ranked.dean("农"), campus.head, campus.clerk, campus.auditor)] == [(0, 0)] * 4
    ranked.show()
    assert [reads(user) for user in (ranked.dean("农"), campus.head, campus.clerk)] == [(1, 1), (1, 1), (0, 0)]
    ranked.year.at("11-10")
    ranked.decide()
    ranked.release()
    assert [reads(user) for user in (campus.clerk, campus.auditor)] == [(1, 0)] * 2


def test_result_tells_nothing_from_which_a_sanction_could_be_read(ranked):
    computing.enter(ranked.unit("理"), values=ENTRY, **ranked.by(ranked.campus.office))
    ranked.show()
    ranked.year.at("11-10")
    ranked.decide()
    result = ranked.release().result
    text = str(result)
    assert not any(word in text for word in ("诫勉", "admonished", "扣", "89.5", "score", "校纪"))
    colleges = next(group for group in result["classes"] if group["label"] == "学院")
    assert not colleges["explained"]
    assert all(unit["parts"] == {} for unit in colleges["units"])
    offices = next(group for group in result["classes"] if group["label"] == "机关部门")
    assert offices["small"]
    assert all(unit["place"] is None and unit["band"] and unit["parts"] == {} for unit in offices["units"])


def test_trend_follows_a_unit_through_the_released_years(ranked):
    ranked.show()
    ranked.year.at("11-10")
    ranked.decide()
    ranked.release()
    assert releasing.trend(releasing.released(), "C农") == [(2026, 5, 5, "基本合格")]
    [(year, place, _, band)] = releasing.trend(releasing.released(), "CW")
    assert (year, place) == (2026, None)  # a class of fewer than five
    assert band
    assert releasing.trend(releasing.released(), "nobody") == []
    assert shown.of_trend("农学院", [(2026, 5, 5, "合格")]) is None  # one year is no line


def test_line_over_the_years_has_the_first_place_on_top_and_leaves_gaps():
    years = [(2022, 5, 5, "差"), (2023, 1, 5, "优"), (2024, None, 3, "良"), (2025, 1, 1, "优"), (2026, 3, 5, "良")]
    line = shown.of_trend("农学院", years)
    marks = {mark.year: mark for mark in line.marks}
    assert list(marks) == [2022, 2023, 2025, 2026]
    assert marks[2023].y == marks[2025].y < marks[2026].y < marks[2022].y  # 1/5 and 1/1, 3/5, 5/5
    assert marks[2022].y <= line.height - 20
    steps = [one.x - before.x for before, one in pairwise(line.marks)]
    assert steps[1] == pytest.approx(2 * steps[0], abs=0.2)  # two years
    assert len(line.paths) == 2  # none over 2024


def test_contest_takes_evidence_which_those_who_read_it_may_open(ranked, client):
    ranked.show()
    row, dean, claim = ranked.unit("农"), ranked.dean("农"), {"claim": "已准予延期"}
    address = reverse("ranking_contest", args=[row.pk])
    figures = {"about": f"figure:{ranked.figure('农', 'timely').pk}"}
    client.force_login(dean)
    bad = client.post(address, claim | figures | {"files": upload("延期.pdf", b"nothing")})
    assert bad.status_code == 422
    assert "已准予延期" in bad.content.decode()
    for _ in range(2):  # sent twice
        assert client.post(address, claim | figures | {"files": pdf("延期.pdf")}).status_code == 302
    made = RankingContest.objects.get()
    other = client.post(address, {"claim": "还有一事"} | figures)
    assert "已经提出异议" in other.content.decode()
    assert "延期.pdf" in client.get(reverse("ranking_unit", args=[row.pk])).content.decode()
    file = made.attachments.get()
    readers = (dean, ranked.campus.office, ranked.campus.chair, ranked.dean("理"), ranked.campus.clerk)
    seen = [type(file).objects.visible_to(ranked.actor(user)).filter(pk=file.pk).exists() for user in readers]
    assert seen == [True, True, True, False, False]


def test_released_ranking_is_a_picture_in_the_page_and_in_a_pdf(ranked, client):
    ranked.show()
    ranked.year.at("11-10")
    ranked.decide()
    made = ranked.release()
    client.force_login(ranked.campus.clerk)
    assert "各类单位的档次分布" in client.get(reverse("ranking_detail", args=[made.pk])).content.decode()
    answer = client.get(reverse("ranking_picture_file", args=[made.pk]))
    assert answer.content.startswith(b"%PDF-")
    shows = papers.pictured(made, shown.of_result(made.result))
    listed = [row[1] for table in shows["tables"] for row in table.rows]
    assert sorted(listed) == sorted(unit["name"] for group in made.result["classes"] for unit in group["units"])
    page = pictured.to_html("结果", **shows)
    assert page.lstrip().lower().startswith("<!doctype html>")
    assert "农学院" in page
    assert "92.50" not in page  # no score


def test_number_of_queries_does_not_depend_on_the_number_of_sheets(ranked, django_assert_max_num_queries):
    with django_assert_max_num_queries(200) as few:
        ranked.compute()
    for name in "外史":
        ranked.add_college(name, 1, 1, 1, sheets=12)
    with django_assert_max_num_queries(200) as many:
        ranked.compute()
    assert len(many) - len(few) == 2  # the rows of the two new units

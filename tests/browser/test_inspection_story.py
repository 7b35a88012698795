"""From the draw to the ranking in a browser: inspected on a telephone, found, put right, lighter, ranked, contested, released."""

import pytest

from registers.models import RiskPoint
from tests.browser.conftest import PHONE
from tests.browser.pages import read
from tests.files import PDF
from tests.workflows.ranked import DECISION, Ranked
from tests.workflows.test_controls import put
from tests.workflows.test_inspection_plans import VALUES
from tests.workflows.test_inspections import Story as Inspected
from tests.workflows.test_residual_points import FULL, checked
from workflows.models import Draw, Finding, Inspection, Ranking, RankingContest
from workflows.supervision import inspections, opinions, plans

pytestmark = pytest.mark.database("site")

PROOF = {"name": "现场照片.pdf", "mimeType": "application/pdf", "buffer": PDF}
FACT = "抽查 20 份采购记录，3 份没有比价"
OPEN = "检查发现的问题尚未销号"
WIDTH = "document.documentElement.scrollWidth <= innerWidth"


class Story:
    """The acts of an autumn, each by the person whose it is. What has no page of its own here is done beside the browser."""

    def __init__(self, site, year):
        self.site, self.campus, self.year = site, site.campus, year
        self.story = Inspected(site.campus, site.clock)
        self.measures = put(self.campus, "采购不比价", rank=2, level="unit", **FULL)
        for measure in self.measures:
            checked(self.campus, measure, site.clock.today)
        self.ranked = Ranked(year)

    def visitor(self, user, address, **options):
        return self.site.visitor(user, **options).go(address)

    def fill(self, visitor, **typed):
        for name, text in typed.items():
            visitor.page.locator(f"[name={name}]").fill(text)

    # -- drawn -----------------------------------------------------------------------------------------
    def units_are_drawn(self):
        values = VALUES | {"starts_on": self.site.clock.today, "ends_on": self.site.clock.today}
        item = plans.add(self.story.plan, values=values, **self.story.by(self.campus.office))
        office = self.visitor(self.campus.office, f"/inspections/plan/{item.pk}/pool/")
        numbers = "\n".join(person.number for person in self.story.team)
        self.fill(office, number="1", numbers=numbers, seed_source="11月3日开奖的福彩3D")
        for box in office.page.locator("[name^=out-]").all():
            if box.get_attribute("name") != f"out-{self.campus.unit.pk}":
                box.fill("本年度已检查")
        office.press("确定名单")
        self.fill(office, seed="357", witness="工会代表")
        office.press("抽取")
        assert Draw.objects.get().result["targets"] == [self.campus.unit.code]
        office.press("按结果安排检查")
        self.story.made = Inspection.objects.get()
        for person in self.story.team:
            inspections.declare(self.story.made.pk, avoids=False, reason="", **self.story.by(person))
        office.go(f"/inspections/{self.story.made.pk}/").press("发出检查通知")
        # Whoever the lot made the leader of the team leads it.
        leader = self.story.made.seats.get(leads=True).user
        self.story.team.sort(key=lambda person: person != leader)

    # -- inspected on a telephone --------------------------------------------------------------------
    def lines_typed_without_network_outlive_the_page(self):
        """The page is closed before the network is back; opened again it sends them all, and keeps none."""
        first, second = self.story.lines("item")[:2]
        address = f"/inspections/{self.story.made.pk}/check/"
        self.inspector = inspector = self.visitor(self.story.team[0], address, viewport=PHONE)
        context = inspector.page.context
        assert inspector.page.evaluate(WIDTH)  # nothing sticks out of the screen
        context.set_offline(True)
        line = inspector.page.locator(f"#check-{first.pk}")
        line.get_by_label("核查结果").select_option("part")
        line.get_by_label("得分").fill("7.5")
        for label, count in (("总数", "120"), ("抽查数", "20"), ("不符数", "3")):
            line.get_by_label(label).fill(count)
        line.get_by_label("核查情况").fill("第一行\n3 份没有比价")
        inspector.page.locator(f"#check-{second.pk}").get_by_label("核查情况").fill("话没有说完")
        line.get_by_text("网络不通，已存在本机").wait_for()
        assert "有 2 项还没有发送" in inspector.text()
        inspector.page.close()
        context.set_offline(False)
        inspector.page = context.new_page()
        inspector.go(address)
        inspector.page.get_by_text("全部内容已保存。").wait_for()
        for line in (first, second):
            line.refresh_from_db()
        assert (first.result, first.score, first.sampled_of, first.sampled, first.wrong) == ("part", 7.5, 120, 20, 3)
        assert (first.words, second.words) == ("第一行\n3 份没有比价", "话没有说完")
        assert {first.checked_by, second.checked_by} == {self.story.team[0]}
        assert inspector.page.evaluate("localStorage.length") == 0
        inspector.page.reload()
        again = inspector.page.locator(f"#check-{first.pk}")
        assert again.get_by_label("核查情况").input_value() == "第一行\n3 份没有比价"

    def something_is_found(self):
        line = self.story.lines("measure")[0]
        inspector = self.inspector
        inspector.page.locator(f"#check-{line.pk}").get_by_role("link", name="记录问题").click()
        inspector.page.wait_for_load_state()
        self.fill(inspector, fact=FACT, demand="补齐比价材料")
        inspector.page.locator("[name=files]").set_input_files([PROOF])
        inspector.press("记录")
        assert "已记录为问题 2026-1-1" in inspector.page.locator("body").inner_text()
        assert inspector.page.evaluate(WIDTH)
        self.finding = Finding.objects.get()
        assert self.finding.measure_series == line.measure_series
        self.story.opine()
        head, leader = self.story.by(self.campus.head), self.story.by(self.story.team[0])
        opinions.answer(self.story.made.pk, stand="accept", words="", seen_version=self.story.seen(), **head)
        opinions.conclude(self.story.made.pk, words="有一处问题", seen_version=self.story.seen(), **leader)

    # -- put right -----------------------------------------------------------------------------------
    def grade_of_the_point(self):
        point = RiskPoint.objects.get(series=self.measures[0].point_series)
        return read(self.visitor(self.campus.head, f"/risks/{point.series}/").page.locator("main"))

    def unit_puts_it_right_and_another_closes_it(self):
        assert OPEN in self.grade_of_the_point()
        page = f"/findings/{self.finding.pk}/"
        head = self.visitor(self.campus.head, page)
        head.page.locator("[name=kind]").select_option("plan")
        self.fill(head, words="重新比价，完善内控", owner=self.campus.clerk.number)
        head.press("提交")
        clerk = self.visitor(self.campus.clerk, page)
        clerk.page.locator("[name=kind]").select_option("ask")
        self.fill(clerk, words="三份已补齐")
        clerk.page.locator("[name=files]").set_input_files([PROOF])
        clerk.press("提交")
        assert "待复查" in clerk.text()
        another = self.visitor(self.story.team[1], page)
        another.page.locator("[name=kind]").select_option("closed")
        self.fill(another, words="现场核对，已补齐")
        another.press("提交")
        assert "已销号" in another.text()

    # -- ranked ----------------------------------------------------------------------------------------
    def units_are_ranked(self):
        office = self.visitor(self.campus.office, "/rankings/")
        office.press("计算2026年排名")
        office.press("交单位核对")
        self.ranking = Ranking.objects.get()
        head = self.visitor(self.campus.head, "/rankings/")
        head.page.get_by_role("link", name="2026年单位排名").click()
        head.page.get_by_role("link", name=self.campus.unit.name).click()
        head.page.get_by_role("link", name="提出异议").click()
        head.page.wait_for_load_state()
        head.page.locator("[name=about]").select_option(index=1)
        self.fill(head, claim="已按通知延期")
        head.page.locator("[name=files]").set_input_files([PROOF])
        head.press("提交")
        assert PROOF["name"] in head.text()
        contest = RankingContest.objects.get()
        office.go(f"/rankings/contests/{contest.pk}/answer/")
        office.page.locator("[name=outcome]").select_option("rejected")
        self.fill(office, words="没有延期的批复")
        office.press("答复")
        assert "没有延期的批复" in head.go(head.page.url).text()

    def ranking_is_decided_and_released_by_others(self):
        self.year.at("11-13")
        page = f"/rankings/{self.ranking.pk}/"
        chair = self.visitor(self.campus.chair, f"{page}decide/")
        self.fill(chair, decision=DECISION)
        for box in chair.page.locator("[name=agrees]").all():
            box.check()
        chair.press("审定")
        second = self.visitor(self.campus.second, page)
        second.page.locator("[name=reviewed]").check()
        second.press("公布")
        everybody = self.visitor(self.campus.colleague, page, viewport=PHONE)
        assert "公布的结果" in everybody.text()
        assert everybody.page.locator("svg.bars").is_visible()
        assert everybody.page.evaluate(WIDTH)


def test_from_the_draw_to_the_released_ranking(site, year):
    site.expect("net::ERR_INTERNET_DISCONNECTED")
    story = Story(site, year)
    story.units_are_drawn()
    story.lines_typed_without_network_outlive_the_page()
    story.something_is_found()
    story.unit_puts_it_right_and_another_closes_it()
    assert OPEN not in story.grade_of_the_point()
    story.units_are_ranked()
    story.ranking_is_decided_and_released_by_others()

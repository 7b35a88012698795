"""From an empty database to the first self-check, by the pages and the workbooks alone, in the order of 开始使用."""

import io
import re

import openpyxl
import pytest
from django.core.management import call_command
from pypdf import PdfReader

from registers import passwords
from registers.imports import samples
from registers.models import Appointment, PowerItem, RiskPoint, Scheme, Unit, User
from tests.browser.conftest import Site
from tests.browser.pages import labelled
from tests.factories import make_scheme
from workflows.demo import empty, oldledger
from workflows.demo.campus import HOME, Campus
from workflows.demo.corpus import Corpus, Vocabulary
from workflows.demo.people import UNIT_PERSONAS
from workflows.demo.year import Year
from workflows.models import Campaign, Submission

pytestmark = pytest.mark.database("site")

SCHOOL, CHOSEN = "某大学", "qing-song-2027"
GIVEN = rf"[{passwords.LEGIBLE}]{{4}}(?:-[{passwords.LEGIBLE}]{{4}}){{2}}"
CLERK, HEAD = (next(one.number for one in UNIT_PERSONAS if one.seat == seat) for seat in ("holder", "head"))


@pytest.fixture
def empty_site(chromium, live_server, transactional_db, clock, settings, tmp_path):
    """A site with a rule book that nobody has adopted and nothing else, and the workbooks of a school beside it."""
    settings.VAR, settings.INSTITUTION_NAME, settings.DEMO = tmp_path, SCHOOL, True
    clock.set("2026-07-13 10:00")
    scheme, corpus = make_scheme(), Corpus()
    words, year = Vocabulary(scheme.rules, corpus), Year.of(scheme.rules, 2026)
    empty.write(
        Campus(scheme=scheme, corpus=corpus, words=words, year=year, size="trial", seed=2026), institution=SCHOOL
    )
    site = Site(chromium, live_server.url, None, clock)
    yield site
    site.close()
    assert site.verdict() == []


def signed_in(site, number, given):
    """Sign in with a one-time password, and choose another as the page demands."""
    visitor = site.visitor()
    visitor.sign_in(number, given)
    visitor.go("/")
    assert "您用一次性密码登录" in visitor.text()
    for label, word in (("当前密码", given), ("新密码", CHOSEN), ("再输一次新密码", CHOSEN)):
        labelled(visitor.page, label).fill(word)
    visitor.press("修改密码")
    assert "新密码已经生效" in visitor.text()
    return visitor


def begin(visitor, link):
    """Follow a link of the page 开始使用."""
    visitor.go("/").page.get_by_role("link", name="开始使用").first.click()
    visitor.page.locator("main").get_by_role("link", name=link, exact=True).first.click()
    visitor.page.wait_for_load_state()


def register(visitor, number, name):
    begin(visitor, "登记人员")
    visitor.page.get_by_role("link", name="新增人员").click()
    labelled(visitor.page, "工号").fill(number)
    labelled(visitor.page, "姓名").fill(name)
    visitor.select(visitor.page, "所在单位", SCHOOL)
    visitor.press("保存")


def appoint(visitor, number, role):
    begin(visitor, "任命")
    visitor.page.get_by_role("link", name="新增任职").click()
    labelled(visitor.page, "工号").fill(number)
    visitor.select(visitor.page, "角色", role)
    visitor.page.get_by_label(SCHOOL).check()
    visitor.press("预览影响")
    visitor.press("确认任职")


def slips(visitor, button):
    """Print slips; return number → one-time password."""
    with visitor.page.expect_download() as waiting:
        visitor.press(button, settle=False)
    text = "\n".join(page.extract_text() for page in PdfReader(waiting.value.path()).pages)
    return dict(re.findall(rf"工号\s*(\w+).*?({GIVEN})", text, re.DOTALL))


def bring_in(visitor, link, kind, said):
    """Import the sample of a kind: nothing of it is wrong, nothing is asked."""
    begin(visitor, link)
    visitor.page.locator("[name=files]").set_input_files(samples.path_of(kind))
    visitor.press("上传并核对")
    assert "须改正" not in visitor.text()
    assert "需要您回答" not in visitor.text()
    visitor.press("导入")
    assert said in visitor.text()


def bring_in_together(visitor):
    """Import the one workbook of units, people, posts and roles, looking at each before the next."""
    begin(visitor, "导入单位")
    visitor.select(visitor.page, "导入的内容", "单位、人员、岗位和角色（在同一个文件里）")
    visitor.page.locator("[name=files]").set_input_files(samples.path_of("staff"))
    visitor.press("上传并核对")
    for kind in ("单位", "人员", "岗位", "角色任职"):
        assert "须改正" not in visitor.text(), kind
        assert "需要您回答" not in visitor.text(), kind
        visitor.press("导入")
    assert "文件内容不再保留" in visitor.text()


def sign(visitor, task):
    visitor.open_task(task, button="办理").decide("通过并签字", password=CHOSEN)
    assert f"已办理：{task}" in visitor.text()


def test_empty_site_reaches_a_self_check_that_offers_the_old_ledger(empty_site):
    out = io.StringIO()
    call_command("first_admin", number="9001", name="周明之", stdout=out)
    admin = signed_in(empty_site, "9001", re.search(GIVEN, out.getvalue())[0])
    for number, name in (("9002", "安晓宁"), ("9003", "沈之恒"), ("9004", "管思远")):
        register(admin, number, name)
    appoint(admin, "9002", "安全管理员")
    security = signed_in(empty_site, "9002", slips(admin, "发放一次性密码")["9002"])
    appoint(security, "9003", "审计员")
    appoint(security, "9004", "管理员")
    registrar = signed_in(empty_site, "9004", slips(security, "发放一次性密码")["9004"])

    bring_in_together(registrar)
    assert User.objects.filter(is_active=True).count() > 300
    begin(registrar, "选用方案")
    registrar.press("采用")
    assert Scheme.objects.in_use() is not None
    bring_in(registrar, "导入权力事项", "powers", "已按单位生成待签的表")
    begin(registrar, "打印一次性密码")
    registrar.page.locator("[name=unit]").first.select_option(HOME)
    registrar.press("查询")
    given = slips(registrar, "生成并下载")
    assert set(given) == set(User.objects.filter(unit__code=HOME).values_list("number", flat=True))

    head = signed_in(empty_site, HEAD, given[HEAD])
    sign(head, "权力事项导入")
    bring_in(registrar, "导入历史台账", "ledgers", "已按单位生成待签的表")
    sign(head, "历史台账导入")
    unit = Unit.objects.get(code=HOME)
    assert 0 < PowerItem.objects.open().filter(unit=unit).count() < empty.MOST_POWERS
    brought = RiskPoint.objects.filter(in_force_until=None)
    assert brought.count() == oldledger.POINTS
    mine = [point.content for point in brought.open().filter(holder__number=CLERK)]
    cells = openpyxl.load_workbook(samples.path_of("ledgers")).active.iter_rows(values_only=True)
    assert mine
    assert all(content in "\n".join(str(cell) for row in cells for cell in row) for content in mine[:1])

    begin(registrar, "活动安排")
    registrar.page.get_by_role("link", name="预览").first.click()
    registrar.press("开展年度活动")
    registrar.page.get_by_text("已开展").first.wait_for()
    assert Campaign.objects.get(state="open").scheme.slug == "changchun-2016"
    clerk = signed_in(empty_site, CLERK, given[CLERK]).open_task("个人岗位廉政风险自查")
    for content in mine:
        # The old ledger did not say all that this rule book requires, so the point is completed and not kept as it is.
        offered = clerk.entry_of(content)
        assert offered.get_by_label("修改", exact=True).count() == 1, content
        assert "不能沿用" in offered.inner_text()
    assert Submission.objects.get(person__number=CLERK, task__code="personal-search").state == "open"
    assert Appointment.objects.filter(role="auditor").count() == 1

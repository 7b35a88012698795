"""The form of a sheet in a browser: nothing typed is lost, whatever happens to window, network, session or script."""

import pytest
from django.contrib.sessions.models import Session

from registers import versions
from registers.models import RiskCategory, RiskPoint
from tests.browser.pages import PASSWORD
from tests.factories import appoint
from tests.personas import Year, point
from workflows.models import Draft, Submission

pytestmark = pytest.mark.database("site")

SEARCH = "个人岗位廉政风险自查"
AUTOSAVE = 2500  # ms; the page saves 1.2 seconds after the last key


def test_what_is_typed_is_saved_while_one_types(site, year):
    clerk = site.visitor(site.campus.clerk).open_task(SEARCH)
    entry = clerk.add_entry("业务流程")
    clerk.type(entry, "风险内容", "只邀请熟悉的供应商报价")
    clerk.wait_saved()
    clerk.page.context.close()  # the browser is gone without a word

    again = site.visitor(site.campus.clerk).open_task(SEARCH)
    assert again.section("业务流程").get_by_label("风险内容").input_value() == "只邀请熟悉的供应商报价"
    assert Submission.objects.get(person=site.campus.clerk, task__code="personal-search").state == "open"


def test_last_words_before_leaving_are_kept(site, year):
    """Typed and left at once, before the pause after which the page saves."""
    clerk = site.visitor(site.campus.clerk).open_task(SEARCH)
    entry = clerk.add_entry("业务流程")
    clerk.wait_saved()
    clerk.type(entry, "风险内容", "临走时写的一句")
    clerk.go("/inbox/")

    clerk.open_task(SEARCH)
    assert clerk.section("业务流程").get_by_label("风险内容").input_value() == "临走时写的一句"


def test_form_works_without_script(site, year):
    site.expect(422)
    clerk = site.visitor(java_script_enabled=False)
    clerk.sign_in(site.campus.clerk.number)
    clerk.open_task(SEARCH)
    clerk.section("业务流程").get_by_role("button", name="增加一项").click()
    entry = clerk.entries("业务流程").first
    clerk.type(entry, "风险内容", "没有脚本也能填")
    clerk.press("保存草稿")
    assert "草稿已保存" in clerk.text()

    clerk.press("提交")
    assert "尚未提交" in clerk.text()
    assert "请填写“表现形式”。" in clerk.text()
    entry = clerk.entries("业务流程").first
    assert entry.get_by_label("风险内容").input_value() == "没有脚本也能填"

    clerk.type(entry, "表现形式", "有此表现")
    clerk.choose(entry, "查找方式", "群众提")
    clerk.choose(entry, "风险性质", "廉与能")
    clerk.press("提交")
    assert "已提交，进入审核" in clerk.text()


def test_without_script_an_expired_session_loses_nothing(site, year):
    site.expect(401, 403)
    clerk = site.visitor(site.campus.clerk, java_script_enabled=False).open_task(SEARCH)
    clerk.section("业务流程").get_by_role("button", name="增加一项").click()
    clerk.type(clerk.entries("业务流程").first, "风险内容", "第一行\n超时以后才保存")
    Session.objects.all().delete()

    clerk.press("保存草稿")
    assert "登录已超时，内容还在" in clerk.text()
    with clerk.page.context.expect_page() as opened:
        clerk.page.get_by_role("link", name="在新标签页登录").click()
    other = opened.value
    other.get_by_label("工号").fill(site.campus.clerk.number)
    other.get_by_label("密码", exact=True).fill(PASSWORD)
    other.get_by_role("button", name="登录", exact=True).click()
    other.get_by_role("heading", name="我的待办").wait_for()

    clerk.press("重新提交")  # first with the old token, then with the new one
    clerk.press("重新提交")
    assert clerk.section("业务流程").get_by_label("风险内容").input_value() == "第一行\n超时以后才保存"


def test_second_window_overwrites_nothing(site, year):
    site.expect(409)
    first = site.visitor(site.campus.clerk).open_task(SEARCH)
    second = site.visitor(site.campus.clerk).open_task(SEARCH)
    first.type(first.add_entry("业务流程"), "风险内容", "第一个窗口写的")
    first.wait_saved()

    second.type(second.add_entry("制度机制"), "风险内容", "第二个窗口写的")
    second.page.get_by_text("该表已在另一窗口修改，本窗口没有覆盖它").wait_for()
    assert kept(site.campus.clerk) == ["第一个窗口写的"]

    second.press("保存草稿")
    assert "该表已在另一窗口保存" in second.text()
    assert second.section("制度机制").get_by_label("风险内容").input_value() == "第二个窗口写的"
    assert kept(site.campus.clerk) == ["第一个窗口写的"]


def test_leaving_is_asked_about_once_nothing_saves_any_more(site, year):
    site.expect(409)
    first = site.visitor(site.campus.clerk).open_task(SEARCH)
    second = site.visitor(site.campus.clerk).open_task(SEARCH)
    first.type(first.add_entry("业务流程"), "风险内容", "第一个窗口写的")
    first.wait_saved()
    second.type(second.add_entry("制度机制"), "风险内容", "第二个窗口写的")
    second.page.get_by_text("本窗口没有覆盖它").wait_for()
    asked = []
    for visitor in (first, second):
        visitor.page.on("dialog", lambda dialog, who=visitor: (asked.append((who, dialog.type)), dialog.accept()))
        visitor.page.close(run_before_unload=True)

    site.visitor().wait_until(lambda: first.page.is_closed() and second.page.is_closed())
    assert asked == [(second, "beforeunload")]


def test_after_a_conflict_nothing_is_overwritten_before_one_says_so(site, year):
    """The page that tells of the conflict promises that only “保存草稿” puts its words in the other's place."""
    site.expect(409)
    first = site.visitor(site.campus.clerk).open_task(SEARCH)
    second = site.visitor(site.campus.clerk).open_task(SEARCH)
    first.type(first.add_entry("业务流程"), "风险内容", "第一个窗口写的")
    first.wait_saved()
    second.type(second.add_entry("制度机制"), "风险内容", "第二个窗口写的")
    second.page.get_by_text("本窗口没有覆盖它").wait_for()
    second.press("保存草稿")

    second.type(second.entries("制度机制").first, "风险内容", "第二个窗口又写")
    second.page.get_by_text("有未保存的内容，点“保存草稿”后才会保存").wait_for()
    second.page.wait_for_timeout(AUTOSAVE)
    assert kept(site.campus.clerk) == ["第一个窗口写的"]

    second.press("保存草稿")
    assert "草稿已保存" in second.text()
    assert kept(site.campus.clerk) == ["第二个窗口又写", "第一个窗口写的"]


def test_whoever_leaves_and_comes_back_at_once_meets_no_conflict(site, year):
    clerk = site.visitor(site.campus.clerk).open_task(SEARCH)
    clerk.add_entry("业务流程")
    clerk.wait_saved()
    clerk.type(clerk.entries("业务流程").first, "风险内容", "临走时写的")
    clerk.page.goto("/inbox/")
    clerk.page.go_back()

    box = clerk.section("业务流程").get_by_label("风险内容")
    # Playwright types into a form that is inert while it is read again; a person cannot.
    waits = clerk.page.locator("form[data-save-url][inert]")
    clerk.wait_until(lambda: waits.count() == 0 and box.input_value() == "临走时写的")
    box.fill("回来又写")
    clerk.wait_saved()
    assert kept(site.campus.clerk) == ["回来又写"]


def test_words_of_a_reviewer_are_kept_and_other_forms_ask_before_they_are_left(site, year):
    sheet = year.sheet("personal-search")
    year.submit(sheet, year.points(sheet, point("甲")))
    member = site.visitor(site.campus.member).open_task(SEARCH, button="办理")
    member.page.locator("[name=remark]").fill("写到一半的意见")
    member.wait_saved()
    member.page.reload()
    assert member.page.locator("[name=remark]").input_value() == "写到一半的意见"

    member.page.goto(f"/suggestions/new/?post={site.campus.post.code}")
    member.page.locator("[name=content]").fill("写到一半的建议")
    asked = []
    member.page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    member.page.close(run_before_unload=True)
    site.visitor().wait_until(member.page.is_closed)
    assert asked == ["beforeunload"]


@pytest.mark.parametrize(
    ("button", "answer"), [("保存草稿", "草稿已保存"), ("提交", "已提交，进入审核")], ids=["save", "submit"]
)
def test_button_pressed_while_the_page_saves_is_no_conflict(site, year, button, answer):
    """On a slow day the answer to the page's own saving is still under way when the button is pressed."""
    clerk = site.visitor(site.campus.clerk).open_task(SEARCH)
    entry = clerk.add_point("业务流程", "慢的一天")
    clerk.wait_saved()
    saved, held = [], []

    def hold(route):
        saved.append(route.fetch())  # the server has it, the page does not know
        held.append(route)

    clerk.page.route("**/save/", hold)
    clerk.type(entry, "风险内容", "慢的一天写的")
    clerk.wait_until(lambda: held)
    clerk.press(button, settle=False)
    clerk.page.wait_for_timeout(500)
    for route, response in zip(held, saved, strict=True):
        route.fulfill(response=response)
    clerk.page.get_by_text(answer).wait_for()
    assert "该表已在另一窗口保存" not in clerk.text()
    assert kept(site.campus.clerk) == ["慢的一天写的"]


def test_network_comes_back_and_all_is_saved(site, year):
    site.expect("net::ERR_INTERNET_DISCONNECTED")
    clerk = site.visitor(site.campus.clerk).open_task(SEARCH)
    entry = clerk.add_entry("业务流程")
    clerk.wait_saved()
    clerk.page.context.set_offline(True)
    clerk.type(entry, "风险内容", "断网时写的")
    clerk.page.get_by_text("网络不通，内容尚未保存，正在重试").wait_for()
    clerk.page.context.set_offline(False)
    clerk.wait_saved()
    assert kept(site.campus.clerk) == ["断网时写的"]


def kept(user):
    """The contents of the draft of a person's self-check."""
    draft = Draft.objects.get(submission__person=user, submission__task__code="personal-search")
    return [entry["values"].get("content") for entry in draft.content["entries"]]


def test_signed_out_elsewhere_one_is_told_and_loses_nothing(site, year):
    site.expect(401)
    clerk = site.visitor(site.campus.clerk).open_task(SEARCH)
    entry = clerk.add_entry("业务流程")
    clerk.wait_saved()
    other = clerk.page.context.new_page()
    sign_out(other)

    clerk.type(entry, "风险内容", "退出之后写的")
    clerk.page.get_by_text("登录已超时：请在新标签页重新登录").wait_for()
    sign_in(other, site.campus.clerk)

    clerk.wait_saved()  # by itself, with the token of the new sign-in
    assert kept(site.campus.clerk) == ["退出之后写的"]

    sign_out(other)
    sign_in(other, site.campus.clerk)
    clerk.add_entry("业务流程")  # with the token of the newest
    clerk.wait_saved()
    assert len(kept(site.campus.clerk)) == 2


def sign_out(page):
    """Sign out in another tab of the same browser."""
    page.goto("/")
    page.locator("details.menu summary").click()
    page.get_by_role("button", name="退出").click()
    page.get_by_role("button", name="登录", exact=True).wait_for()


def sign_in(page, person):
    """Sign in on the page that ``sign_out`` left."""
    page.get_by_label("工号").fill(person.number)
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    page.get_by_role("heading", name="我的待办").wait_for()


@pytest.fixture
def last_year(site):
    """Three points of the clerk's post that were filed last year."""
    points = {}
    for content in ("去年的甲", "去年的乙", "去年的丙"):
        point = RiskPoint.objects.create(
            unit=site.campus.unit,
            level="personal",
            post=site.campus.post,
            holder=site.campus.clerk,
            category=RiskCategory.objects.get(scheme=site.campus.scheme, code="process"),
            content=content,
            manifestation=f"{content}的表现",
            finding_source="self",
            nature="integrity",
        )
        versions.enter_into_force(point, on=site.clock.today.replace(year=2025))
        points[content] = point
    return points


def test_last_years_points_are_kept_revised_or_retired(site, last_year):
    site.expect(422)
    Year(site.campus, site.clock)
    clerk = site.visitor(site.campus.clerk).open_task(SEARCH)
    choice = "去年登记的内容，今年"
    clerk.choose(clerk.entry_of("去年的甲"), choice, "沿用")
    clerk.choose(clerk.entry_of("去年的乙"), choice, "修改")
    clerk.type(clerk.entry_of("去年的乙"), "风险内容", "今年改写的乙")
    clerk.choose(clerk.entry_of("去年的丙"), choice, "撤销")
    assert not clerk.entry_of("去年的甲").get_by_label("风险内容").is_visible()
    clerk.wait_saved()
    clerk.press("提交")
    assert "请写明撤销的理由" in clerk.text()

    clerk.type(clerk.entry_of("去年的丙"), "撤销理由（撤销时必填）", "岗位职责已调整")
    clerk.press("提交")
    assert "已提交，进入审核" in clerk.text()

    member = site.visitor(site.campus.member).open_task(SEARCH, button="办理")
    assert "内容与现行登记相同，沿用" in member.line("去年的甲").inner_text()
    assert "现行登记" in member.line("今年改写的乙").inner_text()
    assert "去年的乙" in member.line("今年改写的乙").inner_text()
    assert "拟从登记册中撤销" in member.line("去年的丙").inner_text()
    assert "岗位职责已调整" in member.line("去年的丙").inner_text()
    # Nothing is in force before the end of the route.
    assert set(RiskPoint.objects.in_force(site.clock.today).values_list("content", flat=True)) == set(last_year)


def test_sheet_can_be_taken_back_until_somebody_has_voted(site, year):
    clerk = site.visitor(site.campus.clerk).open_task(SEARCH)
    clerk.add_point("业务流程", "先交再撤")
    clerk.press("提交")
    clerk.press("撤回")
    assert "已撤回，可以继续修改" in clerk.text()
    clerk.press("提交")

    member = site.visitor(site.campus.member).open_task(SEARCH, button="办理")
    member.vote()
    assert "表决已记录" in member.text()
    clerk.page.reload()
    assert clerk.page.get_by_role("button", name="撤回").count() == 0


def test_second_of_two_deciders_is_told_who_was_first(site, year):
    site.expect(409)
    sheet = year.sheet("personal-search")
    sheet = year.submit(sheet, year.points(sheet, point("甲")))
    year.review(sheet)
    second_user = site.campus.registrar
    appoint(second_user, site.campus.root, "office")
    first = site.visitor(site.campus.office).open_task(SEARCH, button="办理")
    second = site.visitor(second_user).open_task(SEARCH, button="办理")
    first.press("准予备案")
    assert "已办理" in first.text()

    second.press("准予备案")
    assert "您的操作未生效" in second.text()
    assert site.campus.office.name in second.text()
    assert year.again(sheet).decisions.filter(step="file").count() == 1


def test_of_two_deciders_at_the_same_moment_one_wins(site, year):
    """Both press before either has an answer: one decision is made, and the other is told whose it was."""
    site.expect(409)
    sheet = year.sheet("personal-search")
    sheet = year.submit(sheet, year.points(sheet, point("甲")))
    year.review(sheet)
    rival = site.campus.registrar
    appoint(rival, site.campus.root, "office")
    users = (site.campus.office, rival)
    visitors = [site.visitor(user).open_task(SEARCH, button="办理") for user in users]
    for visitor in visitors:
        visitor.press("准予备案", settle=False)
    told = []
    for visitor in visitors:
        visitor.page.get_by_text("已办理").or_(visitor.page.get_by_text("您的操作未生效")).first.wait_for()
        told.append(visitor.text())
    winner = next(place for place, text in enumerate(told) if f"已办理：{SEARCH}" in text)
    assert "您的操作未生效" in told[1 - winner]
    assert "数据没有被您的这次操作改动" in told[1 - winner]
    assert users[winner].name in told[1 - winner]
    assert [row.actor_id for row in year.again(sheet).decisions.filter(step="file")] == [users[winner].pk]

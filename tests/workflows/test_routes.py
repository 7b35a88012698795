"""How a sheet travels: the story of 001, who may move it, what a return keeps, what its end brings."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from registers import audit, ledgers
from registers.access import NotAllowed, can, people_who_may
from registers.actors import Actor
from registers.models import (
    Appointment,
    AuditEntry,
    ControlMeasure,
    GroupMember,
    LeadingGroup,
    PowerItem,
    RiskPoint,
    User,
)
from tests.factories import appoint, make_person, make_post
from tests.personas import Year, point, power, unit_point
from workflows import documents, policies, routes, steps
from workflows.models import Custody, Decision, FiledPaper, Notification, PublicityNotice, ReviewVote, Submission
from workflows.sheets import Incomplete, digest_of, sheet_for

REDO = date(2026, 9, 28)


@pytest.fixture
def submitted(year):
    """The clerk's search sheet with two points, waiting for the group."""
    sheet = year.sheet("personal-search")
    return year.submit(sheet, year.points(sheet, point("甲"), point("乙", category="morality")))


@pytest.fixture
def signed(year, submitted):
    """The same sheet, reviewed and signed, waiting for the office."""
    return year.review(submitted)


def where(sheet):
    return sheet.state, sheet.step, sheet.waiting_role


def everything(sheet):
    """All that a refused act must leave as it was."""
    row = Submission.objects.filter(pk=sheet.pk).values().get()
    lines = list(sheet.lines.order_by("pk").values())
    return (
        row,
        lines,
        Decision.objects.count(),
        ReviewVote.objects.count(),
        AuditEntry.objects.count(),
        Notification.objects.count(),
        RiskPoint.objects.count(),
        Custody.objects.count(),
        FiledPaper.objects.count(),
    )


def keys(sheet):
    return [entry.key for entry in sheet_for(sheet).shown()]


def decisions(sheet):
    return list(sheet.decisions.values_list("step", "verdict", "acting_role", "actor__number", "signed"))


def told(user, kind):
    return list(
        Notification.objects.filter(recipient=user, kind=kind).order_by("pk").values_list("submission_id", flat=True)
    )


# --- The story of 001 -----------------------------------------------------------------------------------


def test_year_of_one_post_from_search_to_ledger(year):
    campus = year.campus

    search = year.searched(point("甲", category="morality"), point("乙"))
    grading = year.graded("grade-2", "grade-1")
    control = year.controlled()

    assert [where(sheet) for sheet in (search, grading, control)] == [
        ("filed", "file", ""),
        ("filed", "file", ""),
        ("filed", "copy", ""),
    ]
    assert decisions(search) == [
        ("fill", "submit", "post_holder", "clerk", False),
        ("review", "agree", "group_member", "head", False),
        ("sign", "agree", "unit_head", "head", True),
        ("file", "agree", "office", "office", False),
    ]
    assert decisions(grading) == [
        ("fill", "submit", "post_holder", "clerk", False),
        ("propose", "agree", "unit_head", "head", False),
        ("publicise", "automatic", "notice", None, False),
        ("decide", "agree", "unit_head", "head", False),
        ("file", "agree", "office", "office", False),
    ]
    assert decisions(control) == [
        ("fill", "submit", "post_holder", "clerk", False),
        ("sign", "agree", "unit_head", "head", True),
        ("copy", "automatic", "office", None, False),
    ]
    rows = ledgers.rows(ledgers.for_reader(year.actor(campus.office)), campus.scheme, campus.root, on=year.clock.today)
    assert [(row.point.content, row.point.final_grade.label, row.measures) for row in rows] == [
        ("乙", "一级", {"prevention": "两人经办", "monitoring": "每月抽查", "disposal": "谈话提醒"}),
        ("甲", "二级", {"prevention": "两人经办", "monitoring": "每月抽查", "disposal": "谈话提醒"}),
    ]
    assert audit.verify() == (AuditEntry.objects.count(), [])


def test_every_act_of_the_story_leaves_its_entry(year):
    year.searched(point("甲"))
    sheet = year.graded("grade-1")

    about = AuditEntry.objects.filter(about=f"workflows.submission:{sheet.pk}").order_by("sequence")
    assert list(about.values_list("act", "actor__number", "acting_role")) == [
        ("submission.opened", None, ""),
        ("submission.submit", "clerk", "post_holder"),
        ("submission.agree", "head", "unit_head"),
        ("submission.automatic", None, "notice"),
        ("submission.agree", "head", "unit_head"),
        ("submission.agree", "office", "office"),
    ]
    other = (
        AuditEntry.objects.exclude(about__startswith="workflows.submission:")
        .order_by("sequence")
        .values_list("act", flat=True)
    )
    assert list(other) == ["scheme.load", "campaign.open", *["submission.opened"] * 4, "notice.clear"]


def test_year_of_the_unit_from_search_to_ledger(year):
    campus = year.campus

    year.searched(unit_point("甲"), unit_point("乙", category="environment"), code="unit-search")
    grading = year.graded("grade-3", "grade-1", code="unit-grading")
    control = year.controlled(code="unit-control")

    assert decisions(grading) == [
        ("fill", "submit", "liaison", "liaison", False),
        ("sign", "agree", "unit_head", "head", False),
        ("publicise", "automatic", "notice", None, False),
        ("decide", "agree", "school_group", "chair", False),
    ]
    assert [row[:4] for row in decisions(control)] == [
        ("fill", "submit", "liaison", "liaison"),
        ("sign", "agree", "unit_head", "head"),
        ("file", "agree", "office", "office"),
    ]
    rows = ledgers.rows(ledgers.for_reader(year.actor(campus.office)), campus.scheme, campus.unit, on=year.clock.today)
    assert [(row.point.content, row.point.holder, row.point.final_grade.label) for row in rows] == [
        ("乙", None, "一级"),
        ("甲", None, "三级"),
    ]


@pytest.fixture
def powers(year):
    """One power of the unit, filed."""
    sheet = year.sheet("powers")
    sheet = year.submit(sheet, year.points(sheet, power(accountable_post=year.campus.post.code)))
    assert year.sheet("power-directory").state == "waiting"
    return year.agree(year.agree(sheet, year.campus.head, signed=True), year.campus.office)


def test_filed_power_is_in_force_with_its_steps(year, powers):
    item = PowerItem.objects.in_force(year.clock.today).get()
    assert (where(powers), item.name, item.accountable_post) == (
        ("filed", "file", ""),
        "设备采购立项审核",
        year.campus.post,
    )
    assert [(step.post_name, step.procedure, step.time_limit) for step in item.steps.all()] == [
        ("经办", "受理", "1日"),
        ("审核", "复核", "2日"),
    ]


def test_directory_is_compiled_from_the_powers_on_record(year, powers):
    directory = year.sheet("power-directory")
    directory = year.submit(directory, {"entries": [], "values": {}})
    directory = year.agree(year.agree(directory, year.campus.head, signed=True), year.campus.office)

    assert [row["name"] for row in documents.document(directory)["rows"]] == ["设备采购立项审核"]


def test_register_does_not_change_before_the_end_of_the_route(year, signed):
    assert RiskPoint.objects.in_force(year.clock.today).count() == 0

    year.agree(signed, year.campus.office)

    assert {row.content for row in RiskPoint.objects.in_force(year.clock.today)} == {"甲", "乙"}


def test_next_sheet_opens_when_the_one_before_is_filed_and_not_sooner(year, signed):
    campus = year.campus
    assert year.sheet("personal-grading").state == "waiting"

    year.agree(signed, campus.office)

    assert year.sheet("personal-grading").state == "open"
    assert year.sheet("personal-grading", campus.head).state == "waiting"  # somebody else's
    assert year.sheet("personal-control").state == "waiting"
    assert told(campus.clerk, "submission.opened")[-1] == year.sheet("personal-grading").pk


def test_control_sheet_waits_for_its_day_even_after_grading(year):
    year.searched()
    year.graded("grade-1")
    assert year.sheet("personal-control").state == "waiting"

    year.clock.set("2026-10-31 23:59")
    year.sweep()
    assert year.sheet("personal-control").state == "waiting"

    year.clock.set("2026-11-01 00:00")
    year.sweep()
    assert year.sheet("personal-control").state == "open"


# --- Not what concerns oneself --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "error"),
    [
        ("clerk", NotAllowed),
        ("colleague", NotAllowed),
        ("other_head", NotAllowed),
        ("office", NotAllowed),
        ("registrar", NotAllowed),
        ("sys_admin", NotAllowed),
        ("member", None),
    ],
)
def test_only_the_group_votes(year, submitted, who, error):
    voter, before = getattr(year.campus, who), everything(submitted)

    if error:
        with pytest.raises(error):
            year.vote(submitted, voter)
        assert everything(submitted) == before
    else:
        year.vote(submitted, voter)
        assert list(ReviewVote.objects.values_list("member__number", flat=True)) == [who]


def test_nobody_votes_on_his_own_sheet_even_as_a_member(year):
    campus = year.campus
    sheet = year.sheet("personal-search", campus.head)
    sheet = year.submit(sheet, year.points(sheet, point()))

    with pytest.raises(NotAllowed, match="不能办理与本人"):
        year.vote(sheet, campus.head)
    year.vote(sheet, campus.member)

    assert ReviewVote.objects.count() == 1


def test_heads_own_sheet_is_concluded_by_the_deputy_and_climbs_to_the_leader_in_charge(year):
    campus = year.campus
    sheet = year.sheet("personal-search", campus.head)
    sheet = year.submit(sheet, year.points(sheet, point()))
    for voter in (campus.member, campus.deputy):
        year.vote(sheet, voter)

    for refused in (campus.head, campus.member):
        with pytest.raises(NotAllowed):
            year.agree(sheet, refused)
    sheet = year.agree(sheet, campus.deputy)
    assert where(sheet) == ("in_review", "sign", "leader_in_charge")

    for refused in (campus.head, campus.deputy):
        with pytest.raises(NotAllowed):
            year.agree(sheet, refused, signed=True)
    sheet = year.agree(sheet, campus.leader, signed=True)
    assert where(sheet) == ("in_review", "file", "office")


def test_heads_own_control_sheet_climbs_too(year):
    campus = year.campus
    year.searched(owner=campus.head)
    year.graded("grade-1", owner=campus.head)
    sheet = year.controlled(owner=campus.head)

    assert [row[2:4] for row in decisions(sheet) if row[1] == "agree"] == [("leader_in_charge", "leader")]
    assert [row[2:4] for row in decisions(year.sheet("personal-grading", campus.head)) if row[1] == "agree"] == [
        ("leader_in_charge", "leader"),
        ("leader_in_charge", "leader"),
        ("office", "office"),
    ]


@pytest.fixture
def office_year(make_campus, db, clock):
    """A year in which the office's own unit takes part: a head, a liaison, a risk post."""
    campus = make_campus()
    campus.office_head = make_person("戊二", campus.office_unit, number="office_head")
    appoint(campus.office_head, campus.office_unit, "unit_head")
    appoint(campus.registrar, campus.office_unit, "liaison")
    campus.inspector = make_person("戊三", campus.office_unit, number="inspector")
    make_post(campus.office_unit, "审计", campus.inspector)
    return Year(campus, clock)


def test_office_never_files_sheets_of_its_own_unit(office_year):
    campus = office_year.campus
    own, other = (office_year.sheet("powers", unit) for unit in (campus.office_unit, campus.unit))

    for sheet, liaison, post, head in (
        (own, campus.registrar, None, campus.office_head),
        (other, campus.liaison, campus.post, campus.head),
    ):
        values = power(accountable_post=(post or campus.office_unit.posts.get()).code)
        submitted = office_year.submit(sheet, office_year.points(sheet, values), by=liaison)
        office_year.agree(submitted, head, signed=True)

    own, other = (office_year.again(sheet) for sheet in (own, other))
    assert (where(own), where(other)) == (("in_review", "file", "school_group"), ("in_review", "file", "office"))
    with pytest.raises(NotAllowed):
        office_year.agree(own, campus.office)
    assert office_year.agree(other, campus.office).state == "filed"
    assert office_year.agree(own, campus.chair).state == "filed"


def test_office_does_not_even_read_sheets_of_its_own_unit(office_year):
    campus = office_year.campus
    sheet = office_year.sheet("powers", campus.office_unit)
    sheet = office_year.submit(
        sheet,
        office_year.points(sheet, power(accountable_post=campus.office_unit.posts.get().code)),
        by=campus.registrar,
    )
    office_year.agree(sheet, campus.office_head, signed=True)

    assert set(people_who_may("decide", office_year.again(sheet))) == {campus.chair}
    assert list(
        Notification.objects.filter(kind="submission.agree", submission=sheet).values_list(
            "recipient__number", flat=True
        )
    ) == ["chair"]


def test_school_group_member_of_the_unit_steps_back(year):
    """A second chair works in the unit: the first may adjudicate its grades, the second may not."""
    campus = year.campus
    insider = make_person("己二", campus.unit, number="insider")
    appoint(insider, campus.root, "school_group")
    year.searched(unit_point(), code="unit-search")
    sheet = year.sheet("unit-grading")
    sheet = year.submit(sheet, year.grades(sheet, "grade-1"))
    year.agree(sheet, campus.head, grades=year.as_proposed(sheet))
    year.at("09-28")
    year.sweep()
    sheet = year.again(sheet)

    with pytest.raises(NotAllowed):
        year.agree(sheet, insider, grades=year.as_noticed(sheet))
    assert year.agree(sheet, campus.chair, grades=year.as_noticed(sheet)).state == "filed"


def test_appointment_that_ends_takes_the_right_along(year, submitted):
    sheet = year.review(submitted)
    Appointment.objects.filter(user=year.campus.office).update(until=year.clock.today)

    with pytest.raises(NotAllowed):
        year.agree(sheet, year.campus.office)
    Appointment.objects.filter(user=year.campus.office).update(until=None)
    assert year.agree(sheet, year.campus.office).state == "filed"


# --- Consecutive steps, signatures ----------------------------------------------------------------------


def test_head_who_leads_the_group_concludes_and_signs_in_one_act_with_his_password(year, submitted):
    for voter in (year.campus.member, year.campus.head):
        year.vote(submitted, voter)
    assert [step.code for step in routes.hold_consecutive(submitted, year.actor(year.campus.head))] == ["sign"]

    sheet = year.agree(submitted, year.campus.head, opinion="同意集体意见", signed=True)

    assert where(sheet) == ("in_review", "file", "office")
    assert list(sheet.decisions.values_list("step", "opinion", "signed")) == [
        ("fill", "", False),
        ("review", "同意集体意见", False),
        ("sign", "", True),
    ]


def test_without_his_password_he_only_concludes(year, submitted):
    for voter in (year.campus.member, year.campus.head):
        year.vote(submitted, voter)

    sheet = year.agree(submitted, year.campus.head)
    assert where(sheet) == ("in_review", "sign", "unit_head")

    before = everything(sheet)
    with pytest.raises(NotAllowed, match="签字须重新输入登录密码"):
        year.agree(sheet, year.campus.head)
    assert everything(sheet) == before
    assert where(year.agree(sheet, year.campus.head, signed=True)) == ("in_review", "file", "office")


def test_signature_of_somebody_else_does_not_carry_the_sheet_on(year):
    """The deputy concludes with a password; the signature is the leader in charge's all the same."""
    campus = year.campus
    sheet = year.sheet("personal-search", campus.head)
    sheet = year.submit(sheet, year.points(sheet, point()))
    for voter in (campus.member, campus.deputy):
        year.vote(sheet, voter)
    assert routes.hold_consecutive(sheet, year.actor(campus.deputy)) == []

    sheet = year.agree(sheet, campus.deputy, signed=True)

    assert where(sheet) == ("in_review", "sign", "leader_in_charge")


def test_one_person_in_two_parts_does_not_skip_what_is_no_signature(year):
    """The head is also in the office: signing does not file."""
    campus = year.campus
    Appointment.objects.filter(user=campus.head, role="unit_head").update(until=year.clock.today)
    appoint(campus.leader, campus.unit, "unit_head")
    appoint(campus.leader, campus.root, "office")
    sheet = year.sheet("powers")
    sheet = year.submit(sheet, year.points(sheet, power(accountable_post=campus.post.code)))

    sheet = year.agree(sheet, campus.leader, signed=True)

    assert where(sheet) == ("in_review", "file", "office")


def test_signature_names_the_digest_of_what_was_shown(year, submitted):
    shown = documents.digest(submitted)

    signed = year.review(submitted)

    assert set(signed.decisions.values_list("digest", flat=True)) == {shown}


# --- Too late -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("off", [-1, 1])
def test_stale_version_is_refused_at_every_door_and_changes_nothing(year, submitted, off):
    campus, seen, before = year.campus, submitted.version + off, everything(submitted)

    attempts = [
        lambda: year.submit(submitted, year.points(submitted, point()), seen=seen),
        lambda: year.withdraw(submitted, seen=seen),
        lambda: year.vote(submitted, campus.member, seen=seen),
        lambda: year.agree(submitted, campus.head, seen=seen),
        lambda: year.send_back(submitted, campus.head, seen=seen),
        lambda: year.hand_over(submitted, campus.head, campus.deputy, seen=seen),
    ]
    for attempt in attempts:
        with pytest.raises(routes.Stale) as stale:
            attempt()
        assert stale.value.submission.version == submitted.version

    assert everything(submitted) == before


def test_second_of_two_submits_is_stale(year):
    sheet = year.sheet("personal-search")
    content = year.points(sheet, point())
    year.submit(sheet, content)

    with pytest.raises(routes.Stale):
        year.submit(sheet, content)

    assert (Decision.objects.count(), RiskPoint.objects.count()) == (1, 1)


def test_filed_sheet_can_be_moved_by_nobody(year, signed):
    filed = year.agree(signed, year.campus.office)
    before = everything(filed)

    for attempt in (
        lambda: year.submit(filed, year.points(filed, point())),
        lambda: year.withdraw(filed),
        lambda: year.vote(filed, year.campus.member),
        lambda: year.agree(filed, year.campus.office),
        lambda: year.send_back(filed, year.campus.office),
    ):
        with pytest.raises(NotAllowed):
            attempt()

    assert everything(filed) == before


# --- Collective review ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("voters", "passes"), [([], False), (["head"], False), (["head", "member"], True), (["deputy", "member"], True)]
)
def test_collective_review_needs_two_votes(year, submitted, voters, passes):
    for voter in voters:
        year.vote(submitted, getattr(year.campus, voter))

    if passes:
        assert year.agree(submitted, year.campus.head).step == "sign"
    else:
        with pytest.raises(routes.NeedsReason, match="至少应有 2 名成员表决"):
            year.agree(submitted, year.campus.head)
        assert year.again(submitted).step == "review"


def test_same_member_votes_once_and_may_change_his_mind(year, submitted):
    for complete in (False, True):
        year.vote(submitted, year.campus.head, complete=complete, opinion="缺外部环境")

    assert list(ReviewVote.objects.values_list("member__number", "complete")) == [("head", True)]
    with pytest.raises(routes.NeedsReason, match="现有 1 名"):
        year.agree(submitted, year.campus.head)


@pytest.mark.parametrize(
    ("yes", "no", "passes"), [(2, 0, True), (2, 1, True), (1, 1, False), (1, 2, False), (0, 2, False)]
)
def test_collective_review_passes_with_more_than_half(year, submitted, yes, no, passes):
    voters = [year.campus.head, year.campus.deputy, year.campus.member]
    for voter in voters[:yes]:
        year.vote(submitted, voter)
    for voter in voters[yes : yes + no]:
        year.vote(submitted, voter, complete=False, opinion="不全")

    if passes:
        assert year.agree(submitted, year.campus.head).step == "sign"
    else:
        with pytest.raises(routes.NeedsReason, match="未过半数"):
            year.agree(submitted, year.campus.head)
        assert year.again(submitted).step == "review"


def test_vote_against_a_line_or_the_whole_says_why(year, submitted):
    key = keys(submitted)[0]

    for verdicts, complete, sentence in (
        ({key: (False, " ")}, True, "第 1 项判为不准，请写明意见。"),
        ({}, False, "判为“不全”，请写明缺少什么。"),
    ):
        with pytest.raises(routes.NeedsReason) as refused:
            year.vote(submitted, year.campus.member, verdicts=verdicts, complete=complete)
        assert str(refused.value) == sentence
    assert ReviewVote.objects.count() == 0

    ballot = year.vote(submitted, year.campus.member, verdicts={key: (False, "表述不准")})
    assert (ballot.agrees, ballot.verdicts[key]["comment"]) == (False, "表述不准")


def test_only_the_leader_of_the_group_concludes(year, submitted):
    for voter in (year.campus.member, year.campus.deputy):
        year.vote(submitted, voter)

    for who in (year.campus.member, year.campus.deputy):
        with pytest.raises(NotAllowed, match="由领导小组组长"):
            year.agree(submitted, who)
        with pytest.raises(NotAllowed, match="由领导小组组长"):
            year.send_back(submitted, who)

    assert year.agree(submitted, year.campus.head).step == "sign"


def test_vote_belongs_to_collective_review_only(year, signed):
    before = everything(signed)

    with pytest.raises(steps.NoSuchMove):
        year.vote(signed, year.campus.office)

    assert everything(signed) == before


def test_votes_of_an_earlier_round_do_not_count_in_the_next(year, submitted):
    for voter in (year.campus.member, year.campus.head):
        year.vote(submitted, voter)
    sheet = year.send_back(submitted, year.campus.head)
    sheet = year.submit(sheet, sheet_for(sheet).content() | year.points(sheet, point("丙")))

    with pytest.raises(routes.NeedsReason, match="现有 0 名"):
        year.agree(sheet, year.campus.head)


def test_without_a_filed_group_the_sheet_waits_and_nobody_can_pass_the_group_by(make_campus, db, clock):
    year = Year(make_campus(with_group=False), clock)
    campus = year.campus
    sheet = year.sheet("personal-search")
    sheet = year.submit(sheet, year.points(sheet, point()))
    assert where(sheet) == ("in_review", "review", "group_member")

    for user in User.objects.all():
        with pytest.raises(NotAllowed):
            year.vote(sheet, user)
        with pytest.raises(NotAllowed):
            year.agree(sheet, user, signed=True)

    # The group's list is filed; now the same sheet can be reviewed.
    group = year.sheet("group")
    group = year.submit(
        group, year.group(group, (campus.head, "leader"), (campus.deputy, "deputy"), (campus.member, "member"))
    )
    year.agree(year.agree(group, campus.head, signed=True), campus.office)
    assert year.review(sheet).step == "file"


def test_review_climbs_when_the_subject_leaves_fewer_than_two_members(make_campus, db, clock):
    """A group of the subject, the head and nobody else cannot review collectively: the head decides, and the sheet does not stick."""
    campus = make_campus(with_group=False)
    group = LeadingGroup.objects.create(unit=campus.unit, since=date(2026, 1, 1))
    for user, seat in ((campus.head, "leader"), (campus.clerk, "member")):
        GroupMember.objects.create(group=group, user=user, seat=seat)
    year = Year(campus, clock)
    sheet = year.sheet("personal-search")
    sheet = year.submit(sheet, year.points(sheet, point()))

    assert where(sheet) == ("in_review", "review", "unit_head")
    with pytest.raises(steps.NoSuchMove):
        year.vote(sheet, campus.head)
    sheet = year.agree(sheet, campus.head, signed=True)

    assert where(sheet) == ("in_review", "file", "office")


# --- Return ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"opinion": " "}, "退回必须写明原因。"),
        ({"redo_on": date(2026, 9, 14)}, "请填写限期重新查找的日期，不得早于今天。"),
        ({"returned": "first"}, "第 1 项退回，请写明原因。"),
    ],
)
def test_return_needs_reasons_and_a_day(year, submitted, said, sentence):
    if said.get("returned"):
        said = {"returned": {keys(submitted)[0]: " "}}
    before = everything(submitted)

    with pytest.raises(routes.NeedsReason) as refused:
        year.send_back(submitted, year.campus.head, **said)

    assert str(refused.value) == sentence
    assert everything(submitted) == before


def test_return_without_a_day_is_refused(year, submitted):
    with pytest.raises(routes.NeedsReason, match="限期重新查找的日期"):
        routes.decide(
            submitted.pk,
            "return",
            actor=year.actor(year.campus.head),
            seen_version=1,
            at=year.clock.now,
            opinion="不全",
        )

    assert year.again(submitted).state == "in_review"


def test_return_goes_back_to_the_filler_with_reason_and_deadline(year, submitted):
    sheet = year.send_back(submitted, year.campus.head, opinion="缺外部环境", redo_on=REDO)

    assert (where(sheet), sheet.round, sheet.due_on) == (("returned", "fill", ""), 2, REDO)
    decision = sheet.decisions.last()
    assert (decision.verdict, decision.opinion, decision.redo_on, decision.round) == ("return", "缺外部环境", REDO, 1)
    assert told(year.campus.clerk, "submission.return") == [sheet.pk]


def test_return_today_is_still_in_time(year, submitted):
    assert year.send_back(submitted, year.campus.head, redo_on=year.clock.today).due_on == date(2026, 9, 15)


@pytest.mark.parametrize("who", ["sign", "file"])
def test_later_steps_return_to_the_filler_too(year, submitted, who):
    sheet = submitted
    for voter in (year.campus.member, year.campus.head):
        year.vote(sheet, voter)
    sheet = year.agree(sheet, year.campus.head, signed=who == "file")

    sheet = year.send_back(sheet, year.campus.head if who == "sign" else year.campus.office)

    assert where(sheet) == ("returned", "fill", "")


def test_group_list_can_be_returned(year):
    """Its rows are no proposals: a return names them in its reason."""
    campus = year.campus
    sheet = year.sheet("group")
    content = year.group(sheet, (campus.head, "leader"), (campus.deputy, "deputy"), (campus.member, "member"))
    sheet = year.submit(sheet, content)

    sheet = year.send_back(sheet, campus.head, returned={keys(sheet)[1]: "换人"})
    assert (where(sheet), sheet.decisions.last().opinion) == (("returned", "fill", ""), "请补充\n第 2 项：换人")

    sheet = year.agree(year.agree(year.submit(sheet, content), campus.head, signed=True), campus.office)
    assert (sheet.state, LeadingGroup.objects.in_force(year.clock.today).get(unit=campus.unit).pk) == (
        "filed",
        sheet.group_id,
    )


@pytest.fixture
def returned(year, submitted):
    """The clerk's two lines, the first of which came back with a comment; and what the clerk's form holds."""
    content = {"entries": [], "values": {}}
    for entry in sheet_for(submitted).shown():
        line = entry.lines[0].risk_point
        content["entries"].append(
            {
                "key": entry.key,
                "base": None,
                "change": "add",
                "values": point(line.content, category=line.category.code),
            }
        )
    # What the form kept is what was handed in.
    assert {row.fingerprint for row in submitted.lines.all()} == {
        digest_of({"change": entry["change"], "base": entry["base"], "values": entry["values"]})
        for entry in content["entries"]
    }
    sheet = year.send_back(submitted, year.campus.head, returned={keys(submitted)[0]: "不够具体"})
    return sheet, content


def verdicts(sheet):
    return [
        (row.risk_point.content, row.verdict, row.comment, row.rounds_returned)
        for row in sheet.lines.select_related("risk_point")
    ]


def test_good_lines_stay_accepted_beside_a_returned_one(returned):
    sheet, _ = returned

    assert verdicts(sheet) == [("甲", "returned", "不够具体", 1), ("乙", "accepted", "", 0)]


def test_returned_line_unchanged_and_unexplained_is_refused(year, returned):
    sheet, content = returned
    before = everything(sheet)

    with pytest.raises(Incomplete) as refused:
        year.submit(sheet, content)

    assert refused.value.faults == {
        content["entries"][0]["key"]: {"": "该行已被退回：请按意见修改，或在“说明”中写明不改的理由。"}
    }
    assert everything(sheet) == before


def test_returned_line_may_stay_with_an_explanation(year, returned):
    sheet, content = returned
    content["entries"][0]["values"]["reason"] = "该表述引自制度原文"

    sheet = year.submit(sheet, content)

    assert verdicts(sheet) == [("甲", "", "不够具体", 1), ("乙", "accepted", "", 0)]
    assert [entry.reason for entry in sheet_for(sheet).shown()] == ["该表述引自制度原文", ""]


def test_edited_line_reopens_only_itself_and_keeps_its_history(year, returned):
    sheet, content = returned
    content["entries"][0]["values"]["content"] = "甲（具体）"

    sheet = year.submit(sheet, content)

    assert verdicts(sheet) == [("甲（具体）", "", "不够具体", 1), ("乙", "accepted", "", 0)]
    assert RiskPoint.objects.count() == 2  # the replaced proposal is gone


def test_accepted_line_that_is_edited_is_judged_again(year, returned):
    sheet, content = returned
    content["entries"][0]["values"]["content"] = "甲（具体）"
    content["entries"][1]["values"]["manifestation"] = "另一种表现"

    sheet = year.submit(sheet, content)

    assert [row[:2] for row in verdicts(sheet)] == [("甲（具体）", ""), ("乙", "")]


def test_line_may_be_taken_out_or_added_or_moved(year, returned):
    sheet, content = returned
    _, second = content["entries"]
    content["entries"] = [second, sheet_for(sheet).new_entry(point("丙"))]

    sheet = year.submit(sheet, content)

    assert [row[:2] for row in verdicts(sheet)] == [("乙", "accepted"), ("丙", "")]


def test_return_for_incompleteness_keeps_all_lines_and_an_unchanged_resubmission_reopens_none(
    year, submitted, returned
):
    _, content = returned
    content["entries"][0]["values"]["content"] = "甲（具体）"
    sheet = year.submit(returned[0], content)
    sheet = year.send_back(sheet, year.campus.head, opinion="请再查外部环境")
    assert [row[1] for row in verdicts(sheet)] == ["accepted", "accepted"]

    sheet = year.submit(sheet, content)

    assert [row[1] for row in verdicts(sheet)] == ["accepted", "accepted"]


def test_line_returned_twice_counts_both_rounds(year, returned):
    sheet, content = returned
    content["entries"][0]["values"]["content"] = "甲（具体）"
    sheet = year.submit(sheet, content)

    sheet = year.send_back(sheet, year.campus.head, returned={content["entries"][0]["key"]: "仍不具体"})

    assert verdicts(sheet) == [("甲（具体）", "returned", "仍不具体", 2), ("乙", "accepted", "", 0)]


def test_database_refuses_a_return_without_words(submitted):
    with pytest.raises(IntegrityError), transaction.atomic():
        submitted.lines.update(verdict="returned", comment="")
    with pytest.raises(IntegrityError), transaction.atomic():
        submitted.decisions.update(verdict="return", opinion="", redo_on=None)

    submitted.lines.update(verdict="returned", comment="不准")


# --- Withdrawal -----------------------------------------------------------------------------------------


def test_filler_withdraws_before_any_vote_and_submits_again(year, submitted):
    sheet = year.withdraw(submitted)
    assert (where(sheet), sheet.version, sheet.round) == (("open", "fill", ""), 2, 1)

    sheet = year.submit(sheet, year.points(sheet, point("改过")))

    assert (where(sheet), [row[0] for row in verdicts(sheet)]) == (("in_review", "review", "group_member"), ["改过"])


@pytest.mark.parametrize("who", ["member", "head", "liaison", "office", "colleague"])
def test_nobody_else_withdraws_it(year, submitted, who):
    before = everything(submitted)

    with pytest.raises(NotAllowed):
        year.withdraw(submitted, by=getattr(year.campus, who))

    assert everything(submitted) == before


def test_withdrawal_is_refused_after_the_first_vote(year, submitted):
    year.vote(submitted, year.campus.member)
    before = everything(submitted)

    with pytest.raises(steps.NoSuchMove, match="已有领导小组成员表决"):
        year.withdraw(submitted)

    assert everything(submitted) == before


def test_withdrawal_is_refused_after_the_first_step(year, signed):
    before = everything(signed)

    with pytest.raises(steps.NoSuchMove, match="不能撤回"):
        year.withdraw(signed)

    assert everything(signed) == before


def test_withdrawn_sheet_leaves_the_queue_and_the_readers(year, submitted):
    member = year.actor(year.campus.member)
    assert list(Submission.objects.visible_to(member)) == [submitted]

    year.withdraw(submitted)

    assert list(Submission.objects.visible_to(member)) == []


# --- 转办 and 催办 -----------------------------------------------------------------------------------------


@pytest.fixture
def second(year):
    """A second person in the office."""
    user = make_person("戊四", year.campus.office_unit, number="second")
    appoint(user, year.campus.root, "office")
    return user


def test_handed_over_sheet_is_the_other_ones_alone(year, signed, second):
    sheet = year.hand_over(signed, year.campus.office, second)

    assert (sheet.assigned_to, sheet.version) == (second, signed.version)
    assert told(second, "submission.handed_over") == [sheet.pk]
    with pytest.raises(NotAllowed, match="该表已转戊四办理"):
        year.agree(sheet, year.campus.office)
    assert year.agree(sheet, second).state == "filed"


def test_next_step_is_everybodys_again(year, second):
    sheet = year.sheet("powers")
    sheet = year.submit(sheet, year.points(sheet, power(accountable_post=year.campus.post.code)))
    sheet = year.agree(sheet, year.campus.head, signed=True)
    sheet = year.hand_over(sheet, year.campus.office, second)

    sheet = year.send_back(sheet, second)

    assert sheet.assigned_to is None


@pytest.mark.parametrize("to", ["office", "head", "registrar", "clerk"])
def test_sheet_is_handed_over_to_a_colleague_in_the_same_part_only(year, signed, second, to):
    before = everything(signed)

    with pytest.raises(steps.NoSuchMove):
        year.hand_over(signed, year.campus.office, getattr(year.campus, to))

    assert everything(signed) == before


def test_collective_review_is_not_handed_over(year, submitted):
    with pytest.raises(NotAllowed, match="集体审核由全体成员表决"):
        year.hand_over(submitted, year.campus.head, year.campus.member)


def test_sheet_does_not_stick_with_somebody_who_has_left(year, signed, second):
    sheet = year.hand_over(signed, year.campus.office, second)
    queue = policies.SubmissionPolicy().awaiting(Submission.objects.all(), year.actor(year.campus.office))
    assert list(queue) == []
    Appointment.objects.filter(user=second).update(until=year.clock.today)

    assert list(queue.all()) == [sheet]
    assert year.agree(sheet, year.campus.office).state == "filed"


@pytest.mark.parametrize(
    ("who", "allowed"),
    [
        ("liaison", True),
        ("head", True),
        ("office", True),
        ("registrar", True),
        ("clerk", False),
        ("colleague", False),
        ("other_head", False),
    ],
)
def test_those_who_organise_nudge(year, who, allowed):
    sheet = year.sheet("personal-search")

    if allowed:
        assert routes.nudge(sheet, actor=year.actor(getattr(year.campus, who)), at=year.clock.now) == 1
    else:
        with pytest.raises(NotAllowed):
            routes.nudge(sheet, actor=year.actor(getattr(year.campus, who)), at=year.clock.now)
    assert told(year.campus.clerk, "submission.nudge") == [sheet.pk] * allowed


def test_nudge_reaches_people_once_a_day(year):
    sheet, actor = year.sheet("personal-search"), year.actor(year.campus.liaison)
    for _ in range(2):
        routes.nudge(sheet, actor=actor, at=year.clock.now)
    assert told(year.campus.clerk, "submission.nudge") == [sheet.pk]

    routes.nudge(sheet, actor=actor, at=year.clock.set("2026-09-16 10:00"))

    assert told(year.campus.clerk, "submission.nudge") == [sheet.pk] * 2


# --- Grading --------------------------------------------------------------------------------------------


@pytest.fixture
def to_propose(year):
    """A grading sheet with one point whose rule says grade 2, before the head."""
    year.searched(point())
    sheet = year.sheet("personal-grading")
    return year.submit(sheet, year.grades(sheet, "grade-2"))


def test_grade_that_departs_from_the_proposal_needs_a_reason(year, to_propose):
    key, before = keys(to_propose)[0], everything(to_propose)

    with pytest.raises(Incomplete) as refused:
        year.agree(to_propose, year.campus.head, grades={key: ("grade-3", " ")})
    assert refused.value.faults == {key: {"reason": "与建议（或公示）的等级不同，请写明理由。"}}
    assert everything(to_propose) == before

    sheet = year.agree(to_propose, year.campus.head, grades={key: ("grade-3", "已有复核")})
    entry = sheet_for(sheet).shown()[0]
    assert (entry.details["proposed_grade"].code, entry.details["grade_reason"]) == ("grade-3", "已有复核")


@pytest.mark.parametrize(
    "grades", [{}, {"other": ("grade-2", "")}, {"key": ("grade-9", "理由")}, {"key": ("", "理由")}]
)
def test_every_line_needs_a_grade_of_the_scheme(year, to_propose, grades):
    key = keys(to_propose)[0]

    with pytest.raises(Incomplete) as refused:
        year.agree(
            to_propose,
            year.campus.head,
            grades={key if name == "key" else name: value for name, value in grades.items()},
        )

    assert refused.value.faults == {key: {"grade": "请选择等级。"}}
    assert year.again(to_propose).step == "propose"


@pytest.mark.parametrize(
    ("final", "reason", "passes"),
    [
        ("grade-3", "", False),
        ("grade-3", "公示后降级", True),
        ("grade-1", "", False),
        ("grade-1", "公示后升级", True),
    ],
)
def test_final_grade_that_departs_from_the_notice_needs_a_reason(year, to_propose, final, reason, passes):
    sheet = year.agree(to_propose, year.campus.head, grades=year.as_proposed(to_propose))
    year.at("09-28")
    year.sweep()
    sheet, key = year.again(sheet), keys(to_propose)[0]

    if passes:
        sheet = year.agree(sheet, year.campus.head, grades={key: (final, reason)})
        assert sheet_for(sheet).shown()[0].details["final_grade"].code == final
    else:
        with pytest.raises(Incomplete):
            year.agree(sheet, year.campus.head, grades={key: (final, reason)})


@pytest.mark.parametrize("final", ["grade-2", "grade-3"])
def test_where_notice_and_rule_differ_either_grade_needs_a_reason(year, to_propose, final):
    key = keys(to_propose)[0]
    year.agree(to_propose, year.campus.head, grades={key: ("grade-3", "已有复核")})  # the rule says 2
    year.at("09-28")
    year.sweep()
    sheet = year.again(to_propose)

    with pytest.raises(Incomplete):
        year.agree(sheet, year.campus.head, grades={key: (final, "")})
    assert year.agree(sheet, year.campus.head, grades={key: (final, "经集体研究")}).step == "file"


def test_final_grade_as_noticed_needs_no_reason_where_notice_and_rule_agree(year, to_propose):
    year.agree(to_propose, year.campus.head, grades=year.as_proposed(to_propose))
    year.at("09-28")
    year.sweep()
    sheet = year.again(to_propose)

    sheet = year.agree(sheet, year.campus.head, grades=year.as_noticed(sheet))

    assert where(sheet) == ("in_review", "file", "office")


def test_sheet_waits_for_its_notice_and_nobody_can_hurry_it(year, to_propose):
    sheet = year.agree(to_propose, year.campus.head, grades=year.as_proposed(to_propose))
    assert where(sheet) == ("in_review", "publicise", policies.NOTICE)

    for user in User.objects.all():
        with pytest.raises(NotAllowed):
            year.agree(sheet, user, grades=year.as_proposed(sheet))
    assert list(people_who_may("decide", sheet)) == []


def test_second_notice_shows_the_grades_of_the_second_round(year, to_propose):
    """Returned from the last step, a sheet still holds the grades of the first round; the new notice must not show them."""
    campus, key = year.campus, keys(to_propose)[0]
    sheet = year.agree(to_propose, campus.head, grades=year.as_proposed(to_propose))
    year.at("09-28")
    year.sweep()
    sheet = year.again(sheet)
    sheet = year.agree(sheet, campus.head, grades=year.as_noticed(sheet))
    sheet = year.send_back(sheet, campus.office, opinion="请说明依据")
    sheet = year.submit(sheet, {"entries": [], "values": {}} | resubmitted(sheet))

    year.agree(sheet, campus.head, grades={key: ("grade-1", "重新评估")})

    notices = PublicityNotice.objects.filter(submission=sheet).order_by("round")
    assert [[item["grade"] for item in notice.items] for notice in notices] == [["二级"], ["一级"]]


def resubmitted(sheet):
    """What the grading form still holds, unchanged."""
    return {
        "entries": [
            {
                "key": str(line.entry),
                "base": RiskPoint.objects.get(
                    series=line.risk_point.series, in_force_from__isnull=False, in_force_until=None
                ).pk,
                "change": "revise",
                "values": {**line.risk_point.factors, "grade": "", "reason": ""},
            }
            for line in sheet.lines.select_related("risk_point")
        ]
    }


# --- Copies and readers ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("grade", "copied"), [("grade-1", True), ("grade-2", True), ("grade-3", False)])
def test_office_gets_a_copy_of_grades_one_and_two_and_cannot_see_grade_three(year, grade, copied):
    office = year.actor(year.campus.office)
    year.searched(point())
    year.graded(grade)

    sheet = year.controlled()

    assert sheet.state == "filed"
    assert list(sheet.custodies.filter(role="office").values_list("is_copy", flat=True)) == [True] * copied
    assert Submission.objects.visible_to(office).filter(pk=sheet.pk).exists() == copied
    assert FiledPaper.objects.visible_to(office).filter(submission=sheet).exists() == copied
    assert ("copied" in documents.document(sheet)["marks"]) == copied
    assert ControlMeasure.objects.visible_to(office).exists() == copied
    assert Submission.objects.listed_to(office).filter(pk=sheet.pk).exists()  # that it was filed, it may know


def test_gravest_line_decides_about_the_copy(year):
    year.searched(point("轻"), point("重"))
    year.graded("grade-3", "grade-1")

    assert year.controlled().custodies.filter(role="office", is_copy=True).count() == 1


@pytest.mark.parametrize(
    ("who", "stages"),
    [
        ("clerk", "11111"),
        ("liaison", "00000"),
        ("member", "01111"),
        ("head", "01111"),
        ("colleague", "00000"),
        ("other_head", "00000"),
        ("leader", "00000"),
        ("office", "00011"),
        ("chair", "00000"),
        ("registrar", "00000"),
        ("sys_admin", "00000"),
        ("auditor", "00000"),
    ],
)
def test_personal_sheet_is_read_by_those_it_has_reached(year, who, stages):
    """Before submission, in review, before signature, before filing, filed."""
    actor = year.actor(getattr(year.campus, who))

    def seen(sheet):
        return str(int(Submission.objects.visible_to(actor).filter(pk=sheet.pk).exists()))

    sheet = year.sheet("personal-search")
    found = seen(sheet)
    sheet = year.submit(sheet, year.points(sheet, point()))
    found += seen(sheet)
    for voter in (year.campus.member, year.campus.head):
        year.vote(sheet, voter)
    sheet = year.agree(sheet, year.campus.head)
    found += seen(sheet)
    sheet = year.agree(sheet, year.campus.head, signed=True)
    found += seen(sheet)
    sheet = year.agree(sheet, year.campus.office)
    found += seen(sheet)

    assert found == stages


def test_queue_holds_exactly_what_one_may_decide(year, submitted):
    policy, rows = policies.SubmissionPolicy(), Submission.objects.all()
    own = year.sheet("personal-search", year.campus.head)
    own = year.submit(own, year.points(own, point()))

    for user in User.objects.all():
        actor = year.actor(user)
        queue = set(policy.awaiting(rows, actor))
        assert queue == {sheet for sheet in (submitted, own) if can(actor, "decide", sheet)}, user
        assert queue == {sheet for sheet in (submitted, own) if user in people_who_may("decide", sheet)}, user
    assert set(policy.awaiting(rows, year.actor(year.campus.member))) == {submitted, own}
    assert set(policy.awaiting(rows, year.actor(year.campus.head))) == {submitted}


def test_somebody_signed_out_has_nothing_to_fill_and_nothing_to_decide(year, submitted):
    policy, rows = policies.SubmissionPolicy(), Submission.objects.all()
    nobody = Actor(None, on=year.clock.today)

    assert list(policy.to_fill(rows, nobody)) == []
    assert list(policy.awaiting(rows, nobody)) == []
    assert list(rows.visible_to(nobody)) == []
    assert list(rows.listed_to(nobody)) == []
    assert policy.to_fill(rows, year.actor(year.campus.liaison)).count() == 3  # what could have leaked


# --- The second year ------------------------------------------------------------------------------------


@pytest.fixture
def second_year(year):
    """Points 甲 (grade 1), 乙 (2) and 丙 (3) with their measures, filed in 2026; the campaign of 2027."""
    year.searched(point("甲"), point("乙"), point("丙"))
    year.graded("grade-1", "grade-2", "grade-3")
    year.controlled()
    return Year(year.campus, year.clock, number=2027)


def choose(sheet, **choices):
    """Content that keeps, revises or retires what the register offers, by its present content."""
    entries = sheet_for(sheet).offered()
    for entry in entries:
        entry["change"], changes = choices[entry["values"]["content"]]
        entry["values"].update(changes)
    return {"entries": entries, "values": {}}


KEEP, RETIRE = ("keep", {}), ("retire", {"reason": "岗位已不办理该业务"})


def in_force(model, on):
    return sorted(str(row) for row in model.objects.in_force(on))


def test_last_years_points_are_offered_and_kept_revised_or_retired(second_year):
    year = second_year
    sheet = year.sheet("personal-search")
    before = {row.content: row for row in RiskPoint.objects.in_force(date(2026, 12, 31))}

    sheet = year.submit(sheet, choose(sheet, 甲=KEEP, 乙=("revise", {"content": "乙改"}), 丙=RETIRE))
    assert in_force(RiskPoint, year.clock.today) == ["丙", "乙", "甲"]
    year.agree(year.review(sheet), year.campus.office)

    after = {row.content: row for row in RiskPoint.objects.in_force(year.clock.today)}
    assert set(after) == {"甲", "乙改"}
    assert after["甲"].pk == before["甲"].pk
    assert (after["乙改"].series, after["乙改"].pk == before["乙"].pk) == (before["乙"].series, False)
    assert in_force(RiskPoint, date(2026, 12, 31)) == ["丙", "乙", "甲"]


def test_retired_point_takes_its_measures_out_of_the_register(second_year):
    year = second_year
    sheet = year.sheet("personal-search")
    assert ControlMeasure.objects.in_force(year.clock.today).count() == 9

    year.agree(year.review(year.submit(sheet, choose(sheet, 甲=KEEP, 乙=KEEP, 丙=RETIRE))), year.campus.office)

    assert ControlMeasure.objects.in_force(year.clock.today).count() == 6
    assert ControlMeasure.objects.in_force(date(2026, 12, 31)).count() == 9


@pytest.mark.parametrize(
    ("choice", "fault"),
    [
        (("", {}), {"change": "请选择沿用、修改或撤销。"}),
        (("add", {}), {"change": "请选择沿用、修改或撤销。"}),
        (("retire", {"reason": " "}), {"reason": "请写明撤销的理由。"}),
        (("revise", {"content": ""}), {"content": "请填写“风险内容”。"}),
        (("revise", {}), {"change": "内容与现行登记相同：不改请选“沿用”，要改请修改内容。"}),
    ],
)
def test_what_is_on_record_needs_a_choice(second_year, choice, fault):
    sheet = second_year.sheet("personal-search")
    content = choose(sheet, 甲=KEEP, 乙=choice, 丙=KEEP)

    with pytest.raises(Incomplete) as refused:
        second_year.submit(sheet, content)

    assert list(refused.value.faults.values()) == [fault]


def test_reviewer_sees_last_years_text_beside_this_years(second_year):
    sheet = second_year.sheet("personal-search")
    sheet = second_year.submit(sheet, choose(sheet, 甲=KEEP, 乙=("revise", {"content": "乙改"}), 丙=RETIRE))

    shown = {
        entry.fields[0][2]: (entry.change_label, [value for _, _, value in entry.before][:1], entry.reason)
        for entry in sheet_for(sheet).shown()
    }

    assert shown == {"甲": ("沿用", [], ""), "乙改": ("修改", ["乙"], ""), "丙": ("撤销", [], "岗位已不办理该业务")}


def test_measures_that_did_not_change_stay_the_same_version(second_year):
    year = second_year
    sheet = year.sheet("personal-search")
    year.agree(year.review(year.submit(sheet, choose(sheet, 甲=KEEP, 乙=KEEP, 丙=KEEP))), year.campus.office)
    year.graded("grade-1", "grade-2", "grade-3")
    before = set(ControlMeasure.objects.in_force(year.clock.today).values_list("pk", flat=True))

    year.controlled(monitoring="每周抽查")

    after = ControlMeasure.objects.in_force(year.clock.today)
    assert set(after.exclude(stage="monitoring").values_list("pk", flat=True)) <= before
    assert set(after.filter(stage="monitoring").values_list("text", flat=True)) == {"每周抽查"}
    assert after.count() == 9


def test_filed_paper_does_not_change_with_what_comes_later(second_year):
    year, campus = second_year, second_year.campus
    paper = FiledPaper.objects.get(submission__task__code="personal-control", submission__person=campus.clerk)
    frozen = paper.document
    assert digest_of(frozen) == paper.digest

    User.objects.filter(pk=campus.clerk.pk).update(name="改名")
    campus.post.name = "改了岗位"
    campus.post.save()
    sheet = year.sheet("personal-search")
    year.agree(
        year.review(year.submit(sheet, choose(sheet, 甲=("revise", {"content": "甲改"}), 乙=RETIRE, 丙=KEEP))),
        campus.office,
    )

    again = documents.document(Submission.objects.get(pk=paper.submission_id))
    assert again == frozen
    assert [row["content"] for row in again["rows"]] == ["甲", "乙", "丙"]
    assert again["fields"]["person.name"] == "甲一"


def test_ledger_of_any_day_shows_that_day(second_year):
    year = second_year
    sheet = year.sheet("personal-search")
    year.agree(
        year.review(year.submit(sheet, choose(sheet, 甲=("revise", {"content": "甲改"}), 乙=RETIRE, 丙=KEEP))),
        year.campus.office,
    )

    def ledger(day):
        rows = ledgers.rows(ledgers.everything(), year.campus.scheme, year.campus.unit, on=day)
        return sorted(
            (row.point.content, row.point.final_grade.label if row.point.final_grade else "", len(row.measures))
            for row in rows
        )

    assert {
        day: ledger(day)
        for day in (date(2026, 9, 14), date(2026, 9, 15), date(2026, 9, 28), date(2026, 11, 3), date(2027, 9, 15))
    } == {
        date(2026, 9, 14): [],
        date(2026, 9, 15): [("丙", "", 0), ("乙", "", 0), ("甲", "", 0)],
        date(2026, 9, 28): [("丙", "三级", 0), ("乙", "二级", 0), ("甲", "一级", 0)],
        date(2026, 11, 3): [("丙", "三级", 3), ("乙", "二级", 3), ("甲", "一级", 3)],
        date(2027, 9, 15): [("丙", "三级", 3), ("甲改", "", 3)],
    }

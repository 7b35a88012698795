"""The demo campus: everybody finds something to do, nothing is left to chance, and no rule was bent for it."""

import hashlib
import io
import json
from collections import Counter
from datetime import date

import pytest
from django.contrib.auth import authenticate
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import transaction
from django.test import override_settings
from django.utils import timezone

from registers import audit, clock, versions
from registers.access import policy_of
from registers.actors import Actor
from registers.models import (
    AuditEntry,
    ControlMeasure,
    GroupMember,
    Incumbency,
    LeadingGroup,
    PowerItem,
    RiskPoint,
    Scheme,
    Unit,
    User,
)
from registers.papers.compose import document_for
from registers.papers.given import GIVEN
from registers.refusals import Refused
from registers.schemes.assessment import Assessment, Criterion
from registers.schemes.checking import loading
from tests import factories, kept
from tests.workflows import declared, founded
from workflows.deadlines import holidays
from workflows.demo import campus
from workflows.demo.corpus import Corpus, dealt
from workflows.demo.people import DEMO_PASSWORD, PERSONAS
from workflows.models import (
    Activity,
    CalendarDay,
    Campaign,
    Draft,
    Notification,
    PublicityNotice,
    ReadingDocument,
    ReviewVote,
    Submission,
)

pytestmark = pytest.mark.database("sqlite")

# Administrators touch no form content, and the party committee acts only where everybody below is concerned.
WITHOUT_DESK = {"sys_admin", "security_admin", "auditor", "party_committee", "discipline"}


def run(**options):
    out = io.StringIO()
    call_command("demo", stdout=out, stderr=out, **options)
    return out.getvalue()


def register_digest():
    """What is on record and where every sheet stands, without the identifiers that a database makes up."""
    points = RiskPoint.objects.order_by("pk").values_list(
        "unit__code",
        "post__code",
        "holder__name",
        "category__code",
        "content",
        "manifestation",
        "finding_source",
        "power_item",
        "factors",
        "final_grade__code",
        "in_force_from",
        "in_force_until",
    )
    measures = ControlMeasure.objects.order_by("pk").values_list("unit__code", "stage", "text", "in_force_from")
    powers = PowerItem.objects.order_by("pk").values_list(
        "unit__code", "name", "accountable_post__code", "in_force_until"
    )
    sheets = Submission.objects.order_by("pk").values_list(
        "task__code", "unit__code", "person__number", "state", "step", "round", "due_on", "moved_at"
    )
    acts = (
        AuditEntry.objects.filter(act__startswith="submission")
        .order_by("sequence")
        .values_list("act", "at", "actor__number")
    )
    rows = [list(rows) for rows in (points, measures, powers, sheets, acts)]
    return hashlib.sha256(json.dumps(rows, ensure_ascii=False, sort_keys=True, default=str).encode()).hexdigest()


@pytest.fixture(scope="module")
def demo(django_db_setup, django_db_blocker, tmp_path_factory):
    """A school in an empty database; ``digests`` of two makings.

    The first is kept: just this code need not make the same school twice again on that day, and meets one of another process.
    """
    first = tmp_path_factory.mktemp("demo") / "digest"
    with django_db_blocker.unblock(), override_settings(DEMO=True), transaction.atomic():
        factories.make_scheme()
        with kept.made_once("register", first, depends=kept.shape_of_the_demo()):
            if not first.exists():
                with transaction.atomic():
                    run(scheme="changchun-2016", size="school")
                    first.write_text(register_digest())
                    transaction.set_rollback(True)
        said = run(scheme="changchun-2016", size="school")
        yield {"digests": [first.read_text(), register_digest()], "said": said}
        transaction.set_rollback(True)


@pytest.fixture
def year(demo):
    return timezone.localdate().year


def desk_of(user):
    """What the person has to fill and to decide, as the desk shows it."""
    actor, policy = Actor(user), policy_of(Submission)
    seen = Submission.objects.visible_to(actor)
    return set(policy.to_fill(seen, actor)), set(policy.awaiting(seen, actor))


def test_same_seed_makes_the_same_register(demo):
    assert len(set(demo["digests"])) == 1


def test_demo_says_what_it_made_and_refused_nothing(demo):
    assert demo["said"].startswith("演示校园已生成：8 个单位、72 人、")
    assert "停在了原处" not in demo["said"]


def test_second_run_says_so_and_changes_nothing(demo):
    before = register_digest(), User.objects.count(), AuditEntry.objects.count()

    said = run(scheme="changchun-2016", size="college", seed=7)

    assert "已经存在（8 个单位、72 人），没有改动任何数据" in said
    assert (register_digest(), User.objects.count(), AuditEntry.objects.count()) == before


def test_story_ends_on_the_day_before_the_last_days(demo, year):
    assert clock.today() == date(year, 9, 15)
    assert timezone.localtime(clock.now()).hour == 10


def test_audit_chain_holds_and_time_only_passes(demo):
    count, breaks = audit.verify()
    moments = list(AuditEntry.objects.exclude(act="scheme.load").order_by("sequence").values_list("at", flat=True))

    assert (breaks, count > 200, founded.by_nobody()) == ([], True, [])
    assert moments == sorted(moments)


@pytest.mark.parametrize(
    "persona", [persona for persona in PERSONAS if persona.seat not in WITHOUT_DESK], ids=lambda p: p.number
)
def test_everybody_one_signs_in_as_has_something_to_do(demo, persona):
    to_fill, to_decide = desk_of(User.objects.get(number=persona.number))

    assert to_fill or to_decide


def test_every_persona_signs_in_with_the_printed_password(demo, rf):
    said = run(logins=True)

    assert f"密码均为 {DEMO_PASSWORD}" in said
    for persona in PERSONAS:
        assert any(line.startswith(persona.number) for line in said.splitlines())
        assert (
            authenticate(rf.post("/login/"), username=persona.number, password=DEMO_PASSWORD).number == persona.number
        )


def sheet(number, code="personal-search"):
    return Submission.objects.get(task__code=code, person__number=number)


def steps_of(sheets):
    return Counter((sheet.task.code, sheet.step) for sheet in sheets)


def test_personas_find_what_the_guide_promises(demo):
    head_sheet = sheet("1004")

    assert sheet("1001").state == "open" and not Draft.objects.filter(submission=sheet("1001")).exists()
    assert RiskPoint.objects.filter(holder__number="1001", in_force_until=None).count() >= 3
    assert sheet("1001", "personal-grading").state == "waiting"
    assert {"unit-search", "power-directory"} <= {
        sheet.task.code for sheet in desk_of(User.objects.get(number="1002"))[0]
    }
    assert ("personal-search", "review") in steps_of(desk_of(User.objects.get(number="1003"))[1])
    assert set(steps_of(desk_of(User.objects.get(number="1004"))[1])) >= {
        ("personal-search", "review"),
        ("personal-search", "sign"),
        ("personal-grading", "propose"),
        ("personal-grading", "decide"),
    }
    assert head_sheet in desk_of(User.objects.get(number="2001"))[1]
    assert ("personal-search", "file") in steps_of(desk_of(User.objects.get(number="3001"))[1])
    # What the leading group decides waits for the office to put it on an agenda.
    assert ("unit-grading", "decide") in steps_of(desk_of(User.objects.get(number="3001"))[1])


def test_returned_sheet_has_its_reason_beside_the_line(demo):
    returned = sheet("1005")
    line = returned.lines.get(verdict="returned")

    assert (returned.state, returned.round, bool(line.comment)) == ("returned", 2, True)
    assert returned.lines.filter(verdict="accepted").count() == returned.lines.count() - 1
    assert returned.due_on >= clock.today()


def test_every_unit_is_complete(demo):
    for unit in Unit.objects.filter(parent__isnull=False):
        group = LeadingGroup.objects.in_force(clock.today()).get(unit=unit)
        seats = Counter(GroupMember.objects.filter(group=group).values_list("seat", flat=True))
        assert (seats["leader"], seats["deputy"], sum(seats.values()) >= 3) == (1, 1, True)
        assert set(unit.appointments.values_list("role", flat=True)) == {"unit_head", "liaison", "leader_in_charge"}
    posts = Incumbency.objects.in_force(clock.today()).filter(post__is_risk_post=True)
    assert 0.25 < posts.count() / User.objects.count() < 0.45
    assert not posts.filter(post__duties=None).exists()


def test_self_checks_stand_at_every_stage(demo):
    stands = Counter(Submission.objects.filter(task__code="personal-search").values_list("state", flat=True))
    total = sum(stands.values())

    assert 0.25 < stands["filed"] / total < 0.5
    assert 0.25 < stands["in_review"] / total < 0.55
    assert stands["returned"] >= 2
    assert stands["open"] >= 3


def test_one_notice_runs_and_one_has_ended(demo):
    today = clock.today()

    assert PublicityNotice.objects.filter(starts_on__lte=today, ends_on__gte=today, cleared_at=None).exists()
    assert PublicityNotice.objects.filter(ends_on__lt=today, cleared_at__isnull=False).exists()


def test_nothing_waits_to_be_mailed_and_old_messages_are_read(demo):
    assert not Notification.objects.filter(mailed_at=None).exists()
    assert Notification.objects.filter(read_at=None).exists()
    assert not Notification.objects.filter(read_at=None, created_at__lt=clock.now() - clock.seconds(7 * 86400)).exists()


def test_names_are_made_up(demo):
    corpus = Corpus()
    known = {surname + given for surname in corpus.people["surnames"] for given in corpus.people["given_names"]}
    known |= {person["name"] for person in corpus.people["rare_people"]}
    names = list(User.objects.values_list("name", flat=True))

    assert set(names) <= known
    assert len(set(names)) == len(names)


def test_two_units_have_nearly_the_same_text(demo):
    pairs = Corpus().history["near_duplicates"]
    filed = set(RiskPoint.objects.values_list("unit__code", "content"))

    assert any(all((entry["unit"], entry["content"]) in filed for entry in pair["entries"]) for pair in pairs)


@pytest.mark.django_db
def test_database_with_other_units_is_left_alone(make_campus, settings):
    settings.DEMO = True
    make_campus()
    before = Unit.objects.count(), User.objects.count()

    with pytest.raises(CommandError, match="演示数据只写入空数据库"):
        run(scheme="changchun-2016", size="school")

    assert (Unit.objects.count(), User.objects.count()) == before


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("options", "production", "said"),
    [
        ({"scheme": "changchun-2016"}, True, "不能写入正式环境"),
        ({}, False, "请用 --scheme 指明方案"),
        ({"scheme": "no-such"}, False, "没有方案“no-such”"),
    ],
)
def test_refusals_name_the_remedy(settings, options, production, said):
    settings.PRODUCTION = production

    with pytest.raises(CommandError, match=said):
        run(**options)

    assert not Unit.objects.exists()


@pytest.mark.django_db
def test_logins_of_an_empty_database_are_none():
    said = "数据库中没有用演示密码登录的账号。\n还没有任何账号。设立第一位系统管理员：manage.py first_admin\n"
    assert run(logins=True) == said


@pytest.mark.django_db
def test_scheme_without_calendar_has_a_register_and_no_campaign(settings, monkeypatch):
    settings.DEMO = True
    read = loading.read

    def without_tasks(path):
        rules, document = read(path)
        document = {**document, "tasks": [], "phases": []}
        return type(rules).model_validate(document), document

    monkeypatch.setattr(loading, "read", without_tasks)
    factories.make_scheme()

    run(scheme="changchun-2016", size="school")

    assert Submission.objects.count() == 0
    assert RiskPoint.objects.in_force(clock.today()).count() > 150


@pytest.mark.once
def test_sizes_add_up():
    shares = campus.apportioned(100, [1, 2, 3], least=[10, 5, 5])

    assert (sum(shares), shares) == (100, [23, 32, 45])


@pytest.mark.once
@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        (["a", "b"], ["a", "b", "c"], {"a": "a", "b": "b"}),
        (["a", "b", "c"], ["a", "x", "y"], {"a": "a", "b": "x", "c": "y"}),
        (["a", "b", "c"], ["x"], {"a": "x", "b": "x", "c": "x"}),
        (["a", "b"], ["a"], {"a": "a", "b": "a"}),
        (["a"], [], {}),
    ],
)
def test_codes_that_a_scheme_does_not_know_are_dealt_to_its_own(ours, theirs, expected):
    assert dealt(ours, theirs) == expected


@pytest.mark.django_db
def test_calendar_knows_announced_years_only():
    known = holidays.seed([2025, 2026, 2040])
    days = dict(CalendarDay.objects.values_list("day", "is_working"))

    assert known == [2025, 2026]
    assert (days[date(2026, 10, 1)], days[date(2026, 10, 10)]) == (False, True)
    assert not any(day.year == 2040 for day in days)
    assert holidays.seed([2026]) == [2026]


@pytest.mark.django_db
def test_history_takes_no_record_twice(make_campus):
    campus = make_campus()
    item = PowerItem(unit=campus.unit, name="审批")

    versions.load_history([item], on=date(2025, 9, 1))

    assert PowerItem.objects.in_force(date(2025, 9, 1)).get() == item
    with pytest.raises(Refused):
        versions.load_history([PowerItem(unit=campus.unit, name="新"), item], on=date(2025, 9, 1))
    assert PowerItem.objects.count() == 1


def test_sources_of_papers_give_what_they_declare(demo, year):
    units = list(Unit.objects.filter(pk__in=Activity.objects.values("unit"))[:3])
    scored = Assessment(criteria=[Criterion(code="attention", label="是否重视", points=15)])
    rules = Scheme.objects.get(slug="changchun-2016").rules.model_copy(update={"assessment": scored})
    made = {name: [] for name in GIVEN if GIVEN[name].about not in (None, "meeting")}
    for name in (name for name in made if GIVEN[name].about == "unit"):
        made[name] = [
            document_for(name, unit=unit, units=list(unit.subtree()), on=clock.today(), rules=rules) for unit in units
        ]
    returned = Submission.objects.filter(decisions__verdict="return").with_rules().first()
    made["return_notice"] = [document_for("return_notice", submission=returned, votes=[])]
    voted = ReviewVote.objects.filter(counted=True).exclude(submission__state="open").latest("at").submission
    made["review_record"] = [document_for("review_record", submission=voted, votes=list(voted.votes.all()))]
    for activity in Activity.objects.all()[:20]:
        about = {"attendances": activity.attendances.all(), "whole": True}
        made["activity_record"].append(document_for("activity_record", activity=activity, **about))
    activity.opinions.create(source="教职工代表", words="同意")  # the scheme of this demo has no consultations
    made["consultation_record"] = [document_for("consultation_record", activity=activity, **about)]
    for document in ReadingDocument.objects.all():
        made["reading_record"].append(document_for("reading_record", document=document, receipts=document.receipts))
    declared.add_inspections(made)
    declared.add_ranking(made, Campaign.objects.get(state="open"))
    declared.add_assessments(made)
    declared.add_notices(made)
    declared.add_statement(made, units[0])
    declared.add_education(made, next(unit for unit in units if unit.parent_id))
    found = [fault for name, documents in made.items() for fault in declared.of_source(name, documents)]
    assert found == [], found

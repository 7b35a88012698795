"""A random walk: anybody does anything to any sheet, in time or too late; what must hold, holds after every step."""

import functools
from collections import Counter

import pytest
from django.db import connection, transaction
from django.db.models import F
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from registers import audit
from registers.access import NotAllowed, can, people_who_may
from registers.actors import SCHOOL_ROLES
from registers.models import AuditEntry, ControlMeasure, PowerItem, RiskPoint
from registers.refusals import Refused, Stale
from registers.text import digest_of
from tests.longer import LONG
from tests.personas import GRADED, MEASURES, point, power, unit_point
from workflows import policies
from workflows.demo.publishing import publish_waiting
from workflows.messages import reminders
from workflows.models import Decision, FiledPaper, Notification, ReviewVote, Submission, SubmissionLine
from workflows.models.submissions import EDITABLE, State
from workflows.policies.holding import Holding
from workflows.policies.publicity import drafters
from workflows.routing import routes, steps
from workflows.sheets import Incomplete, sheet_for

pytestmark = pytest.mark.database("sqlite")

REFUSALS = (NotAllowed, Stale, Refused, Incomplete)
PEOPLE = (
    "clerk",
    "colleague",
    "liaison",
    "member",
    "deputy",
    "head",
    "other_head",
    "leader",
    "office",
    "chair",
    "registrar",
    "sys_admin",
    "auditor",
)
DOORS = ("submit", "submit nonsense", "withdraw", "vote", "vote against", "agree", "return", "hand over", "nudge")
VERSIONED = (RiskPoint, PowerItem, ControlMeasure)

people, doors, some = st.sampled_from(PEOPLE), st.sampled_from(DOORS), st.integers(0, 11)
grades = st.sampled_from(sorted(GRADED))


def of_what_is_written(check):
    """Make a check of the tables that is passed over while no row is written and the clock stands: it would see the same again."""

    @functools.wraps(check)
    def checked(walk):
        seen = (connection.connection.total_changes, walk.year.clock.now)
        if walk.seen.get(check) != seen:
            check(walk)
            walk.seen[check] = seen

    return checked


class Walk(RuleBasedStateMachine):
    """``year`` and ``codes`` (which sheets) come from the test; each walk starts from the same day and is rolled back."""

    year = codes = None

    def __init__(self):
        super().__init__()
        self.undo = transaction.atomic()
        self.undo.__enter__()
        self.start, self.routes = self.year.clock.now, self.year.campus.scheme.rules.routes
        self.typed, self.count, self.papers, self.filed = {}, 0, {}, set()
        self.register, self.seen = None, {}

    def teardown(self):
        transaction.set_rollback(True)
        self.undo.__exit__(None, None, None)
        self.year.clock.set(f"{self.start:%Y-%m-%d %H:%M}")

    @initialize()
    def look(self):
        self.sheets = list(
            Submission.objects.filter(
                task__code__in=self.codes, unit=self.year.campus.unit, task__campaign=self.year.campaign
            ).values_list("pk", flat=True)
        )
        self.filed = self.now_filed()
        self.register = self.on_record()

    # -- what people do --------------------------------------------------------------------------------
    @rule(
        which=some,
        who=people,
        door=doors,
        off=st.sampled_from((0, 0, 0, 0, -1, 1)),
        pick=some,
        grade=grades,
        signed=st.booleans(),
    )
    def anybody_does_anything(self, which, who, door, off, pick, grade, signed):
        sheet = self.sheet(which)
        self.go_through(door, sheet, getattr(self.year.campus, who), sheet.version + off, pick, grade, signed)

    @rule(
        which=some,
        pick=some,
        grade=grades,
        times=st.integers(1, 4),
        returns=st.sampled_from((False, False, False, True)),
    )
    def somebody_does_what_is_next(self, which, pick, grade, times, returns):
        """The walk gets somewhere: whoever may act on a sheet does, rightly, several steps on end or with a return at last."""
        for _ in range(times):
            self.step_on(which, pick, grade, returns=False)
        if returns:
            self.step_on(which, pick, grade, returns=True)

    def step_on(self, which, pick, grade, *, returns):
        unfinished = [pk for pk in self.sheets if pk not in self.filed]
        if not unfinished:
            return
        sheet = self.sheet(self.sheets.index(unfinished[which % len(unfinished)]))
        if sheet.state in EDITABLE:
            self.go_through("submit", sheet, sheet.person or self.year.campus.liaison, sheet.version, pick, grade, True)
        elif sheet.waiting_role in (policies.UNPUBLISHED, policies.NOTICE):
            publish_waiting(on=self.year.clock.today, at=self.year.clock.now)
            self.time_passes(10)
        elif sheet.state == State.IN_REVIEW:
            if sheet.waiting_role == "group_member" and sheet.votes.filter(round=sheet.round).count() < 2:
                for member in list(people_who_may("decide", sheet))[:2]:
                    self.go_through("vote", sheet, member, sheet.version, pick, grade, True)
            action = "conclude" if sheet.waiting_role == "group_member" else "decide"
            actor = next(user for user in people_who_may("decide", sheet) if can(self.year.actor(user), action, sheet))
            if sheet.assigned_to_id:
                actor = sheet.assigned_to
            self.go_through("return" if returns else "agree", sheet, actor, sheet.version, pick, grade, True)

    @rule(days=st.integers(0, 9))
    def time_passes(self, days):
        """Sheets open, notices end, reminders are written."""
        later = self.year.clock.now.toordinal() + days
        self.year.clock.set(f"{self.year.clock.now.fromordinal(later):%Y-%m-%d} 10:00")
        self.year.sweep()
        reminders.remind(at=self.year.clock.now)

    def sheet(self, which):
        pk = self.sheets[which % len(self.sheets)]
        return Submission.objects.select_related(
            "task__campaign__scheme", "unit", "post", "person", "group", "assigned_to"
        ).get(pk=pk)

    def go_through(self, door, sheet, user, seen, pick, grade, signed):
        actor, at, before = self.year.actor(user), self.year.clock.now, self.traces(sheet)
        try:
            self.open_door(door, sheet, actor, {"actor": actor, "seen_version": seen, "at": at}, pick, grade, signed)
        except REFUSALS:
            assert self.traces(sheet) == before, "a refused act left a trace"
        else:
            assert door in ("nudge", "hand over", "vote", "vote against") or seen == sheet.version, (
                "a stale act went through"
            )

    def open_door(self, door, sheet, actor, said, pick, grade, signed):
        if door == "submit":
            routes.submit(sheet.pk, content=self.content(sheet, grade), **said)
        elif door == "submit nonsense":
            routes.submit(
                sheet.pk, content={"entries": [sheet_for(sheet).new_entry({"category": "x"})], "values": {}}, **said
            )
            raise AssertionError("nonsense was taken")
        elif door == "withdraw":
            routes.withdraw(sheet.pk, **said)
        elif door in ("vote", "vote against"):
            fine = door == "vote"
            judged = {entry.key: (True, "") for entry in sheet_for(sheet).shown()}
            routes.vote(sheet.pk, complete=fine, opinion="" if fine else "不全", verdicts=judged, **said)
        elif door == "agree":
            routes.decide(sheet.pk, "agree", signed=signed, grades=self.choices(sheet, grade), **said)
        elif door == "return":
            named = {entry.key: "不准" for entry in sheet_for(sheet).shown() if (pick + entry.number) % 2}
            routes.decide(sheet.pk, "return", opinion="请修改", redo_on=said["at"].date(), returned=named, **said)
        elif door == "hand over":
            routes.hand_over(sheet.pk, to=getattr(self.year.campus, PEOPLE[pick]), **said)
        else:
            routes.nudge(sheet, actor=actor, at=said["at"])

    def choices(self, sheet, grade):
        if sheet.step_rules is None or sheet.step_rules.kind != "adjudicate":
            return None
        return {entry.key: (grade, "理由") for entry in sheet_for(sheet).shown()}

    def content(self, sheet, grade):
        """What is typed next: the first time from what the register offers, later what came back, every other line changed."""
        typed = sheet_for(sheet)
        if sheet.pk not in self.typed:
            new = {
                "points": [point("甲"), point("乙")] if sheet.person_id else [unit_point("甲"), unit_point("乙")],
                "powers": [power(accountable_post=self.year.campus.post.code)],
            }.get(sheet.task.brings, [])
            entries = [*typed.offered(), *(typed.new_entry(values) for values in new)]
            for entry in entries:
                entry["change"] = entry["change"] or "keep"
            self.typed[sheet.pk] = {"entries": entries, "values": {"work_plan": "计划", "narrative": "报告"}}
        self.count += 1
        returned = {str(line.entry) for line in sheet.lines.all() if line.verdict == "returned"}
        for number, entry in enumerate(self.typed[sheet.pk]["entries"]):
            fresh = sheet.task.brings in ("grades", "measures") and not sheet.lines.exists()
            if fresh or entry["key"] in returned or (number + self.count) % 3 == 0:
                changed = {
                    "grades": {**GRADED[grade], "reason": f"理由{self.count}"},
                    "measures": {**MEASURES, "disposal": f"处置{self.count}"},
                }.get(
                    sheet.task.brings,
                    {"content": f"内容{self.count}", "name": f"事项{self.count}"} if entry["change"] == "add" else {},
                )
                entry["values"] = {**entry["values"], **(changed if sheet.task.brings != "group" else {})}
        return self.typed[sheet.pk]

    def traces(self, sheet):
        return (
            Submission.objects.filter(pk=sheet.pk).values().get(),
            list(SubmissionLine.objects.filter(submission=sheet).order_by("pk").values()),
            Decision.objects.count(),
            ReviewVote.objects.count(),
            AuditEntry.objects.count(),
            Notification.objects.count(),
        )

    # -- what must hold --------------------------------------------------------------------------------
    @invariant()
    @of_what_is_written
    def every_sheet_stands_at_a_declared_place(self):
        for route, state, step, role in Submission.objects.values_list("task__route", "state", "step", "waiting_role"):
            assert state in State.values
            assert step in [declared.code for declared in self.routes[route].steps]
            if state in (State.OPEN, State.RETURNED, State.WAITING):
                assert (step, role) == ("fill", "")

    @invariant()
    @of_what_is_written
    def every_sheet_in_review_waits_for_somebody(self):
        for sheet in Submission.objects.filter(state=State.IN_REVIEW).select_related("task__campaign__scheme", "unit"):
            if sheet.waiting_role in (policies.UNPUBLISHED, policies.NOTICE):
                on_notice = sheet.notice_sheets.filter(left_at=None).count()
                assert on_notice or drafters(Holding(self.year.clock.today), sheet.step_rules, sheet.unit_id)
                continue
            action = "conclude" if sheet.step_rules.kind == "collective_review" else "decide"
            able = [user for user in people_who_may("decide", sheet) if can(self.year.actor(user), action, sheet)]
            assert able, f"{sheet} sticks at {sheet.step}"

    @invariant()
    @of_what_is_written
    def nobody_decided_about_himself(self):
        assert (
            Decision.objects.filter(actor=F("submission__person")).exclude(verdict__in=["submit", "withdraw"]).count()
            == 0
        )
        assert ReviewVote.objects.filter(member=F("submission__person")).count() == 0
        assert Decision.objects.filter(acting_role__in=SCHOOL_ROLES, actor__unit=F("submission__unit")).count() == 0

    @invariant()
    @of_what_is_written
    def every_move_has_its_decision_and_each_version_moved_once(self):
        seen = {}
        for pk, version in Decision.objects.order_by("seen_version").values_list("submission", "seen_version"):
            seen.setdefault(pk, []).append(version)
        for pk, version in Submission.objects.values_list("pk", "version"):
            assert seen.get(pk, []) == list(range(version))

    @invariant()
    @of_what_is_written
    def signatures_are_signed(self):
        for route, step, signed in Decision.objects.filter(verdict="agree").values_list(
            "submission__task__route", "step", "signed"
        ):
            assert signed == (steps.step_of(self.routes[route], step).kind == "sign")

    @invariant()
    @of_what_is_written
    def filed_sheets_have_their_paper_and_papers_never_change(self):
        papers = {paper.submission_id: paper for paper in FiledPaper.objects.all()}
        assert set(papers) == self.now_filed()
        for pk, paper in papers.items():
            assert digest_of(paper.document) == paper.digest == self.papers.setdefault(pk, paper.digest)

    @invariant()
    @of_what_is_written
    def audit_chain_holds(self):
        assert audit.verify() == (AuditEntry.objects.count(), [])

    @invariant()
    @of_what_is_written
    def register_changes_with_filed_sheets_only(self):
        if self.register is None:
            return
        before, now, filed = self.register, self.on_record(), self.now_filed()
        if filed == self.filed:
            assert now == before, "the register changed and nothing was filed"
        assert {key: row[:-1] for key, row in now.items() if key in before} == {
            key: row[:-1] for key, row in before.items()
        }
        lines = SubmissionLine.objects.filter(submission__in=filed - self.filed)
        brought = {
            (model, pk)
            for model, name in zip(VERSIONED, ("risk_point", "power_item", "measure"), strict=True)
            for pk in lines.values_list(name, flat=True)
        }
        assert set(now) - set(before) <= brought
        self.register, self.filed = now, filed

    @invariant()
    @of_what_is_written
    def one_version_of_a_series_is_in_force(self):
        for model in VERSIONED:
            standing = Counter(
                model.objects.filter(in_force_from__isnull=False, in_force_until=None).values_list("series", flat=True)
            )
            assert set(standing.values()) <= {1}

    @invariant()
    @of_what_is_written
    def no_proposal_is_left_behind(self):
        for model in VERSIONED:
            assert model.objects.filter(in_force_from=None, lines=None).count() == 0

    @staticmethod
    def now_filed():
        return set(Submission.objects.filter(state=State.FILED).values_list("pk", flat=True))

    @staticmethod
    def on_record():
        """(model, pk) → everything it says, its end last."""
        found = {}
        for model in VERSIONED:
            names = [field.attname for field in model._meta.concrete_fields if field.name != "in_force_until"]
            for row in model.objects.filter(in_force_from__isnull=False).values_list(*names, "in_force_until"):
                found[model, row[0]] = tuple(str(value) for value in row)
        return found


STAGES = {
    "search": ("personal-search", "unit-search", "powers", "group"),
    "grading": ("personal-grading", "unit-grading"),
    "control": ("personal-control", "unit-control"),
}


@pytest.fixture
def staged(year, request):
    """The year, played up to a stage by the clerk, the head and the unit."""
    owners = (year.campus.clerk, year.campus.head)
    if request.param != "search":
        for owner in owners:
            year.searched(point("甲"), point("乙"), owner=owner)
        year.searched(unit_point("甲"), unit_point("乙"), code="unit-search")
    if request.param == "control":
        for owner in owners:
            year.graded("grade-3", "grade-2", owner=owner)
            year.at("09-15")
        year.graded("grade-1", "grade-3", code="unit-grading")
        year.at("11-03")
        year.sweep()
    return type("StagedWalk", (Walk,), {"year": year, "codes": STAGES[request.param]})


@pytest.mark.parametrize("staged", STAGES, indirect=True)
def test_random_walk_never_breaks_a_rule(staged):
    profile = settings.default
    examples = profile.max_examples if LONG or profile.max_examples > 100 else 6
    run_state_machine_as_test(staged, settings=settings(profile, max_examples=examples, stateful_step_count=20))

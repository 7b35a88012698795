"""A register outside of any campaign, and people who propose and decide changes of it."""

from registers import versions
from registers.access import people_who_may
from registers.actors import Actor
from registers.models import ControlMeasure, Grade, PowerItem, ProcessStep, RiskCategory, RiskPoint
from registers.schemes.adjusting import POWERS, PREFIX
from registers.schemes.parts import Level
from tests import meeting_pages
from tests.factories import appoint, make_person, moment
from tests.personas import read_again
from tests.workflows.test_every_scheme import STEPS
from workflows import policies, sweeping
from workflows.campaign import adjustments, campaigns
from workflows.deadlines import days
from workflows.demo.publishing import publish_waiting
from workflows.models.submissions import State
from workflows.routing import routes
from workflows.sheets import process, sheet_for


class Office:
    """A register without a campaign, and people who propose and decide changes of it."""

    def __init__(self, campus, clock):
        self.campus, self.clock = campus, clock
        self.rules = campus.scheme.rules
        campus.root.scheme_slug = campus.scheme.slug
        campus.root.save()
        for role, names in (("party_committee", "癸一 癸三 癸四"), ("school_group", "己二 己三")):
            for name in names.split():
                appoint(make_person(name, campus.root), campus.root, role)
        clock.set("2026-03-02 10:00")

    def actor(self, user):
        return Actor(user, on=self.clock.today)

    def open_campaign(self):
        return campaigns.open_campaign(
            scheme=self.campus.scheme, institution=self.campus.root, year=2026, at=self.clock.now, units=[]
        )

    def on_record(self, what):
        """Three records of ``what`` from an old ledger, points with all their measures."""
        campus, names = self.campus, ("改", "销", "措施")
        if what == POWERS:
            domain = self.rules.domains[0].code if self.rules.domains else ""
            common = {
                "unit": campus.unit,
                "accountable_post": campus.post,
                "domain": domain,
                "discipline": "不得收受礼品",
                "service_commitment": "五日内答复",
            }
            powers = [PowerItem(name=f"权力{name}", legal_basis="原依据", **common) for name in names]
            versions.load_history(powers, on=moment("2025-01-01 09:00").date())
            for power in powers:
                ProcessStep.objects.create(power_item=power, position=1, procedure="受理", time_limit="三日")
            return powers
        asked = {ask.field for ask in self.rules.adjustments[f"{PREFIX}{what}"].asks}
        held = {"post": campus.post, "holder": campus.clerk} if what == Level.PERSONAL or "post" in asked else {}
        texts = {name: f"原{name}" for name in ("manifestation", "power_item", "involved_posts") if name in asked}
        texts |= {"duty": campus.post.duties.first().text} if "duty" in asked else {}
        coded = {"finding_source": self.rules.finding_sources, "nature": self.rules.natures}
        texts |= {name: listed[0].code for name, listed in coded.items() if name in asked}
        texts |= {"major_matter": "project"} if "major_matter" in asked else {}
        category = RiskCategory.objects.get(scheme=campus.scheme, code=self.rules.categories_for(what)[0].code)
        grade = Grade.objects.filter(scheme=campus.scheme).order_by("rank").first()
        factors = {factor.code: factor.values[0].code for factor in self.rules.grading.factors}
        common = {
            "level": what,
            "unit": self.unit_of(what),
            "category": category,
            "self_grade": grade,
            "final_grade": grade,
        }
        points = [RiskPoint(content=f"风险{name}", factors=factors, **common, **held, **texts) for name in names]
        measures = [
            ControlMeasure(point_series=point.series, unit=point.unit, stage=stage.code, text=f"原{stage.label}")
            for point in points
            for stage in self.rules.measure_stages
        ]
        versions.load_history([*points, *measures], on=moment("2025-01-01 09:00").date())
        return points

    def unit_of(self, what):
        return self.campus.root if what == Level.SCHOOL else self.campus.unit

    def begin(self, what, actor=None, **named):
        campus = self.campus
        proposer = campus.clerk if what == Level.PERSONAL else campus.office if what == Level.SCHOOL else campus.liaison
        post = campus.post if what == Level.PERSONAL else None
        return adjustments.begin(
            what,
            unit=self.unit_of(what),
            post=post,
            actor=self.actor(actor or proposer),
            at=self.clock.now,
            **named,
        )

    def read(self, sheet):
        return read_again(sheet)

    def hand_in(self, sheet, *entries):
        routes.submit(
            sheet.pk,
            actor=self.actor(sheet.person),
            seen_version=sheet.version,
            content={"entries": list(entries), "values": {}},
            at=self.clock.now,
        )
        return self.finish(sheet)

    def finish(self, sheet):
        """Let whoever may act take the sheet to its end."""
        for _ in range(STEPS):
            sheet = self.read(sheet)
            if sheet.state != State.IN_REVIEW:
                return sheet
            if sheet.waiting_role in (policies.UNPUBLISHED, policies.NOTICE):
                publish_waiting(on=self.clock.today, at=self.clock.now)
                ends = sheet.notices.get(bundled__left_at=None).ends_on
                sweeping.sweep(at=self.clock.set(f"{days.add_days(ends, 1)} 09:00"))
                continue
            deciders = list(people_who_may("decide", sheet).order_by("number"))
            assert deciders, f"{sheet.task}: nobody may act at {sheet.step}"
            assert sheet.waiting_role == policies.MEETING or sheet.person not in deciders, (
                "whoever proposes a change does not decide on it"
            )
            self.decide(sheet, deciders)
        raise AssertionError(f"{sheet} stands at {sheet.step}")

    def decide(self, sheet, deciders):
        if sheet.waiting_role == policies.MEETING:
            meeting_pages.hold(sheet, organiser=self.campus.office)
            return
        shown = sheet_for(sheet).shown()
        if sheet.step_rules.kind == "collective_review":
            verdicts = {entry.key: (True, "") for entry in shown}
            for member in deciders:
                said = {"complete": True, "opinion": "", "verdicts": verdicts, "at": self.clock.now}
                routes.vote(sheet.pk, actor=self.actor(member), seen_version=sheet.version, **said)
            deciders = [user for user in deciders if policies.sums_up(self.actor(user), sheet)]
        grades = None
        if sheet.step_rules.sets:
            grades = {entry.key: (entry.details["proposal"].grade, "") for entry in shown if entry.details["to_grade"]}
        outside = {"body": "高校工委", "number": "1 号", "on": self.clock.today} if sheet.step_rules.outside else None
        said = {"grades": grades, "signed": True, "outside": outside, "at": self.clock.now}
        routes.decide(sheet.pk, "agree", actor=self.actor(deciders[0]), seen_version=sheet.version, **said)


def typed(sheet, values, *, also_optional=False):
    """A value for everything that the sheet requires or gives a choice of, ``also_optional`` for all else. ``values`` go first."""
    fields = [part for field in sheet.entry_fields() for part in (field, *field.details)]
    found = {"reason": "职责有变化"}
    for field in fields:
        if field.kind in ("person", "date") or field.name in ("responsible", "due", "regulation"):
            continue
        options = [value for value, _ in field.options if value]
        if field.kind == "steps":
            found[field.name] = process.typed_text(
                [{"key": "0" * 8 + "-0000-4000-8000-" + "0" * 12, "procedure": "新受理"}]
            )
        elif options:
            found[field.name] = options[0]
        elif field.required or also_optional:
            found.setdefault(field.name, f"新{field.label}"[:20])
    return found | values


def entry_of(sheet, record, change, **values):
    entry = sheet.taken(str(record.series))
    return {**entry, "change": change, "values": {**entry["values"], "reason": "职责有变化", **values}}


def proposals(office, sheet, what, records):
    """One entry of every kind: something new, something else said, something given up, and of points measures alone."""
    kind = sheet_for(sheet)
    said = "legal_basis" if what == POWERS else "content"
    revised, retired, measured = records
    heading = {} if what == POWERS else {"category": office.rules.categories_for(what)[0].code}
    named = {("name" if what == POWERS else "content"): "新增的", **heading}
    wanted = typed(kind, named, also_optional=what == POWERS)
    new = kind.new_entry({name: text for name, text in wanted.items() if name != "grade"})
    filled = {
        name: text for name, text in wanted.items() if name not in ("name", "content", "reason", "grade", "procedure")
    }
    entries = [
        new,
        entry_of(kind, revised, "revise", **{**keeping(kind, revised, filled), said: "改过的"}),
        entry_of(kind, retired, "retire"),
    ]
    if what != POWERS:
        first, *others = [stage.code for stage in office.rules.measure_stages]
        texts = {first: "改过的措施"} | ({others[0]: ""} if others else {})
        entries.append(
            entry_of(kind, measured, "revise", **{**keeping(kind, measured, filled, only=kind.asked_fields), **texts})
        )
    return entries


def keeping(kind, record, filled, only=()):
    """What is on record, and something for what the form requires beside it."""
    there = kind.taken(str(record.series))["values"]
    required = {field.name for field in (only or kind.entry_fields()) if field.required}
    return {name: there.get(name) or (filled.get(name, "") if name in required else "") for name in there}


def levels(office):
    return [code.removeprefix(PREFIX) for code in office.rules.adjustments]

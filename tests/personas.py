"""The same people in every test, and what each of them does in a campaign year."""

from contextlib import contextmanager
from functools import cache

from registers.actors import Actor
from registers.models import Appointment, User
from registers.prepared import Given, Prepared
from tests import factories
from workflows import sweeping
from workflows.campaign import campaigns
from workflows.compiled import minutes
from workflows.demo.publishing import publish_waiting
from workflows.models import Meeting, Notification, Submission
from workflows.routing import routes
from workflows.routing.meetings import agenda, deciding, recording
from workflows.sheets import sheet_for
from workflows.sheets.documents import Composition

# Factor values and the grade that 001's rule proposes for them.
GRADED = {
    "grade-1": {"probability": "high", "harm": "criminal"},
    "grade-2": {"probability": "medium", "harm": "disciplinary"},
    "grade-3": {"probability": "low", "harm": "slight"},
}


def point(content="采购参数照抄一家", **values):
    """The values of one risk point as a post holder types them."""
    return {
        "category": "process",
        "content": content,
        "manifestation": f"{content[:20]}的表现",
        "finding_source": "self",
        "nature": "integrity",
        **values,
    }


def unit_point(content="拆分采购项目", **values):
    """The values of one risk point as a liaison types them for the unit."""
    return {
        "category": "process",
        "power_item": "设备采购",
        "content": content,
        "manifestation": f"{content[:20]}的表现",
        "finding_source": "organisation",
        "involved_posts": "会计核算",
        **values,
    }


def power(name="设备采购立项审核", **values):
    """The values of one power item; ``accountable_post`` is for the caller to name."""
    return {
        "name": name,
        "domain": "procurement",
        "kind": "decision",
        "service_commitment": "五个工作日内答复",
        "discipline": "不得收受礼品",
        "procedure": "经办｜受理｜1日\n审核｜复核｜2日",
        **values,
    }


MEASURES = {"prevention": "两人经办", "monitoring": "每月抽查", "disposal": "谈话提醒"}


class Year:
    """The campaign of a year on a campus, opened on 12 July. ``clock`` says when everything happens; it stands at 15 September.

    ``campaign`` is one that is open already. Sheets are named by their task's code, and by the person (a user) or unit that owes them.
    """

    def __init__(self, campus, clock, *, number=2026, campaign=None):
        self.campus, self.clock, self.number = campus, clock, number
        self.campaign = campaign or self._open()
        self.at("09-15")

    def _open(self):
        campus, at = self.campus, self.at("07-12", hour=9)
        with self._liaison_elsewhere():
            return campaigns.open_campaign(
                scheme=campus.scheme,
                institution=campus.root,
                year=self.number,
                at=at,
                actor=self.actor(campus.registrar),
            )

    @contextmanager
    def _liaison_elsewhere(self):
        """Give the other unit a liaison for the opening, without whom it could not take part."""
        campus = self.campus
        passing = factories.appoint(campus.other_head, campus.other_unit, "liaison")
        try:
            yield
        finally:
            passing.delete()
        Notification.objects.filter(recipient=campus.other_head, kind="submission.opened").delete()

    def at(self, day, hour=10):
        """Set the clock to that day (``MM-DD``) of this year at a full hour, and return the moment."""
        return self.clock.set(f"{self.number}-{day} {hour:02d}:00")

    def actor(self, user):
        return Actor(user, on=self.clock.today)

    def sheet(self, code, owner=None):
        """The sheet as it stands now; ``owner`` a person, a unit, or None for the clerk's or the unit's."""
        personal = code.startswith("personal")
        owner = owner or (self.campus.clerk if personal else self.campus.unit)
        sheets = _sheets(personal).of(campaign=self.campaign.pk, code=code, owner=owner.pk)
        return sheets[0] if len(sheets) == 1 else Submission.objects.get(pk__in=[sheet.pk for sheet in sheets])

    def again(self, sheet):
        """The same sheet, read again."""
        return self.sheet(sheet.task.code, sheet.person or sheet.unit)

    # -- what people do; each returns the sheet as it stands afterwards --------------------------------
    def submit(self, sheet, content, *, by=None, seen=None):
        filler = by or sheet.person or self.campus.liaison
        routes.submit(
            sheet.pk, actor=self.actor(filler), seen_version=self._seen(sheet, seen), content=content, at=self.clock.now
        )
        return self.again(sheet)

    def withdraw(self, sheet, *, by=None, seen=None):
        filler = by or sheet.person or self.campus.liaison
        routes.withdraw(sheet.pk, actor=self.actor(filler), seen_version=self._seen(sheet, seen), at=self.clock.now)
        return self.again(sheet)

    def vote(self, sheet, by, *, verdicts=None, complete=True, opinion="", seen=None):
        keys = [entry.key for entry in Composition(sheet).entries]
        return routes.vote(
            sheet.pk,
            actor=self.actor(by),
            seen_version=self._seen(sheet, seen),
            complete=complete,
            opinion=opinion,
            verdicts=dict.fromkeys(keys, (True, "")) | (verdicts or {}),
            at=self.clock.now,
        )

    def agree(self, sheet, by, *, seen=None, **said):
        routes.decide(
            sheet.pk, "agree", actor=self.actor(by), seen_version=self._seen(sheet, seen), at=self.clock.now, **said
        )
        publish_waiting(on=self.clock.today, at=self.clock.now)  # a notice, on the same day
        return self.again(sheet)

    def send_back(self, sheet, by, *, returned=None, opinion="请补充", redo_on=None, seen=None):
        """Return a sheet; ``returned`` maps entry keys to comments."""
        routes.decide(
            sheet.pk,
            "return",
            actor=self.actor(by),
            seen_version=self._seen(sheet, seen),
            at=self.clock.now,
            opinion=opinion,
            redo_on=redo_on or self.clock.today.replace(day=28),
            returned=returned or {},
        )
        return self.again(sheet)

    def body(self):
        """The school's leading group, the chair first; two more members join it where he is alone."""
        campus = self.campus
        seated = Appointment.objects.filter(role="school_group", unit=campus.root)
        for name in ("己三", "己四") if seated.count() < 2 else ():
            factories.appoint(factories.make_person(name, campus.root), campus.root, "school_group")
        return [campus.chair, *(held.user for held in seated.exclude(user=campus.chair).order_by("pk"))]

    def before_body(self, grade="grade-2", *, owner=None):
        """A unit's grading sheet past its notice, waiting for the school's leading group; the clock moves to 28 September."""
        self.searched(owner=owner, code="unit-search")
        sheet = self.sheet("unit-grading", owner)
        sheet = self.submit(sheet, self.grades(sheet, grade))
        sheet = self.agree(sheet, self.campus.head, grades=self.as_proposed(sheet))
        self.at("09-28")
        self.sweep()
        return self.again(sheet)

    def meeting(self, *sheets, form="held", body="school-group", matter=""):
        """A meeting of the school's leading group with these sheets, or a matter, on its agenda, to which everybody was called."""
        office, at = self.actor(self.campus.office), self.clock.now
        chair = self.body()[0]
        values = {"held_on": self.clock.today, "held_at": None, "place": "", "recorder_id": self.campus.office.pk}
        values |= {"number": agenda.next_number(self.campaign, body), "chair_id": chair.pk}
        values |= {"place": "第一会议室"} if form == "held" else {}
        made = agenda.make(self.campaign, body=body, form=form, values=values, actor=office, at=at)
        if sheets:
            agenda.put_on(made.pk, {sheet.pk: sheet.version for sheet in sheets}, actor=office, at=at)
        if matter:
            agenda.add_matter(made.pk, matter, actor=office, at=at)
        return agenda.call(made.pk, actor=office, at=at)

    def attend(self, meeting, **marks):
        """Record that everybody came, but for the marks given by number (``chair="absent"``)."""
        given = {User.objects.get(number=number).pk: mark for number, mark in marks.items()}
        return recording.attend(
            meeting.pk, given, rest=True, seen_version=self._version(meeting), **self._said(self.campus.office)
        )

    def agree_rest(self, meeting):
        return recording.agree_rest(meeting.pk, seen_version=self._version(meeting), **self._said(self.campus.office))

    def record_outcome(self, meeting, sheet, outcome, **said):
        """Record what the meeting decided on one sheet."""
        item = meeting.items.get(submission=sheet)
        seen = self._version(meeting)
        said = recording.Said(**said)
        return recording.record_outcome(item.pk, outcome, said, seen_version=seen, **self._said(self.campus.office))

    def sign_minutes(self, meeting, by=None):
        """The chair signs what he sees; the items with their results, by sheet."""
        digest = minutes.digest_of_minutes(minutes.protocol_of(self.met(meeting), on=self.clock.today).minutes())
        items = deciding.sign(meeting.pk, seen_digest=digest, **self._said(by or self.campus.chair))
        publish_waiting(on=self.clock.today, at=self.clock.now)
        return {item.submission_id: item for item in items}

    def meet(self, *sheets):
        """The school's leading group agrees to these sheets as they were proposed; the last as it stands afterwards."""
        meeting = self.meeting(*sheets)
        self.attend(meeting)
        assert self.agree_rest(meeting) == []
        results = self.sign_minutes(meeting)
        assert {item.result for item in results.values()} == {"done"}, [item.result_words for item in results.values()]
        return self.again(sheets[-1])

    def decided(self, sheet, grades=None):
        """The body of its step decides a sheet that is alone on the agenda, with these grades; the item with its result."""
        meeting = self.meeting(sheet, body=sheet.step_rules.body)
        self.attend(meeting)
        self.record_outcome(meeting, sheet, "agree", **({"grades": grades} if grades else {}))
        return self.sign_minutes(meeting)[sheet.pk]

    def met(self, meeting):
        """The same meeting, read again."""
        return Meeting.objects.select_related("campaign__scheme", "chair", "recorder").get(pk=meeting.pk)

    def _version(self, meeting):
        return self.met(meeting).version

    def _said(self, user):
        return {"actor": self.actor(user), "at": self.clock.now}

    def hand_over(self, sheet, by, to, *, seen=None):
        routes.hand_over(sheet.pk, actor=self.actor(by), seen_version=self._seen(sheet, seen), to=to, at=self.clock.now)
        return self.again(sheet)

    def sweep(self):
        return sweeping.sweep(at=self.clock.now)

    def _seen(self, sheet, seen):
        return sheet.version if seen is None else seen

    # -- what they type --------------------------------------------------------------------------------
    def points(self, sheet, *values):
        """Content that adds one point per ``values`` to whatever the register offers, which stays as it is."""
        typed = sheet_for(sheet)
        kept = [{**entry, "change": "keep"} for entry in typed.offered()]
        return {"entries": [*kept, *(typed.new_entry(value) for value in values)], "values": {}}

    def grades(self, sheet, *grades):
        """Content whose factors lead to ``grades``, in the order of the points on record."""
        content = {"entries": sheet_for(sheet).offered(), "values": {}}
        assert len(content["entries"]) == len(grades), "one grade per point on record"
        for entry, grade in zip(content["entries"], grades, strict=True):
            entry["values"].update(GRADED[grade])
        return content

    def measures(self, sheet, **texts):
        """Content with the same measures for every graded point."""
        content = {"entries": sheet_for(sheet).offered(), "values": {}}
        for entry in content["entries"]:
            entry["values"].update(MEASURES, **texts)
        return content

    def group(self, sheet, *members, work_plan="每月一次例会。"):
        """Content of a group list: ``(user, seat)`` each."""
        typed = sheet_for(sheet)
        return {
            "entries": [
                typed.new_entry({"number": user.number, "seat": seat, "member_type": "中层"}) for user, seat in members
            ],
            "values": {"work_plan": work_plan},
        }

    def as_proposed(self, sheet):
        """The choices of an adjudicator who follows the rule."""
        return {entry.key: (entry.details["proposal"].grade, "") for entry in Composition(sheet).entries}

    def as_noticed(self, sheet):
        """The choices of an adjudicator who keeps what the notice showed."""
        return {entry.key: (entry.details["proposed_grade"].code, "") for entry in Composition(sheet).entries}

    # -- whole stretches of the year -------------------------------------------------------------------
    def review(self, sheet):
        """The group votes, its leader (who is the head) concludes and signs."""
        voters = [
            self.campus.member,
            self.campus.deputy if sheet.person_id == self.campus.head.pk else self.campus.head,
        ]
        for voter in voters:
            self.vote(sheet, voter)
        sheet = self.agree(sheet, voters[-1], signed=True)
        return self.agree(sheet, self.campus.leader, signed=True) if sheet.step == "sign" else sheet

    def searched(self, *values, owner=None, code="personal-search"):
        """A search sheet all the way to the office's file."""
        sheet = self.sheet(code, owner)
        values = values or ((point() if code == "personal-search" else unit_point()),)
        sheet = self.review(self.submit(sheet, self.points(sheet, *values)))
        return self.agree(sheet, self.campus.office)

    def graded(self, *grades, owner=None, code="personal-grading"):
        """A grading sheet to its end; the clock moves past the notice (28 September)."""
        campus, sheet = self.campus, self.sheet(code, owner)
        sheet = self.submit(sheet, self.grades(sheet, *grades))
        head = campus.leader if sheet.person_id == campus.head.pk else campus.head
        sheet = self.agree(sheet, head, grades=self.as_proposed(sheet))
        self.at("09-28")
        self.sweep()
        sheet = self.again(sheet)
        if code == "unit-grading":
            return self.meet(sheet)
        sheet = self.agree(sheet, head, grades=self.as_noticed(sheet))
        return self.agree(sheet, campus.office)

    def controlled(self, *, owner=None, code="personal-control", **texts):
        """A control sheet to its end; the clock moves to 3 November."""
        self.at("11-03")
        self.sweep()
        sheet = self.sheet(code, owner)
        sheet = self.submit(sheet, self.measures(sheet, **texts))
        head = self.campus.leader if sheet.person_id == self.campus.head.pk else self.campus.head
        sheet = self.agree(sheet, head, signed=True)
        return self.agree(sheet, self.campus.office) if sheet.step == "file" else sheet


# What most people who act on a sheet ask of it.
ABOUT = ("task__campaign__scheme", "task__phase", "unit", "post", "person", "group")


@cache
def _sheets(personal):
    rows = Submission.objects.filter(task__campaign=Given("campaign"), task__code=Given("code"))
    rows = rows.filter(person=Given("owner")) if personal else rows.filter(unit=Given("owner"), person=None)
    return Prepared(rows.select_related(*ABOUT))


def read_again(sheet):
    """The same sheet as it stands now, whoever owes it."""
    [sheet] = _sheet().of(pk=sheet.pk)
    return sheet


@cache
def _sheet():
    return Prepared(Submission.objects.filter(pk=Given("pk")).select_related(*ABOUT))

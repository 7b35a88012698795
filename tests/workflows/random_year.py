"""A year in which chance says what people type, and what reviewers and bodies find of it.

One unit, its clerk and its head live through every task of a rule book. What they do is dealt by a seed, so that a year that went
wrong can be played again.
"""

from registers.access import NotAllowed, can, people_who_may
from registers.actors import GROUP_MEMBER, Actor
from registers.models import Post, User
from registers.refusals import Refused
from registers.schemes.adjusting import PREFIX, code_for, is_adjustment
from registers.schemes.language import Brings
from registers.schemes.parts import Level
from tests import files
from tests.factories import appoint, make_person
from tests.workflows.office import Office, typed
from workflows import policies, sweeping
from workflows.campaign import adjustments, campaigns
from workflows.compiled import minutes
from workflows.deadlines import days
from workflows.demo.corpus import dice
from workflows.demo.publishing import publish_waiting
from workflows.models import Meeting, Submission
from workflows.models.submissions import CARRIED, CARRIER, EDITABLE, State
from workflows.policies.meetings import body_members
from workflows.routing import carrying, routes
from workflows.routing.meetings import agenda, deciding, recording
from workflows.sheets import Incomplete, noticed, sheet_for
from workflows.sheets.documents import Composition

MOST_ACTS = 400  # of one year
WILD = 60  # acts of a year that may send back, take back or depart from what was proposed


class RandomYear(Office):
    """The year of ``seed`` on a campus with last year's register. ``live`` plays it and returns its sheets."""

    def __init__(self, campus, clock, seed):
        self.campus, self.clock, self.chance = campus, clock, dice(seed, "year")
        self.rules, self.typed, self.acts, self.told = campus.scheme.rules, {}, 0, 0
        User.objects.filter(pk__in=[campus.clerk.pk, campus.head.pk]).update(rank="副科", is_party_member=True)
        Post.objects.filter(unit=campus.unit).update(is_key_post=True)
        for role, names in (("party_committee", "癸一 癸三 癸四"), ("school_group", "己二 己三")):
            for name in names.split():
                appoint(make_person(name, campus.root), campus.root, role)
        appoint(make_person("癸二", campus.root, number="scribe"), campus.root, "liaison")
        for code in self.rules.adjustments:
            self.on_record(code.removeprefix(PREFIX))
        year = 2026 - min((task.opens.year_offset for task in self.rules.tasks if task.opens), default=0)
        starts = [task.opens.on(year) for task in self.rules.tasks if task.opens]
        starts += [phase.start.on(year) for phase in self.rules.phases if phase.start]
        clock.set(f"{min(starts, default=f'{year}-03-02')} 09:00")
        self.campaign = campaigns.open_campaign(
            scheme=campus.scheme, institution=campus.root, year=year, at=clock.now, actor=Actor(campus.office)
        )

    # -- the year ---------------------------------------------------------------------------------------
    def live(self):
        """Let everybody act until nothing is left to do on any day on which a task opens."""
        opening = sorted({task.opens_on for task in self.campaign.tasks.all()})
        for day in opening:
            if day > self.clock.today:
                self._until(day)
            while (waiting := self._unfinished()) and self.acts < MOST_ACTS:
                self._act(self.chance.choice(waiting))
        assert not self._unfinished(), f"{len(self._unfinished())} sheets are not done after {self.acts} acts"
        return list(self._cast().select_related("task__campaign__scheme", "unit", "person", "post"))

    def _cast(self):
        mine = [self.campus.clerk.pk, self.campus.head.pk, self.campus.liaison.pk]
        units = [self.campus.unit.pk, self.campus.root.pk]
        rows = Submission.objects.filter(unit__in=units)
        return (rows.filter(person__in=mine) | rows.filter(person=None)).order_by("pk")

    def _unfinished(self):
        rows = self._cast().exclude(state__in=[State.FILED, State.CANCELLED, State.WAITING])
        return [sheet for sheet in rows if sheet.waiting_role not in (CARRIER, CARRIED)]

    def _until(self, day, hour=7):
        sweeping.sweep(at=self.clock.set(f"{day} {hour:02d}:00"))

    @property
    def _wild(self):
        return self.acts < WILD

    def _act(self, sheet):
        self.acts += 1
        sheet = self.read(sheet)
        if sheet.state in EDITABLE:
            self._fill(sheet)
        elif sheet.waiting_role in (policies.UNPUBLISHED, policies.NOTICE):
            publish_waiting(on=self.clock.today, at=self.clock.now)
            self._until(days.add_days(max(sheet.notices.get(bundled__left_at=None).ends_on, self.clock.today), 1))
        elif sheet.waiting_role == policies.MEETING:
            self._meet(sheet)
        else:
            self._review(sheet)
        if self._wild and self.chance.random() < 0.05:
            self._adjust()

    def _said(self, user):
        return {"actor": self.actor(user), "at": self.clock.now}

    def _text(self, label):
        self.told += 1
        return f"{label}{self.told}"

    # -- filling ----------------------------------------------------------------------------------------
    def _fill(self, sheet):
        filler = people_who_may("fill", sheet).order_by("number").first()
        for careful in (False, True, True):
            kind = sheet_for(self.read(sheet))
            content = self._content(kind, careful=careful)
            try:
                routes.submit(sheet.pk, seen_version=sheet.version, content=content, **self._said(filler))
                return
            except Incomplete as incomplete:
                said = incomplete.faults
                self.typed.pop(sheet.pk, None)
        raise AssertionError(f"{sheet.task}: {said}")

    def _content(self, kind, *, careful):
        """What is typed: what was typed before with the returned lines changed, or a fresh start from the register."""
        sheet = kind.submission
        values = {name: self._text("说明") for name in kind.sheet_names}
        before = self.typed.get(sheet.pk)
        if before is not None and not careful:
            returned = {str(line.entry) for line in sheet.lines.all() if line.verdict == "returned"}
            entries = [self._changed(kind, entry) if entry["key"] in returned else entry for entry in before]
        elif is_adjustment(sheet.task.code):
            entries = self._proposed(kind)
        elif sheet.task.brings == Brings.GROUP:
            entries = self._members(kind)
        else:
            entries = [self._chosen(kind, entry, careful=careful) for entry in kind.offered()]
            entries += self._new(kind)
        self.typed[sheet.pk] = entries
        return {"entries": entries, "values": values}

    def _changed(self, kind, entry):
        """The same entry with another text in one of its fields, where it has any."""
        if entry["change"] == "keep" and kind.offers_choice:
            entry = {**entry, "change": "revise"}
        texts = [
            field.name for field in kind.entry_fields() if field.kind in ("text", "textarea") and field.name != "reason"
        ]
        if kind.submission.task.brings in (Brings.GROUP,) or not texts:
            return {**entry, "values": {**entry["values"], "reason": self._text("理由")}}
        return {**entry, "values": {**entry["values"], self.chance.choice(texts): self._text("改")}}

    def _chosen(self, kind, entry, *, careful):
        there = {name: value for name, value in entry["values"].items() if value}
        full = {**entry, "values": typed(kind, {}) | there | ({"reason": self._text("理由")} if careful else {})}
        if not kind.offers_choice:
            return full
        change = "revise" if careful else self.chance.choices(["keep", "revise", "retire"], [5, 4, 1])[0]
        if change == "revise":
            return self._changed(kind, {**full, "change": "revise"})
        return {**entry, "change": change, "values": {**entry["values"], "reason": self._text("理由")}}

    def _new(self, kind):
        if not kind.may_add or kind.submission.task.brings not in (Brings.POINTS, Brings.POWERS):
            return []
        name = "name" if kind.submission.task.brings == Brings.POWERS else "content"
        headings = [heading.code for heading in kind.headings()]
        found = []
        for _ in range(self.chance.randint(1, 2)):
            heading = kind.added_to(self.chance.choice(headings))
            found.append(kind.new_entry(typed(kind, {name: self._text("新"), **heading})))
        return found

    def _members(self, kind):
        seats = zip(
            (self.campus.head, self.campus.deputy, self.campus.member), ("leader", "deputy", "member"), strict=True
        )
        types = kind.group_rules.member_types or [""]
        return [
            kind.new_entry(
                {
                    "number": user.number,
                    "seat": seat,
                    "member_type": types[0],
                    "contact": "是" if seat == "deputy" else "",
                    "phone": "0431-0000000" if seat == "deputy" else "",
                }
            )
            for user, seat in seats
        ]

    def _adjust(self):
        """The liaison proposes a change of the unit's points or powers beside the campaign."""
        codes = [
            code for code in self.rules.adjustments if code not in (code_for(Level.PERSONAL), code_for(Level.SCHOOL))
        ]
        if codes:
            what = self.chance.choice(codes).removeprefix(PREFIX)
            adjustments.begin(what, unit=self.campus.unit, **self._said(self.campus.liaison))

    def _proposed(self, kind):
        """What an adjustment names: one record that is said otherwise or given up, or something new."""
        keys = [key for key, _ in kind.takable({"entries": []})]
        if not keys or self.chance.random() < 0.3:
            return self._new(kind)
        entry = kind.taken(self.chance.choice(keys))
        there = {name: value for name, value in entry["values"].items() if value}
        full = {**entry, "values": typed(kind, {}) | there | {"reason": self._text("理由")}}
        if self.chance.random() < 0.2:
            return [{**full, "change": "retire"}]
        return [self._changed(kind, {**full, "change": "revise"})]

    # -- judging ----------------------------------------------------------------------------------------
    def _review(self, sheet):
        people = list(people_who_may("decide", sheet).order_by("number"))
        if not people and sheet.waiting_role == GROUP_MEMBER:
            return  # it waits until the unit's leading group is filed
        assert people, f"{sheet.task}: nobody may act at {sheet.step}"
        composition = Composition(sheet)
        if sheet.step_rules.kind == "collective_review":
            for user in people:
                self._vote(sheet, composition, user)
            people = [user for user in people if can(self.actor(user), "conclude", sheet)]
        actor = self.chance.choice(people)
        luck = self.chance.random() if self._wild else 1
        try:
            if luck < 0.15 and sheet.step_rules.may_return:
                self._send_back(sheet, composition, actor)
            elif luck < 0.22:
                filler = sheet.decisions.filter(verdict="submit").last().actor
                routes.withdraw(sheet.pk, seen_version=sheet.version, **self._said(filler))
            else:
                self._agree(sheet, composition, actor)
        except (NotAllowed, Refused) as refused:
            assert "撤回" in str(refused) or "本人事项" in str(refused), refused

    def _vote(self, sheet, composition, user):
        barred = carrying.not_for(self.actor(user), composition)
        verdicts = {entry.key: (True, "") for entry in composition.entries if entry.key not in barred}
        said = {"complete": True, "opinion": "", "verdicts": verdicts, "seen_version": sheet.version}
        routes.vote(sheet.pk, **said, **self._said(user))

    def _send_back(self, sheet, composition, actor):
        barred = carrying.not_for(self.actor(actor), composition)
        mine = [entry.key for entry in composition.entries if entry.key not in barred]
        returned = self.chance.sample(mine, self.chance.randint(0, len(mine)))
        routes.decide(
            sheet.pk,
            "return",
            seen_version=sheet.version,
            opinion=self._text("退回"),
            redo_on=days.add_days(self.clock.today, 30),
            returned={key: self._text("不准") for key in returned},
            **self._said(actor),
        )

    def _agree(self, sheet, composition, actor):
        step = sheet.step_rules
        outside = {"body": "高校工委", "number": "1 号", "on": self.clock.today} if step.outside else None
        routes.decide(
            sheet.pk,
            "agree",
            seen_version=sheet.version,
            opinion=self._text("同意"),
            grades=self._grades(composition, step) if step.sets else None,
            signed=True,
            outside=outside,
            **self._said(actor),
        )

    def _grades(self, composition, step):
        """The grade of each row with a reason: mostly the one proposed, now and then another."""
        known = [grade.code for grade in self.rules.grades]
        found = {}
        for entry in composition.entries:
            if not entry.details.get("to_grade"):
                continue
            code = noticed.proposed_grade(composition, entry, step) or known[0]
            if self._wild and self.chance.random() < 0.15:
                code = self.chance.choice(known)
            found[entry.key] = (code, self._text("理由"))
        return found

    def _meet(self, sheet):
        """The body of the step meets on this sheet alone: it agrees, changes grades, or sends it back."""
        step, campaign = sheet.step_rules, sheet.task.campaign
        held_by = campaigns.current() or campaign
        members = body_members(policies.Holding(self.clock.today), held_by, step.body)
        office = self._said(self.campus.office)
        values = {"held_on": self.clock.today, "held_at": None, "place": "第一会议室", "chair_id": members[0]}
        values |= {"number": agenda.next_number(held_by, step.body), "recorder_id": self.campus.office.pk}
        meeting = agenda.make(held_by, body=step.body, form=Meeting.Form.HELD, values=values, **office)
        agenda.put_on(meeting.pk, {sheet.pk: sheet.version}, **office)
        agenda.call(meeting.pk, **office)
        item = meeting.items.get()
        for document in recording.missing_documents(item, sheet):
            recording.supply(item.pk, document.code, files.pdf(f"{document.code}.pdf"), **office)
        recording.attend(meeting.pk, {}, rest=True, seen_version=_version(meeting), **office)
        composition = recording.sheet_of(item)
        if self._wild and step.may_return and self.chance.random() < 0.15:
            said = recording.Said(words=self._text("退回"), redo_on=days.add_days(self.clock.today, 30))
            outcome = "return"
        else:
            grades = self._grades(composition, step) if step.sets else {}
            said, outcome = recording.Said(words=self._text("同意"), grades=grades), "agree"
        recording.record_outcome(item.pk, outcome, said, seen_version=_version(meeting), **office)
        protocol = minutes.protocol_of(_again(meeting), on=self.clock.today)
        digest = minutes.digest_of_minutes(protocol.minutes())
        chair = User.objects.get(pk=members[0])
        [signed] = deciding.sign(meeting.pk, seen_digest=digest, **self._said(chair))
        overtaken = self.read(sheet).state == State.RETURNED  # another sheet has changed the record meanwhile
        assert signed.result == "done" or overtaken, signed.result_words


def _again(meeting):
    return Meeting.objects.select_related("campaign__scheme", "campaign__institution", "chair", "recorder").get(
        pk=meeting.pk
    )


def _version(meeting):
    return _again(meeting).version

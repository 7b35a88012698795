"""This year's campaign until the demo's day, played through the functions that the pages call."""

from collections import Counter
from contextlib import contextmanager
from functools import cache
from itertools import accumulate, count

from django.conf import settings
from django.db.models import F, Q

from registers import clock
from registers.access import NotAllowed
from registers.actors import Actor
from registers.prepared import PreparedUpdate
from registers.refusals import Refused
from registers.schemes.language import Brings, StepKind
from workflows import extensions, policies, suggestions
from workflows.campaign import campaigns
from workflows.deadlines import days
from workflows.demo import door
from workflows.demo.agenda import Agenda
from workflows.demo.assembly import Mobiliser
from workflows.demo.assessing import Assessor
from workflows.demo.contents import Typist
from workflows.demo.corpus import dice_of
from workflows.demo.director import OPEN, RETURNED, Director
from workflows.demo.disclosing import Discloser
from workflows.demo.duties import DutyPlayer
from workflows.demo.inspecting import Inspector
from workflows.demo.meetings import HOUR, WORKING_DAYS, Meetings
from workflows.demo.people import REGISTRAR
from workflows.demo.players import Players
from workflows.demo.publishing import Corrector, ListPublisher, publish_waiting
from workflows.demo.ranking import Ranker
from workflows.demo.rules import carried_out
from workflows.demo.warning import Warner
from workflows.demo.year import moment
from workflows.messages import reminders
from workflows.models import CampaignTask, Notification, PublicityNotice, Submission
from workflows.models.submissions import State
from workflows.publicity import notices, objections
from workflows.routing import routes
from workflows.sheets import Incomplete, sheet_for

READ_AFTER_DAYS = 5
PUBLISHING_DAYS = (0, 2, 4)  # weekdays on which notices are drafted and released, so that each bundles some sheets
SHEETS_PLAYED = 260  # self-checks that go through their whole route: more would take a large campus too long
UNIT_STRIDE = 13  # coprime with the numbers of units, because neighbouring units are of the same kind
REFUSALS = (NotAllowed, Incomplete, Refused)
EXTENSION = "月底前集中参加外单位财务审计，自查须等审计结束后补充材料，申请延期。"
# Suggestions for the post of persona 1001, who has answered the last of them.
SUGGESTED = [
    ("peer", "报销单据集中在月底送审，审核时间短，容易只看金额、不核对附件。", "附件不全的单据当天通过"),
    ("head", "大额资金支付前的复核流于形式，建议写明由谁复核、怎样留痕。", ""),
    ("peer", "接待来访供应商没有登记。", ""),
]
DECLINED = "来访接待由综合科统一登记，不属于本岗位职责。"
OBJECTION = "公示内容只写了岗位和等级，据了解该岗位今年新增了一项审批职责，建议重新核对等级。"


def tell(campus, register, *, director=Director):
    """Open the campaign and play it until the demo's day.

    ``director``: the class that deals the submissions their fates. Returns what a rule of the scheme refused, in
    words: such a submission stays where it was. A scheme without tasks has no campaign.
    """
    with _the_demo_clock_counts():
        return Story(campus, register, director).tell()


@contextmanager
def _the_demo_clock_counts():
    # Rules that ask for the present day must get the story's day, for a developer without DEMO=1 as well.
    before, settings.DEMO = settings.DEMO, True
    try:
        yield
    finally:
        settings.DEMO = before


class Story:
    """One run of the story. The campaign says who owes what, the director how far each submission comes."""

    def __init__(self, campus, register, director):
        self.campus, self.year, self._directing = campus, campus.year, director
        self.agenda = Agenda(start=moment(self.year.opening, 9), until=self.year.now)
        self.typist, self.players = Typist(campus, register), Players(campus, self.agenda)
        self.meetings = Meetings(self.players)
        self._started, self.refused = set(), []
        # Sheets that will be handed in, and tasks of which one sheet has sent back some that it carries.
        self._coming, self._sent_back = set(), set()

    def tell(self):
        if self.campus.rules.tasks:
            self._live()
        clock.set_demo(self.year.now)
        self._read_mail()
        return self.refused

    def _registrar(self):
        return Actor(self.campus.personas[REGISTRAR.number], on=self.agenda.today)

    def _live(self):
        registrar = self._registrar()
        self.campaign = campaigns.open_campaign(
            scheme=self.campus.scheme,
            institution=self.campus.root,
            year=self.year.number,
            at=self.agenda.at,
            actor=registrar,
        )
        self.director = self._directing(self.campus, played=self._units_at_work())
        self._start_open_sheets()
        self.agenda.add(self._mornings())
        self.agenda.add(self._objection())
        self.agenda.add(self._nudge())
        self.agenda.add(self._extension())
        people = [those(self.campus, self.campaign, self.agenda, self.players) for those in (Mobiliser, Ranker)]
        people += [
            those(self.campus, self.agenda, self.players)
            for those in (Inspector, Assessor, Warner, ListPublisher, Corrector, Discloser, DutyPlayer)
        ]
        for journey in (journey for those in people for journey in those.journeys()):
            self.agenda.add(journey)
        self.agenda.add(self._suggestions())
        self.agenda.add(carried_out(self.campus, self.agenda, self.players.actor, in_time=self.director.in_time))
        self.agenda.run()
        door.visit(at=self.agenda.at)

    def _units_at_work(self):
        """Units of every kind whose self-checks together are not too many."""
        searches = Submission.objects.filter(
            task__campaign=self.campaign, task__brings=Brings.POINTS, person__isnull=False
        )
        owed = Counter(searches.values_list("unit_id", flat=True))
        units = [place.unit.pk for place in self.campus.places]
        spread = [units[place * UNIT_STRIDE % len(units)] for place in range(len(units))]
        sums = accumulate(owed[unit] for unit in spread)
        return {unit for unit, owed_so_far in zip(spread, sums, strict=True) if owed_so_far <= SHEETS_PLAYED}

    # -- daily work ------------------------------------------------------------------------------------
    def _mornings(self):
        """The daily work before office hours: open submissions, end notices, then write reminders.

        It does what the worker does, except for sending mail. On some days notices are published.
        """
        opening = set(CampaignTask.objects.filter(campaign=self.campaign).values_list("opens_on", flat=True))
        for ahead in count(1):
            yield moment(days.add_days(self.year.opening, ahead), 6)
            if self.agenda.today in opening:
                campaigns.open_due(at=self.agenda.at)
                self._start_open_sheets()
            for notice in notices.ended(self.agenda.today):
                notices.finish(notice, at=self.agenda.at)
            if self.agenda.today.weekday() in PUBLISHING_DAYS and self.agenda.today < self.year.today:
                publish_waiting(on=self.agenda.today, at=self.agenda.at)
            yield moment(self.agenda.today, settings.REMINDER_HOUR)
            reminders.remind(at=self.agenda.at)
            self._mailed()

    def _start_open_sheets(self):
        open_ones = Submission.objects.filter(task__campaign=self.campaign, state=State.OPEN)
        for submission in self._not_started(open_ones.order_by("task__position", "unit__position", "post__code", "pk")):
            self._start(submission)

    def _not_started(self, submissions):
        return [
            self.players.submission(pk) for pk in submissions.values_list("pk", flat=True) if pk not in self._started
        ]

    def _start(self, submission, plan=None):
        self._started.add(submission.pk)
        plan = plan or self.director.plan(submission)
        if plan.goal != OPEN:
            self._coming.add(submission.pk)
        if plan.goal != OPEN or plan.draft:
            self.agenda.add(self._as_far_as_allowed(submission, self._journey(submission.pk, plan)))

    def _as_far_as_allowed(self, submission, journey):
        try:
            yield from journey
        except REFUSALS as refusal:
            self.refused.append(f"{submission.task}（{submission.subject}）：{refusal}")

    # -- the way of one submission ---------------------------------------------------------------------
    def _journey(self, pk, plan):
        """Yield the times at which something happens to a submission, from open to the plan's goal."""
        submission = self.players.submission(pk)
        chance = dice_of(submission, self.campus.seed, "journey")
        pace = self._pace(chance, *self.director.window(submission, plan, opened=self.agenda.today), submission)
        yield next(pace)
        if plan.goal == OPEN:
            if content := self.typist.half(submission):
                self.players.draft(submission, content)
            return
        yield from self._crew_comes(submission)
        content = self.typist.with_reasons(submission, self.typist.content(submission))
        if plan.back or plan.goal == RETURNED:
            yield from self._there_and_back(submission, content, pace)
            if plan.goal == RETURNED:
                return
        self.players.submit(self.players.submission(pk), content)
        self._coming.discard(pk)
        yield from self._onward(pk, plan, pace, chance)

    def _crew_comes(self, submission):
        """Wait, day by day, until those sheets are there which this one carries and which will be handed in."""
        crew = sheet_for(submission).crew
        while crew is not None and self._coming & {row.pk for row in crew.missing}:
            yield moment(days.add_days(self.agenda.today, 1), 9)
            crew = sheet_for(submission).crew

    def _pace(self, chance, first, last, submission):
        return self.agenda.pace(
            chance, first, last, 2 * len(submission.task.route_rules.steps) + self.campus.group_size
        )

    def _there_and_back(self, submission, content, pace):
        """Hand it in with a poor line, review it, return it with the remark.

        Then it waits to be handed in again.
        """
        content, remarks = self.typist.weakened(submission, content)
        self.players.submit(submission, content)
        yield next(pace)
        submission = self.players.submission(submission.pk)
        if submission.step_rules.kind == StepKind.COLLECTIVE_REVIEW:
            self.players.vote(submission, self.players.deciders(submission)[0], remarks=remarks)
            yield next(pace)
        self.players.send_back(submission, remarks)
        yield next(pace)

    def _onward(self, pk, plan, pace, chance):
        """Go from step to step until the goal or the end, then start what follows this submission."""
        while True:
            submission = self.players.submission(pk)
            if submission.state != State.IN_REVIEW:
                break
            if submission.step_rules.kind == StepKind.COLLECTIVE_REVIEW:
                yield from self._votes(submission, plan, pace, chance)
            if submission.waiting_role == policies.CARRIER:
                return
            if submission.step == plan.goal:
                self.meetings.keep(submission)
                return
            if submission.waiting_role == policies.MEETING:
                yield from self._met(pk)
                continue
            if self._will_send_one_back(submission):
                yield from self._one_back(submission, pace)
                continue
            if submission.waiting_role in (policies.UNPUBLISHED, policies.NOTICE):
                last = PublicityNotice.objects.filter(bundled__submission=pk, bundled__left_at=None).first()
                after = max(last.ends_on, self.agenda.today) if last is not None else self.agenda.today
                yield moment(days.add_days(after, 1), 8)
                if last is None:
                    continue
                pace = self._pace(chance, self.agenda.today, days.add_days(self.year.today, -1), submission)
                continue
            yield next(pace)
            if not self.players.agree(submission, stop_at=plan.goal):
                return
        if submission.task.brings == Brings.GROUP:
            self.players.forget_roles()
        self._start_followers(submission, plan)
        for member in submission.carried.select_related("task", "unit", "person", "post"):
            self._start_followers(member, plan)

    def _will_send_one_back(self, submission):
        """Whether a sheet is the first of its task to send back one of those that it carries."""
        task, step = submission.task, submission.step_rules
        may = step.may_return and step.kind != StepKind.COLLECTIVE_REVIEW
        return bool(task.rules.carries) and may and task.code not in self._sent_back

    def _one_back(self, submission, pace):
        """Send back one of the sheets carried; its filler puts it right, and the sheet that carries it goes on."""
        self._sent_back.add(submission.task.code)
        if (found := self.players.send_one_back(submission)) is not None:
            pk, key = found
            yield next(pace)
            member = self.players.submission(pk)
            self.players.submit(member, self.typist.corrected(member, key))
            yield next(pace)

    def _met(self, pk):
        """Wait for the next meeting of the body; whose journey comes to its day first holds it for all that wait."""
        yield moment(days.add_working_days(self.agenda.today, WORKING_DAYS), HOUR)
        submission = self.players.submission(pk)
        if submission.waiting_role == policies.MEETING:
            self.meetings.hold(submission)

    def _votes(self, submission, plan, pace, chance):
        """Members vote one by one. Where the submission is to wait, not all of them have voted yet."""
        members = self.players.deciders(submission)
        if submission.step == plan.goal:
            # The leader of the group concludes, and votes last.
            concluder = self.players.concluder(submission)
            members.sort(key=lambda user: user == concluder)
            members = members[: chance.randrange(max(len(members), 1)) if plan.votes is None else plan.votes]
        for member in members:
            yield next(pace)
            self.players.vote(submission, member)

    def _start_followers(self, submission, plan):
        """Start the submissions of the same subject that this one has opened."""
        codes = [task.code for task in self.campus.rules.tasks if submission.task.code in task.after]
        followers = Submission.objects.filter(
            task__campaign=self.campaign,
            task__code__in=codes,
            unit=submission.unit,
            person=submission.person,
            post=submission.post,
            state=State.OPEN,
        )
        for follower in self._not_started(followers.order_by("task__position", "pk")):
            self._start(follower, plan.then if follower.task.brings == Brings.GRADES else None)

    # -- what else happens -----------------------------------------------------------------------------
    def _objection(self):
        """On the last working day a colleague objects to a notice of the home unit."""
        yield moment(self._eve(), 15)
        notice = PublicityNotice.objects.running(self.agenda.today).filter(unit=self.campus.home.unit).first()
        author = Actor(self.campus.home.seats[-1].user, on=self.agenda.today)
        others = notice.sheets.exclude(person=author.user_id).values_list("pk", flat=True) if notice else []
        rows = [number for number, item in enumerate(notice.items if notice else [], 1) if item["sheet"] in others]
        for row in rows[:1]:
            objections.object_to(notice, actor=author, text=OBJECTION, row=row, at=self.agenda.at)

    def _suggestions(self):
        """On the last working day colleagues and the head suggest points for the post of persona 1001."""
        yield moment(self._eve(), 14)
        home, holder = self.campus.home, self.campus.personas["1001"]
        submission = Submission.objects.filter(
            task__campaign=self.campaign, task__brings=Brings.POINTS, person=holder, state=State.OPEN
        ).first()
        if submission is None:
            return
        submission, made = self.players.submission(submission.pk), None
        authors = {"peer": home.seats[-1].user, "head": home.head.user}
        for who, content, manifestation in SUGGESTED:
            actor = Actor(authors[who], on=self.agenda.today)
            rules, speaks = self.campus.rules, suggestions.source_of(actor, submission.unit_id)
            source = next((item.code for item in suggestions.sources_for(rules, speaks)), "")
            made = suggestions.suggest(
                self.campaign,
                unit=submission.unit,
                post=submission.post,
                actor=actor,
                at=self.agenda.at,
                content=content,
                manifestation=manifestation,
                source=source,
            )
        answerer = Actor(holder, on=self.agenda.today)
        suggestions.decline(made.pk, submission, actor=answerer, at=self.agenda.at, answer=DECLINED)

    def _nudge(self):
        """The liaison reminds those of his unit who have not handed in their self-check."""
        yield moment(self._eve(), 16)
        liaison = Actor(self.campus.home.liaison.user, on=self.agenda.today)
        for submission in self._missing().exclude(person=liaison.user_id):
            routes.nudge(submission, actor=liaison, at=self.agenda.at)

    def _extension(self):
        """Somebody who has not handed in asks for a longer term, and the request waits for the head."""
        yield moment(self._eve(), 17)
        submission = self._missing().filter(due_on__isnull=False).last()
        if submission is not None and submission.task.rules.deadline != "hard":
            until = days.add_working_days(max(submission.due_on, self.agenda.today), 5)
            asker = Actor(submission.person, on=self.agenda.today)
            extensions.ask(submission.pk, until=until, reason=EXTENSION, actor=asker, at=self.agenda.at)

    def _missing(self):
        """The self-checks of the home unit that are not handed in."""
        missing = Submission.objects.filter(task__campaign=self.campaign, task__brings=Brings.POINTS, state=State.OPEN)
        missing = missing.filter(unit=self.campus.home.unit, person__isnull=False)
        return missing.select_related("task", "unit", "person").order_by("pk")

    def _eve(self):
        """The last working day before the demo's day."""
        return max((day for day in self.agenda.days if day < self.year.today), default=self.year.today)

    def _mailed(self):
        """Mark all mails as sent."""
        _mailed().of()

    def _read_mail(self):
        """Mark all mails as sent, and messages older than a few days as read."""
        self._mailed()
        old = moment(days.add_days(self.year.today, -READ_AFTER_DAYS), 0)
        Notification.objects.filter(Q(read_at=None), created_at__lt=old).update(
            read_at=F("created_at") + clock.seconds(7200)
        )


@cache
def _mailed():
    return PreparedUpdate(Notification.objects.filter(mailed_at=None), mailed_at=F("created_at"), mail_attempts=1)

"""The start of the demo's campaign: meetings with attendance, and documents with receipts."""

from registers.models import PowerItem
from workflows import activities, readings
from workflows.deadlines import days
from workflows.demo.corpus import dice
from workflows.demo.people import OFFICE_PERSONAS, UNIT_PERSONAS
from workflows.demo.year import moment
from workflows.models import Attendance, ReadingDocument

ABSENT, EXCUSED = 0.04, 0.1
READ_SHARE = 0.7
READING_DAYS = 4
UNREAD = {UNIT_PERSONAS[0].number, UNIT_PERSONAS[3].number}  # two logins that have something left to read
SPEECH = "一、传达学校工作方案。\n二、明确各阶段任务和时间要求。\n三、布置岗位风险排查和材料报送。"
LESSON = "一、学习有关纪律规定和典型案例通报。\n二、结合岗位讨论容易发生问题的环节。\n三、对照岗位职责查找风险。"
LETTER = (
    "请各单位负责人、联络员认真阅读工作方案，按时间要求组织本单位排查。\n\n"
    "重点把握：人员范围、风险类别和等级标准、各阶段截止日期、材料报送程序。"
)
EXPERTS = [["专家甲", "教授", "某财经大学"], ["专家乙", "高级会计师", "某会计师事务所"]]
OPINIONS = (
    ("专家论证组", "对大额支出增加一次集体研究，并写明研究的范围。", "yes", ""),
    ("教职工代表", "审批全部改为网上办理。", "partly", "涉密和涉及原始凭证的仍须到场办理。"),
    ("学生代表", "取消分管领导审批。", "no", "不符合财务管理制度。"),
    ("教职工代表", "每学期公布一次办理时限的执行情况。", "", ""),
)
NOTE = "请全体人员阅读本单位排查工作安排：对照岗位职责逐项查找，写明具体环节和表现形式，按期提交，有疑问请联系联络员。"


class Mobiliser:
    """The meetings and documents to read of the school, of the home unit and of some other units.

    The home unit is the one whose people a visitor signs in as.
    """

    def __init__(self, campus, campaign, agenda, players):
        self.campus, self.campaign, self.agenda, self.players = campus, campaign, agenda, players
        self.office = campus.personas[OFFICE_PERSONAS[0].number]
        self.liaison = campus.home.liaison.user
        self.chance = dice(campus.seed, "assembly")

    def journeys(self):
        """List the journeys, none where the story has no working days or the rule book knows no activities."""
        dates, kinds = self.agenda.days, self.campus.rules.activities
        if len(dates) < READING_DAYS or not kinds:
            return []
        first = {kind.purpose: kind for kind in reversed(kinds)}
        meeting, lesson = first.get("mobilisation", kinds[0]), first.get("education", kinds[0])
        root, home = self.campus.root, self.campus.home.unit
        head, school = self.campus.home.head.user.name, f"{root.name}{meeting.label}"
        everybody = {"expected": activities.EVERYBODY, "content": SPEECH}
        journeys = [
            self._meeting(
                dates[0], self.office, root, meeting, title=school, expected=activities.LEADERS, content=SPEECH, host=""
            ),
            self._meeting(dates[2], self.liaison, home, meeting, host=head, **everybody),
            self._meeting(
                dates[len(dates) // 2], self.liaison, home, lesson, host=head, **{**everybody, "content": LESSON}
            ),
            self._reading(
                dates[1],
                self.office,
                root,
                title=self.campus.rules.identity.title,
                text=LETTER,
                audience=ReadingDocument.Audience.ROLES,
                roles=["unit_head", "liaison"],
            ),
            self._reading(
                dates[-READING_DAYS],
                self.liaison,
                home,
                title="本单位排查工作安排",
                text=NOTE,
                audience=ReadingDocument.Audience.EVERYBODY,
                roles=[],
            ),
        ]
        consultations = [kind for kind in kinds if kind.purpose == "consultation"]
        journeys += [self._consultation(dates[len(dates) // 2], kind) for kind in consultations[1:2]]
        # Every other unit has held its meeting as well.
        for place in [place for place in self.campus.places if not place.is_home][::2]:
            words = {**everybody, "host": place.head.user.name}
            journeys.append(self._meeting(dates[3], place.liaison.user, place.unit, meeting, **words))
        return journeys

    def _meeting(self, day, recorder, unit, kind, *, expected, host, content, title=""):
        yield moment(day, 15)
        actor = self.players.actor(recorder)
        values = {
            "kind": kind.code,
            "title": (title or f"{unit.name}{kind.label}")[:120],
            "held_on": self.agenda.today,
            "place": "第一会议室",
            "host": host,
            "audience": "单位全体人员" if expected == activities.EVERYBODY else "各单位负责人、联络员",
            "content": content,
        }
        made = activities.enter(
            campaign=self.campaign, unit=unit, values=values, expected=expected, actor=actor, at=self.agenda.at
        )
        activities.mark(made.pk, marks=self._missing(made), actor=actor, at=self.agenda.at)

    def _consultation(self, day, kind):
        """Experts and staff were asked about a power of the home unit; their opinions are decided on but for one."""
        yield moment(day, 16)
        home, by = self.campus.home.unit, self.players.actor(self.liaison)
        power = PowerItem.objects.in_force(self.agenda.today).filter(unit=home).order_by("-major_matter", "pk").first()
        values = {
            "kind": kind.code,
            "title": f"{power.name if power else home.name}{kind.label}"[:120],
            "held_on": self.agenda.today,
            "place": "第二会议室",
            "host": self.campus.home.head.user.name,
            "audience": "教职工代表、学生代表",
            "content": "办理条件、程序和时限的调整方案。",
            "power": power.series if power else None,
            "power_name": power.name if power else "",
            "asked": 26,
            "experts": EXPERTS,
        }
        said = {"campaign": self.campaign, "unit": home, "expected": activities.NAMED}
        made = activities.enter(**said, values=values, actor=by, at=self.agenda.at)
        yield moment(days.add_working_days(day, 2), 10)
        for source, words, adopted, reason in OPINIONS:
            opinion = {"source": source, "words": words, "adopted": adopted, "reason": reason}
            activities.enter_opinion(made.pk, values=opinion, actor=by, at=self.agenda.at)

    def _missing(self, activity):
        marks = {}
        for user in activity.attendances.order_by("user__number").values_list("user_id", flat=True):
            drawn = self.chance.random()
            if drawn < ABSENT:
                marks[user] = Attendance.Mark.ABSENT
            elif drawn < ABSENT + EXCUSED:
                marks[user] = Attendance.Mark.EXCUSED
        return marks

    def _reading(self, day, publisher, unit, **values):
        yield moment(day, 9)
        due = days.add_days(self.campus.year.today, 3)
        made = readings.publish(
            campaign=self.campaign,
            unit=unit,
            values={**values, "due_on": due},
            actor=self.players.actor(publisher),
            at=self.agenda.at,
        )
        readers = list(made.receipts.order_by("user__number").select_related("user"))
        readers = [row.user for row in readers if row.user.number not in UNREAD and self.chance.random() < READ_SHARE]
        for place in range(READING_DAYS):
            yield moment(days.add_days(day, place), 17, 10 * place)
            for user in readers[place::READING_DAYS]:
                readings.confirm(made.pk, actor=self.players.actor(user), at=self.agenda.at)

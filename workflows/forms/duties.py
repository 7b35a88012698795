"""Forms of statements of duty, avoidance, leaving audits and planned education."""

from registers.forms.fields import Text, offer
from registers.schemes.duties import MOST
from workflows.forms.laid import LaidForm, Offered, People, choice, choices, day, whole
from workflows.models import AvoidanceRecord, EducationItem
from workflows.supervision import avoidances, duties, education

NONE = [("", "请选择")]
ANY = [("", "不限")]
MOST_FINDINGS = 999


class DraftForm(LaidForm):
    """For which units statements are drafted. ``units``: ``[(code, name)]``."""

    units = choices("单位", help_text="已有本年度文稿的单位不重复起草。")

    def __init__(self, *args, units, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["units"].choices = Offered(units)


class StatementForm(LaidForm):
    """The text of a statement. ``asked``: what the scheme says of it."""

    def __init__(self, *args, asked, **kwargs):
        super().__init__(*args, **kwargs)
        for part in asked.parts:
            self.fields[f"part-{part.code}"] = Text(part.label, most=MOST, required=False)
        self.lines = dict.fromkeys(self.fields, 6)

    @property
    def parts(self):
        """The texts as ``duties.change`` takes them."""
        return {name.removeprefix("part-"): text for name, text in self.cleaned_data.items()}


class ReplyForm(LaidForm):
    """What the head of a unit wants changed."""

    lines = {"reply": 3}

    reply = Text("修改意见", most=duties.LONGEST_REPLY, required=False, help_text="写明哪一项、怎样改、为什么。")


class AvoidanceForm(LaidForm):
    """What somebody has to keep out of. ``relations``: those of the scheme."""

    lines = {"matter": 2}

    relation = choice("关系", help_text="只选关系，不写亲属的姓名。")
    matter = Text("回避的事项", most=200, help_text="例如：本年度后勤岗位招聘；某项目的招标评审。")

    def __init__(self, *args, relations, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["relation"].choices = NONE + [(one.code, one.label) for one in relations]


class AvoidanceDecisionForm(LaidForm):
    """Whether a person keeps out, and how the matter is handled."""

    lines = {"words": 2}
    radios = ("outcome",)

    outcome = choice("决定", AvoidanceRecord.Outcome.choices)
    words = Text("安排", most=300, help_text="应当回避的，写明由谁接手办理；不需要回避的，写明理由。")


class LeavingAuditForm(LaidForm):
    """The audit of somebody who left. ``units``: ``[(code, name)]``, ``kinds``: those of the scheme."""

    unit = choice("单位")
    person = People("人员（工号）", most=40, alone="一次只登记一人，请只填一个工号。")
    post = Text("离任岗位", most=60)
    kind = choice("种类")
    left_on = day("离任日期")
    reference = Text("文号", most=60)
    audited_on = day("报告日期")
    findings = whole("问题数", 0, MOST_FINDINGS, help_text="报告列出的问题个数，没有的填 0。")
    kept_at = Text("存放处", most=120)

    def __init__(self, *args, units, kinds, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["unit"].choices = Offered([*NONE, *units])
        self.fields["kind"].choices = NONE + [(one.code, one.label) for one in kinds]

    @property
    def values(self):
        """The fields as ``avoidances.record_audit`` takes them."""
        return {name: self.cleaned_data[name] for name in avoidances.AUDIT}


class EducationForm(LaidForm):
    """One item of a plan of education. ``rules``: the typed scheme. With ``units`` also whose plan it is."""

    unit = choice("单位")
    title = Text("内容", most=120, help_text="例如：采购岗位典型案例警示教育")
    kind = choice("形式")
    due_on = day("完成时间")
    flag = choice("岗位", ANY + EducationItem.Flag.choices, required=False)
    rank = choice("等级", required=False, help_text="岗位上最重的风险点不低于所选等级。")
    domain = choice("领域", required=False)

    def __init__(self, *args, rules, units=(), **kwargs):
        super().__init__(*args, **kwargs)
        kinds = [(kind.code, kind.label) for kind in rules.activities if kind.purpose == "education"]
        self.fields["kind"].choices = NONE + kinds
        grades = sorted(rules.grades, key=lambda grade: grade.rank)
        self.fields["rank"].choices = ANY + [(str(grade.rank), f"{grade.label}以上") for grade in grades[:-1]]
        offer(self, "unit", NONE + list(units) if units else ())
        offer(self, "domain", ANY + [(one.code, one.label) for one in rules.domains] if rules.domains else ())

    @property
    def values(self):
        """The fields as ``education.plan`` and ``education.change`` take them."""
        said = {name: self.cleaned_data.get(name, "") for name in education.FIELDS}
        return said | {"rank": int(said["rank"]) if said["rank"] else None}


class TieForm(LaidForm):
    """Which activities were held for an item. ``activities``: ``[(id, words)]``."""

    activities = choices("对应的活动", required=False)

    def __init__(self, *args, activities, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["activities"].choices = activities

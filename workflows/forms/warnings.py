"""Forms of warnings: text, receipt, talk, what is done, what came of it, what is learned."""

from django import forms

from registers.forms.fields import Text, offer
from workflows.forms.laid import LaidForm, Offered, People, choice, choices, day
from workflows.models import WarningDelivery, WarningStep, WarningVisit
from workflows.supervision.warnings import analyses, deliveries, drafting, merits, outcomes, steps, visits

Kind = WarningStep.Kind
LONG = 5000
TIME = {"invalid": "时间无法识别，请写成 09:30 的样式。"}
NONE = [("", "请选择")]


def _tick(label, help_text=""):
    return choice(label, [("no", "否"), ("yes", "是")], help_text=help_text)


def _time(label):
    return forms.TimeField(label=label, error_messages={"required": f"请填写{label}。", **TIME}, help_text="如 09:30")


class WarningForm(LaidForm):
    """The text of a warning.

    ``rules``: the typed scheme. With ``units`` also to whom it is addressed. ``points``: ``[(series, words)]`` that it may be about.
    """

    lines = {"facts": 5, "basis": 2, "causes": 3, "demands": 4}

    unit = choice("单位")
    person = People(
        "对象（工号）",
        most=40,
        alone="一份文书只对一人，请只填一个工号。",
        required=False,
        help_text="对单位发出的不填。",
    )
    level = choice("预警等级")
    kind = choice("方式", help_text="文书由另一人签发后按方式编号。")
    facts = Text("事实", most=LONG, required=False, help_text="写核实的事实和证据，逐条写。")
    basis = Text("依据", most=LONG, required=False, help_text="违反的规定、责任条款，或检查的来源和时间。")
    causes = Text("原因分析", most=LONG, required=False, help_text="只用于印这一项的文书。")
    demands = Text("要求", most=LONG, required=False, help_text="逐条写，可以检查是否做到。")
    audience = Text("知悉范围", most=80, required=False)
    copy_to = Text("抄送", most=120, required=False)
    reference = Text("文号", most=60, required=False, help_text="只登记、不保存内容的方式填写，其他方式由系统编号。")
    reference_on = day("成文日期", required=False)
    reference_at = Text("存放处", most=120, required=False)
    points = choices("所涉风险点", required=False)

    def __init__(self, *args, rules, units=(), points=(), **kwargs):
        super().__init__(*args, **kwargs)
        grades = {grade.rank: grade.label for grade in rules.grades}
        self.fields["kind"].choices = NONE + [(one.code, _kind_words(one, grades)) for one in rules.warning_actions]
        levels = sorted(rules.warnings.levels, key=lambda level: level.severity)
        self.fields["level"].choices = NONE + [(level.code, level.label) for level in levels]
        if not levels:
            del self.fields["level"]
        offer(self, "unit", units)
        if not units:
            del self.fields["person"]
        offer(self, "points", points)
        if not any(one.reference_only for one in rules.warning_actions):
            for name in drafting.REFERENCE:
                del self.fields[name]

    @property
    def values(self):
        """The fields as ``drafting.begin`` and ``drafting.change`` take them."""
        blank = {name: None if name == "reference_on" else "" for name in drafting.FIELDS}
        return blank | {name: value for name, value in self.cleaned_data.items() if name in drafting.FIELDS}


def _kind_words(action, grades):
    """A kind with whom and which points it is meant for."""
    whom = {"unit": "对单位", "person": "对个人", "either": ""}[action.target]
    which = "、".join(grades[rank] for rank in sorted(action.grades) if rank in grades)
    said = "，".join(
        part for part in (whom, f"用于{which}风险" if which else "", "只登记" * action.reference_only) if part
    )
    return f"{action.label}（{said}）" if said else action.label


class StepForm(LaidForm):
    """One thing that is done about a warning.

    ``kinds``: those that the reader may do now. ``graver``: what may follow it.
    """

    lines = {"words": 4}
    radios = ("kind",)

    kind = choice("办理")
    words = Text("情况", most=steps.LONGEST, required=False)
    follows = choice("升级为", required=False, help_text="办理“升级”时选择。")

    def __init__(self, *args, kinds, graver=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(kind.value, kind.label) for kind in kinds]
        if len(kinds) == 1:
            self.fields["kind"].initial = kinds[0].value
        needed = [kind.label for kind in kinds if kind in steps.WITH_WORDS]
        self.fields["words"].help_text = (
            f"办理{'、'.join(f'“{label}”' for label in needed)}时必须填写。" if needed else ""
        )
        if Kind.ESCALATE in kinds:
            self.fields["follows"].choices = NONE + [(one.code, one.label) for one in graver]
        else:
            del self.fields["follows"]

    def clean(self):
        """Refuse what belongs to another kind of step: it would be dropped without a word."""
        cleaned = super().clean()
        if cleaned.get("follows") and cleaned.get("kind", Kind.ESCALATE) != Kind.ESCALATE:
            self.add_error("follows", "只有“升级”时选择这一项。请改为“请选择”，或把“办理”改选为“升级”。")
        return cleaned


class DeliveryForm(LaidForm):
    """How a letter was delivered, as its receipt says."""

    radios = ("refused",)

    way = choice("送达方式", [one for one in WarningDelivery.Way.choices if one[0] != WarningDelivery.Way.ONLINE])
    received_on = day("送达日期", help_text="回证上签收或拒收的日期，答复期限从次日起计算。")
    place = Text("送达地点", most=80, required=False)
    signed_by = Text("签收人", most=40, required=False, help_text="由他人代收的，写代收人的姓名。")
    substitute = Text("代收人及理由", most=120, required=False)
    refused = _tick("是否拒收", "拒收的，由见证人签字后视为送达。")
    refusal = Text("拒收事由", most=200, required=False)
    witness = Text("见证人", most=40, required=False)
    servers = Text("送达人", most=80, required=False, help_text="直接送达、留置送达须两人，用顿号隔开。")
    remark = Text("备注", most=200, required=False)

    @property
    def values(self):
        """The fields as ``deliveries.deliver`` takes them."""
        said = {name: self.cleaned_data[name] for name in deliveries.FIELDS}
        return said | {"refused": said["refused"] == "yes"}


class CorrectionForm(DeliveryForm):
    """The receipt as it should have been recorded, and what was wrong."""

    reason = Text("更正的原因", most=200, help_text="原登记作废，保留备查；收文的单位（本人）可以看到原因。")

    @property
    def values(self):
        """The fields and the reason as ``deliveries.correct`` takes them."""
        return {"values": super().values, "reason": self.cleaned_data["reason"]}


class VisitForm(LaidForm):
    """A visit after a warning was lifted."""

    lines = {"words": 4}
    radios = ("result",)

    visited_on = day("回访日期")
    result = choice("回访结果", WarningVisit.Result.choices)
    words = Text("回访情况", most=LONG, help_text="看了什么、问了谁、整改是否坚持。")
    again_on = day("再次回访日期", required=False)

    @property
    def values(self):
        """The fields as ``visits.visit`` takes them."""
        said = {name: self.cleaned_data[name] for name in visits.FIELDS}
        return {"values": said, "again_on": self.cleaned_data["again_on"]}


class TalkForm(LaidForm):
    """The record of a talk."""

    lines = {"said": 5, "statement": 5, "demands": 3, "stand": 3}
    radios = ("signed",)

    talker = Text("谈话人", most=80, help_text="单位、职务、姓名")
    recorder = Text("记录人", most=80, help_text="单位、职务、姓名")
    companions = Text("陪同人", most=120, required=False)
    place = Text("地点", most=80)
    held_on = day("谈话日期")
    starts_at = _time("开始时间")
    ends_at = _time("结束时间")
    said = Text("告知的情况", most=LONG)
    statement = Text("本人说明", most=LONG, required=False)
    demands = Text("要求", most=LONG)
    stand = Text("本人表态", most=LONG, required=False)
    signed = _tick("本人是否已逐页签字")

    @property
    def values(self):
        """The fields as ``deliveries.talk`` takes them."""
        said = {name: self.cleaned_data[name] for name in deliveries.TALK}
        return said | {"signed": said["signed"] == "yes"}


class OutcomeForm(LaidForm):
    """What came of a warning for one person. ``forms_of``: the forms that its kind allows."""

    person = People("人员（工号）", most=40, alone="一次只登记一人，请只填一个工号。")
    form = choice("形态")
    decided_on = day("决定日期")
    reference = Text("文号", most=60, required=False, help_text="第二种以上形态必填；处分内容不在本系统保存。")
    kept_at = Text("存放处", most=120, required=False)

    def __init__(self, *args, forms_of, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["form"].choices = [(str(form), outcomes.FORMS[form]) for form in forms_of]

    @property
    def values(self):
        """The fields as ``outcomes.settle`` takes them."""
        said = {name: self.cleaned_data[name] for name in outcomes.FIELDS}
        return said | {"form": int(said["form"])}


class _MeritForm(LaidForm):
    """Of whom something is recorded. ``units``: ``[(code, name)]``."""

    unit = choice("单位")
    person = People(
        "人员（工号）", most=40, alone="一次只登记一人，请只填一个工号。", required=False, help_text="对单位的不填。"
    )

    def __init__(self, *args, units, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["unit"].choices = Offered([*NONE, *units])


class AccountabilityForm(_MeritForm):
    """That a unit or a person was held to account, by reference only."""

    decided_by = Text("决定机构", most=60)
    reference = Text("文号", most=60)
    decided_on = day("决定日期")
    kept_at = Text("存放处", most=120)

    @property
    def values(self):
        """The fields as ``merits.hold_to_account`` takes them."""
        return {name: self.cleaned_data[name] for name in merits.ACCOUNTABILITY}


class CommendationForm(_MeritForm):
    """That a unit or a person was commended."""

    lines = {"words": 3}

    title = Text("名称", most=80, help_text="例如：廉政风险防控先进单位")
    words = Text("事由", most=2000)
    decided_by = Text("决定机构", most=60)
    reference = Text("文号", most=60, required=False)
    decided_on = day("决定日期")

    @property
    def values(self):
        """The fields as ``merits.commend`` takes them."""
        return {name: self.cleaned_data[name] for name in merits.COMMENDATION}


class AnalysisForm(LaidForm):
    """What is learned from a warning. ``points``: ``[(series, words)]`` of the same kind."""

    lines = {"causes": 4, "gaps": 4, "education": 3}

    causes = Text("发生的原因", most=LONG)
    gaps = Text("制度和管理的漏洞", most=LONG)
    education = Text("警示教育安排", most=LONG, required=False)
    points = choices("请对照检查的同类风险点", required=False, help_text="所选风险点的单位收到提示，提示不写案情。")

    def __init__(self, *args, points=(), **kwargs):
        super().__init__(*args, **kwargs)
        if points:
            self.fields["points"].choices = points
        else:
            del self.fields["points"]

    @property
    def values(self):
        """The fields as ``analyses.analyse`` takes them."""
        return {name: self.cleaned_data[name] for name in analyses.FIELDS}

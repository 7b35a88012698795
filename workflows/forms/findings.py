"""Forms of what inspections find, and of what is done about it."""

from registers.forms.fields import Text
from workflows.forms.laid import LaidForm, People, choice, day
from workflows.models import Finding, RectificationStep
from workflows.supervision.findings import FIELDS
from workflows.supervision.rectification import LONGEST

Kind = RectificationStep.Kind


class FindingForm(LaidForm):
    """One finding."""

    lines = {"fact": 4, "cause": 2, "demand": 3}

    fact = Text("问题（事实）", most=2000, help_text="写查到的事实，例如：抽查 20 份采购记录，3 份没有比价。")
    clause = Text("依据条款", most=200, required=False)
    cause = Text("原因", most=2000, required=False)
    kind = choice("整改类别", Finding.Kind.choices)
    demand = Text("整改要求", most=2000)
    due_on = day("整改期限")

    @property
    def values(self):
        """The fields as ``findings.record`` and ``findings.change`` take them."""
        return {name: self.cleaned_data[name] for name in FIELDS}


class StepForm(LaidForm):
    """One thing that is done about a finding. ``kinds``: those that the reader may do now."""

    lines = {"words": 4}

    kind = choice("办理")
    words = Text("情况", most=LONGEST)
    owner = People(
        "整改责任人（工号）",
        most=40,
        alone="请只填一名责任人的工号。",
        required=False,
        help_text="报送整改方案、指定责任人时填写。",
    )
    until = day("延长后的期限", required=False, help_text="申请延期时填写，只能申请一次。")

    def __init__(self, *args, kinds, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(kind.value, kind.label) for kind in kinds]
        if not {Kind.PLAN, Kind.ASSIGN} & set(kinds):
            del self.fields["owner"]
        if Kind.ASK_TIME not in kinds:
            del self.fields["until"]

    def clean(self):
        """Refuse what belongs to another kind of step: it would be dropped without a word."""
        cleaned = super().clean()
        for name, kinds in (("owner", (Kind.PLAN, Kind.ASSIGN)), ("until", (Kind.ASK_TIME,))):
            if cleaned.get(name) and cleaned.get("kind", kinds[0]) not in kinds:
                offered = [value for value, _ in self.fields["kind"].choices]
                words = "、".join(f"“{kind.label}”" for kind in kinds if kind.value in offered)
                self.add_error(name, f"只有{words}时填写这一项。请清空，或把“办理”改选为{words}。")
        return cleaned

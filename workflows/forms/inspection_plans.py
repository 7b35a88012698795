"""Forms of the yearly plan of inspections, and of drawing units and inspectors."""

from django.core.exceptions import ValidationError

from registers.forms.fields import Text
from workflows.forms.laid import LaidForm, People, choice, choices, day, people_of, whole
from workflows.supervision.plans import FIELDS

LONG = 5000
REASON = 100  # characters for why somebody or a unit is not in the pool


class PlanItemForm(LaidForm):
    """One item of the plan. ``rules``: what the scheme says of inspections."""

    lines = {"content": 4}

    kind = choice("检查种类")
    title = Text("检查事项", most=80)
    content = Text("检查内容和范围", most=2000)
    methods = choices("检查方法")
    starts_on = day("开始日期")
    ends_on = day("结束日期")

    def __init__(self, *args, rules, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(kind.code, kind.label) for kind in rules.kinds]
        self.fields["methods"].choices = [(method.code, method.label) for method in rules.methods]
        self.fields["team"] = whole(
            "检查组人数", rules.team, 15, help_text=f"每个单位由几人检查，含组长，至少 {rules.team} 人。"
        )

    @property
    def values(self):
        """The fields as ``plans.add`` and ``plans.change`` take them."""
        return {name: self.cleaned_data[name] for name in FIELDS}


class PoolForm(LaidForm):
    """The pool of a draw. ``units``: those that can be inspected. ``again``: it has been drawn before."""

    lines = {"numbers": 4, "absent": 2}

    number = whole("抽取单位数", 1, 999)
    numbers = People(
        "检查人员（工号）", most=LONG, help_text="每行一个工号，也可以用逗号、空格隔开；从 Excel 整列粘贴即可。"
    )
    absent = Text(
        "因故不参加的检查人员", most=LONG, required=False, help_text="每行一人：工号、空格、原因。名单和原因一并保留。"
    )
    seed_source = Text(
        "随机种子的来源",
        most=120,
        help_text="写明用哪个事后公开、谁也不能预知的数字，例如“3月10日开奖的福彩3D开奖号”。名单确定之后才能填种子。",
    )
    reason = Text("重新抽取的原因", most=200, missing="已经抽取过一次，请写明重新抽取的原因。")

    def __init__(self, *args, units, again, **kwargs):
        super().__init__(*args, **kwargs)
        self.units = units
        if not again:
            del self.fields["reason"]

    def clean_absent(self):
        """Return user → why he does not take part."""
        lines = [line.split(None, 1) for line in self.cleaned_data["absent"].splitlines() if line.strip()]
        if bare := [words[0] for words in lines if len(words) < 2]:
            raise ValidationError(f"“{bare[0][:20]}”没有写原因，请在工号后空一格写明。")
        known = {person.number: person for person in people_of("\n".join(number for number, _ in lines))}
        absent = {}
        for number, words in lines:
            if number not in known or known[number] in absent:
                raise ValidationError(f"“{number[:20]}”写了不止一人，或写了两次。请每人一行。")
            if len(words) > REASON:
                raise ValidationError(f"“{number}”的原因最多 {REASON} 字，现有 {len(words)} 字，请删减。")
            absent[known[number]] = words.strip()
        return absent

    @property
    def excluded_units(self):
        """Unit id → why it is not in the pool."""
        said = {unit.pk: self.data.get(f"out-{unit.pk}", "").strip() for unit in self.units}
        return {unit: words for unit, words in said.items() if words}

    def clean(self):
        cleaned = super().clean()
        if long := [words for words in self.excluded_units.values() if len(words) > REASON]:
            self.add_error(None, f"单位不列入的原因最多 {REASON} 字，现有 {len(long[0])} 字，请删减。")
        return cleaned


class SeedForm(LaidForm):
    """The seed of a draw, and who witnessed it."""

    seed = Text("随机种子", most=120, help_text="照来源公布的数字填写，不加空格。抽取后不能更改。")
    witness = Text("见证人", most=40)

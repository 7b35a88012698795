"""Forms of assessments: scores, evidence, the unit's answer, the decision."""

from dataclasses import dataclass

from django import forms

from registers.forms.fields import Text
from workflows.forms.laid import LaidForm, Offered, choice, choices, day
from workflows.models import Assessment, AssessmentContest

LONG = 5000
WORDS = 1000


@dataclass(frozen=True)
class Block:
    """One line of a sheet with its fields as they are laid."""

    line: object
    rows: list


def points(label, line, *, required):
    """Return a field for a score of a line, from nothing to its full points."""
    wrong = f"第 {line.position} 项应为 0 到 {line.points} 分，最多两位小数。"
    return forms.DecimalField(
        label=label,
        required=required,
        min_value=0,
        max_value=line.points,
        max_digits=5,
        decimal_places=2,
        error_messages=dict.fromkeys(
            ("invalid", "min_value", "max_value", "max_digits", "max_decimal_places", "max_whole_digits"), wrong
        )
        | {"required": f"第 {line.position} 项没有打分。"},
    )


class LinesForm(LaidForm):
    """A form with some fields for each line of a sheet, whose names end with the line's id."""

    def __init__(self, *args, lines, **kwargs):
        super().__init__(*args, **kwargs)
        self.sheet = lines
        self.lines = dict(type(self).lines)
        for line in lines:
            self.fields |= self.fields_of(line)

    def fields_of(self, line):
        """Return name → field for one line."""
        raise NotImplementedError

    def blocks(self):
        """Yield a ``Block`` for each line that has fields."""
        rows = list(self.laid())
        for line in self.sheet:
            found = [row for row in rows if row.field.name.endswith(f"-{line.pk}")]
            if found:
                yield Block(line, found)

    def others(self):
        """Yield the fields that belong to no line."""
        named = {row.field.name for block in self.blocks() for row in block.rows}
        return [row for row in self.laid() if row.field.name not in named]

    def said(self, word):
        """Return line → what was said in its field ``word``."""
        names = {line.pk: f"{word}-{line.pk}" for line in self.sheet}
        return {pk: self.cleaned_data[name] for pk, name in names.items() if name in self.fields}


class OwnForm(LinesForm):
    """What a unit gives itself, by which evidence, and its summary. What is open may stay open."""

    lines = {"summary": 8}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["summary"] = Text(
            "自评总结", most=LONG, required=False, help_text="主要做法和成效、存在的问题、下一步打算。"
        )

    def fields_of(self, line):
        """Return the unit's score and its evidence."""
        evidence = Text("依据材料", most=WORDS, required=False, help_text="写明材料名称和内容，文件在考核页上传。")
        self.lines[f"evidence-{line.pk}"] = 2
        if line.surveyed:
            return {f"evidence-{line.pk}": evidence}
        return {f"own-{line.pk}": points("自评得分", line, required=False), f"evidence-{line.pk}": evidence}


class OfficeForm(LinesForm):
    """What the office gives a unit, and why points are lost."""

    def fields_of(self, line):
        """Return the office's score, the reason, and whether the line does not apply."""
        if line.surveyed:
            return {}
        self.lines[f"reason-{line.pk}"] = 2
        return {
            f"office-{line.pk}": points("考评得分", line, required=False),
            f"out-{line.pk}": forms.MultipleChoiceField(
                label="适用", required=False, choices=[("yes", "本项不适用于该单位，不计分")]
            ),
            f"reason-{line.pk}": Text("扣分或不适用的原因", most=WORDS, required=False),
        }

    @property
    def left_out(self):
        """The lines (ids) that do not apply."""
        return {pk for pk, ticked in self.said("out").items() if ticked}


class LeaderForm(LinesForm):
    """What one leader gives a unit."""

    def fields_of(self, line):
        """Return the leader's score, where the line is scored and applies."""
        if line.surveyed or not line.applies:
            return {}
        return {f"lead-{line.pk}": points("评分", line, required=True)}


class BeginForm(LaidForm):
    """Which units are assessed, and until when they score themselves."""

    due_on = day("自评截止")
    units = choices("被考核单位", help_text="已经开展本年度考核的单位不再列出。")

    def __init__(self, *args, units, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["units"].choices = Offered(units)


class AnswerForm(LaidForm):
    """Whether the unit accepts its figures."""

    lines = {"words": 6}
    radios = ("stand",)

    stand = choice("对考评情况", Assessment.Stand.choices)
    words = Text("异议", most=LONG, required=False, help_text="有异议的，写明对哪一项、事实和依据。")


class ContestForm(LaidForm):
    """What the unit says against one line."""

    lines = {"words": 5}

    words = Text("异议", most=LONG, required=False, help_text="写明事实和依据。清空并保存，即不再对本项提出异议。")


class SettleForm(LaidForm):
    """How what was said against one line is answered."""

    lines = {"words": 4}
    radios = ("outcome",)

    outcome = choice("结论", AssessmentContest.Outcome.choices, help_text="成立的，先点“修改考评”更正得分。")
    words = Text("答复", most=LONG, missing="请写明核实的情况和理由。")


class ReplyForm(LaidForm):
    """What the office replies to the unit."""

    lines = {"words": 6}

    words = Text("答复", most=LONG, missing="请写明核实的情况和结论；需要更正得分的，先更正再答复。")


class DecisionForm(LaidForm):
    """What keeps a unit out of the higher bands, and on what grounds the result is decided."""

    lines = {"grounds": 4}

    vetoes = choices("一票否决的情形", required=False, help_text="没有的不选。只压低档次，不改变得分。")
    grounds = Text("审定意见", most=LONG, required=False)

    def __init__(self, *args, vetoes, **kwargs):
        super().__init__(*args, **kwargs)
        if vetoes:
            self.fields["vetoes"].choices = vetoes
        else:
            del self.fields["vetoes"]


class UndoForm(LaidForm):
    """Why a result is to be decided again."""

    reason = Text("退回重审的原因", most=200)

"""Forms of rankings: what takes points off, units left out, contests and answers, the decision."""

from registers.forms.fields import Text
from workflows.forms.laid import LaidForm, choice, choices, whole
from workflows.models import RankingContest, RankingEntry
from workflows.publicity.rankings.contests import MOST

NO_NAMES = "只写文号、日期，不写人员姓名。"


class EntryForm(LaidForm):
    """What takes points off a unit or caps its band. ``rules``: what the scheme says of rankings."""

    what = choice("事项")
    times = whole("次数", 1, 99, help_text="一票否决的事项填 1。")
    origin = choice("怎样发现", RankingEntry.Origin.choices, help_text="单位自查自报的减轻扣分，隐瞒不报的加重。")
    basis = Text("依据（文号、日期）", most=120, help_text=NO_NAMES)

    def __init__(self, *args, rules, **kwargs):
        super().__init__(*args, **kwargs)
        kinds = ((RankingEntry.Kind.DEDUCTION, rules.deductions), (RankingEntry.Kind.VETO, rules.vetoes))
        self.fields["what"].choices = [
            (f"{kind.value}:{one.code}", f"{kind.label}：{one.label}") for kind, known in kinds for one in known
        ]

    @property
    def values(self):
        """The fields as ``computing.enter`` takes them."""
        typed = self.cleaned_data
        kind, _, code = typed["what"].partition(":")
        return {"kind": kind, "code": code, **{name: typed[name] for name in ("times", "origin", "basis")}}


class LeaveOutForm(LaidForm):
    """Why a unit is left out of a ranking, empty to take it in again."""

    why = Text("不参加排名的原因", most=200, required=False, help_text="留空并保存，即参加排名。")


class ContestForm(LaidForm):
    """What a unit contests. ``about``: (value, words) of what can be contested."""

    lines = {"claim": 5}

    about = choice("对哪一项有异议")
    claim = Text(
        "异议和依据", most=2000, help_text="写明哪一张表、哪一条措施不对，依据是什么（文号、日期、附件编号）。"
    )

    def __init__(self, *args, about, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["about"].choices = about


class AnswerForm(LaidForm):
    """The answer to a contest. ``is_figure``: of a figure, which is corrected where it is upheld."""

    lines = {"words": 4}

    outcome = choice("处理结论", RankingContest.Outcome.choices)
    words = Text("答复（写明理由）", most=2000)
    number = whole("更正后的数（前）", 0, MOST, required=False, help_text="异议成立的填写；前一个数不大于后一个数。")
    of = whole("更正后的数（后）", 0, MOST, required=False, help_text="填 0 表示该项对该单位不适用，须经审定时同意。")

    def __init__(self, *args, is_figure, **kwargs):
        super().__init__(*args, **kwargs)
        if not is_figure:
            del self.fields["number"], self.fields["of"]


class DecisionForm(LaidForm):
    """The decision on a ranking.

    ``praised``: (id, words) of the units proposed for praise. ``consent``: whether there is anything to agree to.
    """

    decision = Text("审定依据", most=200, help_text="哪次会议、哪一天，例如：2026年11月20日学校领导小组会议。")
    praised = choices("拟表扬的单位", required=False)
    agrees = choices("核对结果", [("yes", "同意以上不适用的指标和不参加排名的单位")])

    def __init__(self, *args, praised, consent, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["praised"].choices = self.proposed = praised
        if not praised:
            del self.fields["praised"]
        if not consent:
            del self.fields["agrees"]

    @property
    def chosen(self):
        """The ids of the units that are praised."""
        typed = self.cleaned_data.get("praised", ())
        return {pk for pk, _ in self.proposed if str(pk) in typed}

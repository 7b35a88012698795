"""迎检材料清单: what the system holds for an inspection from above, and what is missing. Source: R2-31."""

from collections import Counter
from functools import partial

from django.db.models import Q

from registers.models import ControlMeasure, LeadingGroup, Post, PowerItem, Regulation, RiskPoint
from registers.papers.compose import source
from workflows.models import (
    Activity,
    Assessment,
    Finding,
    Inspection,
    Publication,
    PublicityNotice,
    ReadingDocument,
    Rectification,
    RiskWarning,
    Submission,
    Survey,
)
from workflows.models.submissions import State

RECORDS = "单位与岗位→台账与档案"


@source("inspection_materials", about="unit", rows=("part", "item", "detail", "place", "state"))
def inspection_materials(*, unit, units, on, rules, reader=None):
    """迎检材料清单 of ``units``: each material of the year with how many there are, and where it is.

    What only some may read is counted as far as ``reader`` may. A material that there is none of is listed as missing.
    """
    held = _Held(units, on, reader)
    rows = [
        *held.organised(),
        *held.on_record(rules),
        *held.shown(),
        *held.inspected(),
        *held.assessed(rules),
        ("档案", "当年办结的表", held.of(Submission, state=State.FILED, filed_at__year=on.year), "张", RECORDS),
    ]
    return {
        "rows": [
            {"part": part, "item": item, "detail": f"{count} {word}", "place": place, "state": "有" if count else "缺"}
            for part, item, count, word, place in rows
        ]
    }


class _Held:
    """What some units hold in the year of a day, as far as a reader may read it."""

    def __init__(self, units, on, reader):
        self.units, self.on, self.reader = units, on, reader

    def of(self, model, condition=None, **narrowed):
        """How many rows of ``model`` there are of the units."""
        rows = model.objects.visible_to(self.reader) if self.reader else model.objects.all()
        narrowed = {"unit__in": self.units} | narrowed
        return rows.filter(condition or Q(), **narrowed).count()

    def in_force(self, model, **narrowed):
        """How many rows of the register are in force, whoever reads them: figures are not kept back."""
        return model.objects.in_force(self.on).filter(unit__in=self.units, **narrowed).count()

    def organised(self):
        year, part = self.on.year, partial(_row, "组织领导")
        groups = LeadingGroup.objects.in_force(self.on).filter(unit__in=self.units).count()
        yield part("领导小组名单", groups, "个", "单位与岗位")
        held = self.of(Activity, held_on__year=year, voided_at=None)
        yield part("会议和教育活动记录", held, "次", "会议与教育")
        documents = self.of(ReadingDocument, published_at__year=year, withdrawn_at=None)
        yield part("学习文件和回执", documents, "份", "学习文件")

    def on_record(self, rules):
        part = partial(_row, "排查登记")
        yield part("岗位职责", Post.objects.existing(self.on).filter(unit__in=self.units).count(), "个岗位", RECORDS)
        yield part("权力事项和流程", self.in_force(PowerItem), "项", "权力事项")
        points = RiskPoint.objects.in_force(self.on).filter(unit__in=self.units)
        graded = Counter(points.order_by().values_list("final_grade__code", flat=True))
        for grade in rules.grades:
            yield part(f"风险点（{grade.label}）", graded[grade.code], "个", "风险点")
        part = partial(_row, "制度措施")
        kept = self.of(Regulation, ~Q(state=Regulation.State.REPEALED))
        yield part("制度目录", kept, "项", "制度目录")
        yield part("防控措施", self.in_force(ControlMeasure), "条", "防控措施落实")

    def shown(self):
        year, part = self.on.year, partial(_row, "公示公开")
        yield part("公示和公示情况说明", self.of(PublicityNotice, released_at__year=year), "次", "公示")
        standing = self.of(Publication, verb="standing", released_at__isnull=False, ended_at=None)
        yield part("现行的公开目录", standing, "份", "公开与通报")

    def inspected(self):
        year, part = self.on.year, partial(_row, "检查整改")
        place = "检查与整改"
        held = self.of(Inspection, plan__year=year, concluded_at__isnull=False)
        yield part("检查记录和结论", held, "次", place)
        of_year = {"inspection__plan__year": year, "inspection__unit__in": self.units, "withdrawn_at": None}
        yield part("检查发现的问题", self._of_findings(Finding, **of_year), "项", place)
        closed = {f"finding__{name}": value for name, value in of_year.items()} | {"closed_at__isnull": False}
        yield part("销号的问题和佐证", self._of_findings(Rectification, **closed), "项", place)
        letters = self.of(RiskWarning, issued_at__year=year)
        yield _row("预警处置", "预警文书和送达、答复", letters, "份", "预警与文书")

    def _of_findings(self, model, **narrowed):
        rows = model.objects.visible_to(self.reader) if self.reader else model.objects.all()
        return rows.filter(**narrowed).count()

    def assessed(self, rules):
        if not rules.assessment.is_held:
            return
        year, part = self.on.year, partial(_row, "考核测评")
        decided = self.of(Assessment, year=year, confirmed_at__isnull=False)
        yield part("考核评分表和佐证材料包", decided, "个单位", "考核与测评")
        if rules.assessment.survey.is_held:
            surveys = self.of(Survey, year=year, closed_at__isnull=False)
            yield part("满意度测评结果", surveys, "次", "考核与测评")


def _row(part, item, count, word, place):
    return part, item, count, word, place

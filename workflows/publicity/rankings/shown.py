"""A ranking for workbooks and pictures: every figure with the things it was counted from.

Whoever has the workbook counts again: share of each figure, weights, points off, rounding, places.
"""

from registers.bars import COLOUR, bars, places
from registers.papers.writing import LedgerSheet
from workflows.models import RankedUnit, RankingContest, RankingEntry, RankingFigure
from workflows.publicity.rankings import score

HEAD = [("分类", 12), ("单位", 24), ("名次", 6), ("得分", 8), ("档次", 10), ("扣分", 8)]
THINGS = [("单位", 24), ("事项", 44), ("计入", 6), ("说明", 30)]
ENTRIES = [("单位", 24), ("种类", 10), ("事项", 24), ("次数", 6), ("怎样发现", 16), ("依据", 30), ("状态", 8)]
CONTESTS = [("单位", 24), ("对哪一项", 20), ("异议", 40), ("结论", 10), ("答复", 40), ("更正", 24)]
NOTE = "得分 = 各项指标按权重加权平均（不适用的除外，其余折算）− 扣分，最后四舍五入一次；得分相同的名次并列"


def worksheets(ranking, *, actor):
    """Return the sheets of a ranking's workbook with all that ``actor`` may read of it."""
    rules = ranking.rules
    rows = RankedUnit.objects.visible_to(actor).filter(ranking=ranking).select_related("unit")
    rows = list(rows.order_by("class_code", "place", "unit__position", "unit__code"))
    names = {row.pk: row.unit.name for row in rows}
    figures = list(RankingFigure.objects.filter(ranked__in=names).order_by("ranked__unit__code", "position"))
    note = f"统计到 {ranking.counted_on}（不含当日）"
    return [
        LedgerSheet(f"{ranking}", "汇总", *_summary(rules, rows, figures), note=f"{note}。{NOTE}"),
        *(
            LedgerSheet(
                f"{one.label}（权重 {one.weight}）", one.label, THINGS, _things(one, figures, names), note=_of(one)
            )
            for one in rules.figures
        ),
        LedgerSheet("扣分和否决事项", "扣分和否决", ENTRIES, _entries(rules, names)),
        LedgerSheet("单位提出的异议", "异议", CONTESTS, _contests(rules, names)),
    ]


def _summary(rules, rows, figures):
    cells = {(one.ranked_id, one.code): f"{one.number}/{one.of}" if one.of else "不适用" for one in figures}
    classes = {one.code: one.label for one in rules.classes}
    columns = HEAD + [(one.label, 12) for one in rules.figures] + [("备注", 30)]
    return columns, [
        [
            classes.get(row.class_code, ""),
            row.unit.name,
            row.place,
            None if row.score is None else float(row.score),
            band_label(rules, row),
            float(row.deducted),
            *(cells.get((row.pk, one.code), "") for one in rules.figures),
            row.left_out,
        ]
        for row in rows
    ]


def band_label(rules, row):
    """The label of a unit's band, empty where it has none."""
    band = rules.band(row.band)
    return band.label if band else row.band


def _of(figure):
    good = "比例越高越好" if figure.direction == "more" else "比例越低越好"
    return f"{figure.explained or figure.label}（{good}）"


def _things(figure, figures, names):
    for row in figures:
        if row.code == figure.code:
            for counts, _, _, label, note in row.sources:
                yield [names[row.ranked_id], label, counts, note]
            if row.corrected:
                yield [names[row.ranked_id], f"更正为 {row.number}/{row.of}", None, row.corrected]


def _entries(rules, names):
    labels = {one.code: one.label for one in (*rules.deductions, *rules.vetoes)}
    for entry in RankingEntry.objects.filter(ranked__in=names):
        origin = entry.get_origin_display() if entry.kind == entry.Kind.DEDUCTION else ""
        state = "已撤销" if entry.dropped_at else ""
        yield [
            names[entry.ranked_id],
            entry.get_kind_display(),
            labels.get(entry.code, entry.code),
            entry.times,
            origin,
            entry.basis,
            state,
        ]


def _contests(rules, names):
    rows = RankingContest.objects.filter(ranked__in=names).select_related("figure", "entry")
    for row in rows:
        yield [
            names[row.ranked_id],
            about(rules, row),
            row.claim,
            row.get_outcome_display() if row.outcome else "待答复",
            row.answer,
            row.changed,
        ]


def about(rules, contest):
    """What a contest is about, in words. Its figure and entry must have been read."""
    if contest.figure_id:
        return getattr(rules.figure(contest.figure.code), "label", contest.figure.code)
    labels = {one.code: one.label for one in (*rules.deductions, *rules.vetoes)}
    return labels.get(contest.entry.code, contest.entry.code)


def of_figures(rules, figures):
    """The picture of one unit's figures: what each is worth, from 0 to 100."""
    rows = []
    for row in figures:
        rule = rules.figure(row.code)
        worth = score.value(row.number, row.of, rule.direction)
        words = "不适用" if worth is None else str(score.rounded(worth, 1))
        rows.append((rule.label, None if worth is None else worth / 100, words, COLOUR))
    return bars("各项指标得分", rows)


def of_trend(name, trend):
    """The picture of how a unit stood over the years, None where there is too little to draw.

    ``trend``: as ``releasing.trend`` returns it.
    """
    return places(f"{name}历年名次", [(year, place, count) for year, place, count, _ in trend])


def of_result(result):
    """The picture of a released result: how many units of each class are in each band."""
    rows = []
    for group in result["classes"]:
        bands = {}
        for unit in group["units"]:
            bands[unit["band"]] = bands.get(unit["band"], 0) + 1
        for band, count in bands.items():
            rows.append((f"{group['label']} {band}", count / len(group["units"]), f"{count} 个", COLOUR))
    return bars("各类单位的档次分布", rows)

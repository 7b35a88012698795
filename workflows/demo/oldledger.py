"""An old ledger of risk points in a workbook as institutions keep it, for trying the import out.

A title, heads in two lines, units and posts merged down, several numbered points in a cell with as many measures beside them.
"""

from io import BytesIO
from itertools import groupby

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from registers.models import ControlMeasure, RiskPoint
from registers.papers.cells import as_text
from registers.schemes.parts import Level

POINTS = 200  # of the whole ledger
OF_A_UNIT, OF_A_POST = 4, 4  # at most: of a unit itself, of each post
HEADS = (
    *(("序号", 6), ("部门", 16), ("岗位名称", 20), ("风险类别", 12), ("廉政风险点", 40), ("主要表现形式", 40)),
    *(("风险等级", 10), ("前期预防", 36), ("中期监控", 36), ("后期处置", 36), ("责任人", 12)),
)
UNIT, POST, FIRST_STAGE, LAST_STAGE = 2, 3, 8, 10  # columns
TOP = 5  # the first row of points, below a title, a remark and the two lines of the head


def workbook(rules, *, institution, year):
    """Return the bytes of the ledger of ``year``.

    It holds points that are in force on the campus, about as many of every unit.
    """
    made = Workbook()
    place = made.active
    place.title = "廉政风险台账"
    _heads(place, f"{institution}{year}年度廉政风险点及防控措施台账", year)
    points = _chosen()
    measures = _measures(points)
    row = TOP
    for _, of_unit in groupby(points, key=lambda point: point.unit_id):
        first = row
        for post, of_post in groupby(of_unit, key=lambda point: point.post_id):
            top = row
            for _, found in groupby(of_post, key=lambda point: point.category_id):
                _row(place, row, _cells(row - TOP + 1, list(found), measures, rules))
                row += 1
            if post is not None:
                _merge(place, (top, row - 1), (POST, POST))
        _merge(place, (first, row - 1), (UNIT, UNIT))
    data = BytesIO()
    made.save(data)
    return data.getvalue()


def _chosen():
    """Return the points of the ledger by unit, post and category."""
    rows = {}
    named = ("unit", "post", "holder", "category", "final_grade")
    for point in RiskPoint.objects.open().exclude(level=Level.SCHOOL).select_related(*named).order_by("pk"):
        rows.setdefault(point.unit, []).append(point)
    units = sorted(rows, key=lambda unit: unit.position)
    shares = [len(range(place, POINTS, len(units))) for place in range(len(units))]
    return [point for unit, share in zip(units, shares, strict=True) for point in _of_unit(rows[unit], share)]


def _of_unit(points, share):
    """Return ``share`` of a unit's points: some of its own, then some of each post."""
    own = [point for point in points if point.post is None][:OF_A_UNIT]
    by_post = {}
    for point in points:
        if point.post is not None:
            by_post.setdefault(point.post, []).append(point)
    # Ordinary posts first: whoever tries the site out signs in as a member of the staff.
    posts = sorted(by_post, key=lambda post: (post.tier != post.Tier.STAFF, post.code))
    of_posts = [point for post in posts for point in by_post[post][:OF_A_POST]][: share - len(own)]
    order = {post: place for place, post in enumerate(posts)}
    return sorted(of_posts, key=lambda point: (order[point.post], point.category_id)) + sorted(
        own, key=lambda point: point.category_id
    )


def _measures(points):
    """Return (series, stage) → text of the measures of these points."""
    rows = ControlMeasure.objects.open().filter(point_series__in=[point.series for point in points])
    return {(row.point_series, row.stage): row.text for row in rows}


def _heads(place, title, year):
    place["A1"], place["A1"].font = title, Font(bold=True, size=16)
    place["A2"] = f"编制日期：{year}年11月　　内部资料，注意保管"
    for row in (1, 2):
        _merge(place, (row, row), (1, len(HEADS)))
    for column, (head, width) in enumerate(HEADS, start=1):
        place.column_dimensions[get_column_letter(column)].width = width
        staged = FIRST_STAGE <= column <= LAST_STAGE
        place.cell(TOP - 1 if staged else TOP - 2, column, head)
        if not staged:
            _merge(place, (TOP - 2, TOP - 1), (column, column))
    place.cell(TOP - 2, FIRST_STAGE, "防控措施")
    _merge(place, (TOP - 2, TOP - 2), (FIRST_STAGE, LAST_STAGE))
    place.freeze_panes = place.cell(TOP, 1)


def _cells(number, points, measures, rules):
    """Return the texts of one row: the points of one category at one post."""
    first = points[0]
    stages = [[measures.get((point.series, stage.code), "") for point in points] for stage in rules.measure_stages]
    staged = [_numbered(texts) for texts in stages[: LAST_STAGE - FIRST_STAGE + 1]]
    return [
        str(number),
        first.unit.name,
        first.post.name if first.post else f"{first.involved_posts}等",
        first.category.label,
        _numbered([point.content for point in points]),
        _numbered([point.manifestation for point in points]),
        "\n".join(point.final_grade.label if point.final_grade else "" for point in points),
        *(staged + [""] * (LAST_STAGE - FIRST_STAGE + 1 - len(staged))),
        first.holder.name if first.holder else "",
    ]


def _row(place, row, texts):
    for column, text in enumerate(texts, start=1):
        cell = place.cell(row, column)
        as_text(cell, text, quoted=False)
        cell.alignment = Alignment(wrap_text=True, vertical="top")


def _numbered(texts):
    """Return several texts as one with numbers, a single one as it is."""
    if len(texts) < 2:
        return "".join(texts)
    return "\n".join(f"{number}. {text}" for number, text in enumerate(texts, start=1))


def _merge(place, rows, columns):
    if (rows[0], columns[0]) != (rows[1], columns[1]):
        place.merge_cells(start_row=rows[0], end_row=rows[1], start_column=columns[0], end_column=columns[1])

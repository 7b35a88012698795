"""Cells that are left blank because they mean the one above. Pure: no Django.

Nothing is filled before somebody has said so.
"""

from registers.imports.findings import cells_in_words
from registers.imports.grid import Cell


def fill_down(tables, name, label, report, *, needs=None):
    """Ask once a sheet whether blank cells of a field mean the value above.

    They are filled where the answer is yes. ``needs``: whether a row has to have the field at all, by default each has.
    """
    for table in tables:
        if name not in table.fields.values() or not table.rows or table.rows[0].get(name) is None:
            continue
        blank = [row for row in table.rows if row.get(name) is None and (needs is None or needs(row))]
        if not blank:
            continue
        text = f"工作表“{table.sheet}”的“{label}”列有 {len(blank)} 个空格，是否与上一行相同？"
        options = [("fill", "向下填充上一行的值"), ("blank", "就是空的")]
        places = cells_in_words([row.place(name) for row in blank])
        if report.ask(f"fill:{table.sheet}:{name}", text, options, places) != "fill":
            continue
        filled, above = {id(row) for row in blank}, None
        for row in table.rows:
            if id(row) in filled and above is not None:
                row.cells[name] = [Cell(above.text, above.kind, above.form)]
            above = row.get(name) or above

"""A paper filled with examples, for whoever writes a scheme.

It shows the paper as people will see it. Pure: no Django, no database.
"""

from registers.papers.compose import issuer
from registers.schemes.layout import leaf_columns

ROWS = 3
PERSON, UNIT, POST, DAY = "张某某", "某某处", "某某岗位", "2026-09-20"
FIELDS = {
    "person.name": PERSON,
    "person.title": "科长",
    "unit.name": UNIT,
    "unit.head": "李某某",
    "unit.leader": "王某某",
    "post.name": POST,
    "post.tier": "中层岗位",
    "post.duties": ["负责本岗位业务的受理和初审", "按规定保管资料"],
    "work_plan": "一、动员学习。\n二、逐岗排查。\n三、制定措施，按季检查。",
    "narrative": "一、主要做法。\n二、取得的成效。\n三、存在的问题和整改措施。",
}
TEXTS = {
    "content": "业务由一人受理并审核，缺少复核",
    "manifestation": "材料不全仍予通过；与服务对象私下接触",
    "name": "业务受理和审核",
    "procedure": ["受理申请", "初审", "复核", "公布结果"],
    "legal_basis": "学校有关管理办法",
    "time_limit": "5个工作日",
    "power_item": "业务受理和审核",
    "duty": "负责本岗位业务的受理和初审",
}
PEOPLE = ("responsible_person", "accountable_person", "holder", "leader_in_charge")
POSTS = ("responsible_post", "accountable_post", "post", "involved_posts")


def sample(rules, layout):
    """Return the document of an invented sheet on ``layout``, in the words of the scheme ``rules``."""
    level = layout.level if layout.level != "school" else "unit"
    categories = [category.label for category in rules.categories_for(level)] or [""]
    steps = {block.step for block in layout.footer if block.step}
    return {
        "fields": FIELDS | {"filled_on": DAY} | {name: PERSON if name.startswith("by.") else DAY for name in _acts(layout)},
        "rows": [_row(rules, layout, place, categories) for place in range(ROWS)] if layout.rows else [],
        "fixed": categories,
        "signoffs": {
            step: {"name": PERSON, "at": DAY, "opinion": "同意", "members": [], "start": DAY, "end": DAY, "outcome": "无异议"}
            for step in steps
        },
        "marks": [mark.when for mark in layout.marks if mark.when],
        "code": "样张",
        "year": 2026,
        "version": "",
        **issuer(rules),
    }  # fmt: skip


def _acts(layout):
    return [cell.field for row in layout.header for cell in row if cell.field.startswith(("by.", "on."))]


def _row(rules, layout, place, categories):
    grade = rules.grades[place % len(rules.grades)]
    row = {"category": categories[place % len(categories)], "rank": str(grade.rank)}
    for column in leaf_columns(layout):
        name = column.field
        if name in ("category", "number"):
            continue
        if "grade" in name:
            row[name] = grade.label
        elif name.startswith("measures."):
            row[name] = "两人经办，定期检查"
        elif name == "content_and_manifestation":
            row[name] = f"{TEXTS['content']}\n表现形式：{TEXTS['manifestation']}"
        elif name == "post_and_person":
            row[name] = f"{POST}\n{PERSON}"
        elif name == "domain" and rules.domains:
            row[name] = rules.domains[place % len(rules.domains)].label
        elif name == "finding_source" and rules.finding_sources:
            row[name] = rules.finding_sources[place % len(rules.finding_sources)].label
        else:
            row[name] = TEXTS.get(name, PERSON if name in PEOPLE else POST if name in POSTS else "")
    return row

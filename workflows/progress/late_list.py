"""The list of what is late, or not done, as a workbook that a worker writes. Source: R1-12; E7."""

from django.utils import timezone

from registers import clock
from registers.actors import Actor
from registers.jobs import kind
from registers.papers.xlsx import LedgerSheet, ledger_workbook
from workflows import policies
from workflows.deadlines import days
from workflows.models import Campaign
from workflows.models.submissions import EDITABLE, State
from workflows.progress import figures
from workflows.progress.figures import Choice

COLUMNS = [
    ("序号", 6),
    ("单位", 20),
    ("姓名", 10),
    ("岗位", 18),
    ("事项", 26),
    ("表格", 26),
    ("状态", 9),
    ("当前环节", 18),
    ("经办人", 18),
    ("截止日期", 12),
    ("逾期天数", 9),
    ("联系人", 14),
]
TITLES = {figures.LATE: "逾期未办结清单", figures.UNFINISHED: "未办结清单"}
STATE_WORDS = dict(State.choices)


@kind("unfinished", title="导出未办结清单", place="填报进度", door="progress_list")
def unfinished(parameters, owner):
    """The list a person asked for, with what that person may know of at the time the worker writes it.

    ``parameters``: ``campaign`` (id), ``which`` (late or unfinished), the choice of ``task``, ``unit`` and ``state`` by
    code, and ``people`` (ids) where people were searched for.
    """
    at, actor = clock.now(), Actor(owner)
    on, which = timezone.localdate(at), parameters["which"]
    campaign = Campaign.objects.visible_to(actor).select_related("scheme", "institution").get(pk=parameters["campaign"])
    choice = Choice.sent(parameters)
    rows = choice.narrow(figures.listed(actor, campaign), on=on)
    rows = rows.filter(figures.late(on)) if which == figures.LATE else rows.filter(state__in=figures.BEGUN)
    sheet = LedgerSheet(
        title=f"{campaign.institution}{campaign}{TITLES[which]}",
        name=TITLES[which],
        columns=COLUMNS,
        rows=_lines(campaign, rows, on, parameters.get("people")),
        note=f"截至{on.year}年{on.month}月{on.day}日 {timezone.localtime(at):%H:%M}",
    )
    return f"{campaign}{TITLES[which]}{on:%Y%m%d}.xlsx", ledger_workbook([sheet])


def _lines(campaign, rows, on, people):
    """Line by line, late first; the rows are streamed."""
    rules, holding = campaign.scheme.rules, policies.Holding(on)
    tasks = {task.pk: task for task in campaign.tasks.all()}
    for task in tasks.values():
        task.campaign = campaign
    wanted, number = None if people is None else set(people), 0
    found = figures.in_order(rows.select_related("unit", "person", "post")).defer("narrative")
    for sheet in found.iterator(chunk_size=2000):
        if wanted is not None and sheet.person_id not in wanted:
            continue
        number += 1
        sheet.task = tasks[sheet.task_id]
        due = sheet.due_on if sheet.state in EDITABLE else sheet.step_due_on
        step = sheet.step_rules
        waiting = [_name(user, sheet, holding) for user in holding.waited_for(sheet)]
        yield [
            number,
            sheet.unit.name,
            sheet.person.name if sheet.person_id else "",
            sheet.post.name if sheet.post_id else "（单位表）",
            sheet.task.label,
            rules.papers[sheet.task.paper].label or rules.papers[sheet.task.paper].title,
            STATE_WORDS[sheet.state],
            "公示" if sheet.waiting_role == policies.NOTICE else step.label if step else "",
            "、".join(waiting),
            due,
            max(0, days.days_since(due, on)) or "" if due else "",
            "、".join(holding.names[user] for user in holding.holders("liaison", sheet.unit_id)),
        ]


def _name(user, sheet, holding):
    return sheet.person.name if user == sheet.person_id else holding.names[user]

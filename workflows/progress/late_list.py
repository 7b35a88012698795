"""The list of late or unfinished submissions as a workbook that a worker writes. Source: R1-12."""

from itertools import chain

from django.utils import timezone

from registers import clock
from registers.access import require
from registers.actors import Actor
from registers.batches import in_order
from registers.jobs import Work, kind
from registers.papers.writing import LedgerSheet, laid_out, write_laid_out
from workflows import policies
from workflows.deadlines import days
from workflows.models import Campaign
from workflows.models.submissions import State
from workflows.policies.publicity import Drafts
from workflows.policies.remedies import AT_NOTICE
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


def _may_watch(actor, parameters):
    require(actor, "watch", Campaign)


@kind("unfinished", title="导出未办结清单", place="填报进度", door="progress_list", guard=_may_watch)
def unfinished(parameters, owner):
    """Write the list that ``owner`` asked for, with what he may know of at the time of writing.

    ``parameters``: ``campaign`` (id), ``which`` (late or unfinished), the choice of ``task``, ``unit`` and ``state`` by
    code, and ``people`` (ids) where people were searched for.
    """
    at, actor = clock.now(), Actor(owner)
    on, which = timezone.localdate(at), parameters["which"]
    campaign = Campaign.objects.visible_to(actor).select_related("scheme", "institution").get(pk=parameters["campaign"])
    choice = Choice.sent(parameters)
    rows = choice.narrow(figures.listed(actor, campaign), on=on)
    rows = rows.filter(figures.late(on)) if which == figures.LATE else rows.filter(state__in=figures.BEGUN)
    worksheet = LedgerSheet(
        title=f"{campaign.institution}{campaign}{TITLES[which]}",
        name=TITLES[which],
        columns=COLUMNS,
        rows=_lines(campaign, rows, on, parameters.get("people")),
        note=f"截至{on.year}年{on.month}月{on.day}日 {timezone.localtime(at):%H:%M}",
    )
    name = f"{campaign}{TITLES[which]}{on:%Y%m%d}.xlsx"
    return Work(name, write_laid_out, laid_out([worksheet]), rows.count())


def _lines(campaign, rows, on, people):
    """Yield the rows of the list, late ones first. They are read from the database piece by piece."""
    rules, holding = campaign.scheme.rules, policies.Holding(on)
    drafts = Drafts(holding)
    tasks = {task.pk: task for task in campaign.tasks.all()}
    for task in tasks.values():
        task.campaign = campaign
    wanted, number = None if people is None else set(people), 0
    rows = figures.in_order(rows.select_related("unit", "person", "post")).defer("narrative")
    for submission in chain.from_iterable(in_order(rows)):
        if wanted is not None and submission.person_id not in wanted:
            continue
        number += 1
        submission.task = tasks[submission.task_id]
        due = submission.due_now
        step = submission.step_rules
        turn = drafts.turn(submission) if submission.waiting_role == policies.UNPUBLISHED else holding.turn(submission)
        waiting = [_name(user, submission, holding) for user in turn.people]
        yield [
            number,
            submission.unit.name,
            submission.person.name if submission.person_id else "",
            submission.post.name if submission.post_id else "（单位表）",
            submission.task.label,
            rules.papers[submission.task.paper].label or rules.papers[submission.task.paper].title,
            STATE_WORDS[submission.state],
            waiting_at(submission, step),
            "、".join(waiting),
            due,
            max(0, days.days_since(due, on)) or "" if due else "",
            "、".join(holding.names[user] for user in holding.holders("liaison", submission.unit_id)),
        ]


def waiting_at(submission, step):
    """Where a sheet waits, in words."""
    if submission.waiting_role in AT_NOTICE:
        return AT_NOTICE[submission.waiting_role]
    label = step.label if step else ""
    return f"{label}（待会议审议）" if submission.waiting_role == policies.MEETING else label


def _name(user, submission, holding):
    return submission.person.name if user == submission.person_id else holding.names[user]

"""The filed papers of a campaign for the archive, printed by a worker.

They are volumes (PDF) by unit and task in one ZIP file. A volume is printed at once: its papers share their fonts, so it costs
less time and room than they would one by one.
"""

from itertools import chain, groupby
from operator import itemgetter
from zipfile import ZipFile, ZipInfo

from registers.access import require
from registers.actors import Actor
from registers.batches import batches, in_order
from registers.jobs import Work, kind, without_marks
from registers.papers import pages
from registers.papers.compose import compose
from registers.refusals import Refused
from workflows.models import Campaign, FiledPaper, Submission
from workflows.models.submissions import State
from workflows.progress import figures
from workflows.progress.figures import Choice

MOST_PAPERS, MOST_ROWS = 50, 300  # in a volume: what is printed before anybody sees that it goes on
READ = 20  # papers that are read, and handed over, at a time


def filed(actor, campaign, choice, people=None):
    """Return the filed sheets of a campaign that ``actor`` may read and has chosen.

    ``choice``: its task and unit count; ``people``: ids, where people were searched for. A sheet without a paper of its own is
    left out.
    """
    rows = choice.but(state="", person="").whose(figures.listed(actor, campaign))
    rows = rows.filter(state=State.FILED, filed_paper__isnull=False, pk__in=Submission.objects.visible_to(actor))
    return rows if people is None else rows.filter(person__in=people)


def _may_watch(actor, parameters):
    require(actor, "watch", Campaign)


@kind(
    "volumes",
    title="打包已备案表格",
    place="填报进度",
    door="progress_list",
    guard=_may_watch,
    takes="每一百份约需半分钟",
    counts="份",
)
def volumes(parameters, owner):
    """Print the filed sheets that ``owner`` asked for, as far as he may read them at the time of writing.

    ``parameters``: ``campaign`` (id), the choice of ``task`` and ``unit`` by code, ``people`` (ids) where people were searched for.
    """
    actor = Actor(owner)
    campaign = Campaign.objects.visible_to(actor).select_related("scheme", "institution").get(pk=parameters["campaign"])
    rows = filed(actor, campaign, Choice.sent(parameters), parameters.get("people"))
    return Work(f"{campaign}已备案表格.zip", _write, _papers(campaign, rows), rows.count(), READ)


def _papers(campaign, rows):
    """Yield each sheet as ``(file name of its volume, paper)``. Sheets of a volume follow each other."""
    tasks = {task.pk: task for task in campaign.tasks.all()}
    for task in tasks.values():
        task.campaign = campaign  # the same object, so its rule book is read once
    rows = rows.select_related("unit").order_by("unit__position", "unit__code", "task__position", "post__code", "pk")
    read = chain.from_iterable(in_order(rows.defer("narrative"), _of_volume))
    for (unit, task), keys in groupby(read, key=itemgetter(0)):
        rules, number, papers, lines = tasks[task].paper_rules, 1, 0, 0
        for part in batches((key for _, key in keys), READ):
            documents = dict(FiledPaper.objects.filter(submission__in=part).values_list("submission", "document"))
            for key in part:
                paper = compose(rules, documents[key])
                if papers and (papers == MOST_PAPERS or lines + len(paper.body) > MOST_ROWS):
                    number, papers, lines = number + 1, 0, 0
                papers, lines = papers + 1, lines + len(paper.body)
                yield _name(unit, tasks[task], number), paper


def _of_volume(rows):
    """Return rows as ``(id, ((code and name of the unit, task), id))``."""
    for key, code, name, task in rows.values_list("pk", "unit__code", "unit__name", "task"):
        yield key, ((f"{code} {name}", task), key)


def _name(unit, task, number):
    paper = f"{task.paper_rules.label} {task.label}".strip()
    return f"{without_marks(unit)}/{without_marks(paper)}{f'（{number}）' if number > 1 else ''}.pdf"


def _write(path, papers):
    """Print papers into the volumes of a ZIP file at ``path``, one volume at a time."""
    with ZipFile(path, "w") as archive:
        for name, volume in groupby(papers, key=itemgetter(0)):
            try:
                archive.writestr(ZipInfo(name), pages.to_pdf([paper for _, paper in volume]))
            except pages.PaperError as fault:
                raise Refused(str(fault)) from fault

"""防控机制汇编: mechanisms, regulations, powers and processes of a unit bound as one PDF by a worker.

Source: R2-27.
"""

from datetime import date
from functools import partial

from registers.access import require
from registers.actors import Actor
from registers.jobs import Work, kind, saving
from registers.models import Scheme, Unit
from registers.papers import pages
from registers.refusals import Refused
from workflows.compiled import logs

# The sources whose papers are bound, in their order. A scheme that has no paper of one leaves it out.
BOUND = ("prevention_mechanism", "regulation_directory", "power_directory", "process_directory")
MOST_ROWS = 600  # of all papers together: some minutes of a PDF


def papers(rules, *, unit, on, reader):
    """Return the papers that are bound, as of the day ``on`` and with what ``reader`` may read.

    Papers without a row are left out. Raises ``Refused`` where nothing is left or where they are too long for one file.
    """
    layouts = {}
    for layout in logs.papers_about(rules, "unit").values():
        layouts.setdefault(layout.compiled, layout)
    about = {"unit": unit, "on": on, "reader": reader}
    documents = {name: logs.compiled(layouts[name], rules, **about) for name in BOUND if name in layouts}
    filled = {name: len(document["rows"]) for name, document in documents.items() if document["rows"]}
    if not filled:
        raise Refused("没有可以汇编的材料：方案没有引用公用表格，或登记册还没有内容。")
    if (rows := sum(filled.values())) > MOST_ROWS:
        raise Refused(
            f"汇编共 {rows} 行，超过 {MOST_ROWS} 行，不能合订成一册。请按下属单位分别汇编，或分别下载各项材料。"
        )
    return [logs.paper(layouts[name], rules, **about) for name in filled]


def _may_read(actor, parameters):
    require(actor, "view_ledger", Unit.objects.visible_to(actor).get(code=parameters["unit"]))


@kind("bound", title="防控机制汇编", place="单位与岗位", door="unit_list", guard=_may_read)
def bound(parameters, owner):
    """Bind the papers of a unit as one PDF, with what the owner may read at the time a worker does it."""
    actor = Actor(owner)
    unit = Unit.objects.visible_to(actor).get(code=parameters["unit"])
    rules = Scheme.objects.visible_to(actor).in_use().rules
    on = date.fromisoformat(parameters["on"])
    found = papers(rules, unit=unit, on=on, reader=actor)
    return Work(f"{unit.name}防控机制汇编{on:%Y%m%d}.pdf", saving(partial(pages.to_pdf, found)))

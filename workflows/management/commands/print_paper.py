"""The command ``print_paper``: write one official paper to a file.

``manage.py print_paper SCHEME PAPER --format F -o FILE [--blank | --unit CODE | --person NO] [--year Y]``
"""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from registers import audit, clock
from registers.models import Scheme, Unit
from registers.papers import docx, pages, xlsx
from registers.papers.compose import compose, empty
from workflows.compiled import logs, sheets
from workflows.sheets.documents import document

WRITERS = {
    "pdf": lambda paper: pages.to_pdf([paper]),
    "xlsx": lambda paper: xlsx.to_xlsx([paper]),
    "docx": lambda paper: docx.to_docx([paper]),
    "html": lambda paper: pages.to_html(paper).encode(),
}


class Command(BaseCommand):
    help = "输出一张正式表格：空白表，或某单位、某人最近一次填报的内容。"

    def add_arguments(self, parser):
        parser.add_argument("scheme", metavar="SCHEME")
        parser.add_argument("paper", metavar="PAPER")
        parser.add_argument("--format", choices=sorted(WRITERS), default="pdf")
        parser.add_argument("-o", "--output", required=True, metavar="FILE")
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--blank", action="store_true", help="空白表")
        which.add_argument("--unit", metavar="CODE", help="单位代码")
        which.add_argument("--person", metavar="NO", help="工号")
        parser.add_argument("--year", type=int)

    def handle(self, *args, scheme, paper, output, unit, person, year, **options):
        current = Scheme.objects.filter(slug=scheme, is_current=True).first()
        if current is None:
            raise CommandError(f"没有方案“{scheme}”。请先运行 manage.py load_schemes。")
        layout = current.rules.papers.get(paper)
        if layout is None:
            raise CommandError(f"方案中没有表格“{paper}”，可用的有：{'、'.join(current.rules.papers)}。")
        if layout.about == "unit" and unit:
            about = Unit.objects.filter(code=unit).first()
            if about is None:
                raise CommandError(f"没有代码为“{unit}”的单位。请核对单位代码。")
            composed = logs.paper(layout, current.rules, unit=about, on=clock.today())
            audit.append("paper.export", about=about, detail={"by": "command", "paper": paper})
        elif unit or person:
            submission = sheets.find(scheme=scheme, paper=paper, unit=unit, person=person, year=year)
            if submission is None:
                raise CommandError(f"没有找到{unit or person}的“{layout.title}”。请核对单位代码、工号和年度。")
            composed = compose(layout, document(submission))
            audit.append("paper.export", about=submission, detail={"by": "command"})
        else:
            composed = empty(layout, current.rules)
        Path(output).write_bytes(WRITERS[options["format"]](composed))
        self.stdout.write(f"已写入 {output}")

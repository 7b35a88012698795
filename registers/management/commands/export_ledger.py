"""Write the annual ledger to a file.

manage.py export_ledger --scheme SLUG --year Y [--unit CODE] [--as-of DATE] -o FILE
"""

from datetime import date
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from registers import audit, clock, ledger_books, ledgers
from registers.models import Scheme, Unit
from registers.papers.writing import write_ledger


class Command(BaseCommand):
    help = "导出年度台账（XLSX）：每单位一张工作表，另附按等级汇总。"

    def add_arguments(self, parser):
        parser.add_argument("--scheme", required=True, metavar="SLUG")
        parser.add_argument("--year", required=True, type=int)
        parser.add_argument("--unit", metavar="CODE", help="只导出一个单位及其下属单位")
        parser.add_argument(
            "--as-of", type=date.fromisoformat, metavar="DATE", help="截至某日，如 2026-09-30；默认为年末或今天"
        )
        parser.add_argument("-o", "--output", required=True, metavar="FILE")

    def handle(self, *args, scheme, year, unit, as_of, output, **options):
        current = Scheme.objects.filter(slug=scheme, is_current=True).first()
        if current is None:
            raise CommandError(f"没有方案“{scheme}”。请先运行 manage.py load_schemes。")
        top = (
            Unit.objects.filter(code=unit).first()
            if unit
            else Unit.objects.filter(parent=None, name=current.institution).first()
        )
        if top is None:
            raise CommandError(f"没有单位“{unit or current.institution}”。请核对单位代码。")
        on = as_of or min(date(year, 12, 31), clock.today())
        write_ledger(ledger_books.worksheets(ledgers.everything(), current, top, on=on, year=year), Path(output))
        audit.append("ledger.export", about=top, detail={"as_of": on.isoformat(), "by": "command"})
        self.stdout.write(f"已写入 {output}")

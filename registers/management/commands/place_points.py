"""Place risk points on the powers that they name.

manage.py place_points [--unit CODE]
"""

from django.core.management.base import BaseCommand

from registers import audit, placing
from registers.models import Unit


class Command(BaseCommand):
    help = (
        "把风险点中写的权力事项名称对应到已登记的权力事项；同名不唯一或没有同名的列出，由办公室或单位选定，不作猜测。"
    )

    def add_arguments(self, parser):
        parser.add_argument("--unit", metavar="CODE", help="只处理一个单位及其下属单位")

    def handle(self, *args, unit, **options):
        units = Unit.objects.get(code=unit).descendants(include_self=True) if unit else Unit.objects.all()
        placed, doubts = placing.place(units)
        audit.append("points.place", detail={"placed": placed, "doubts": len(doubts)})
        self.stdout.write(f"已对应 {placed} 个风险点。")
        if doubts:
            self.stdout.write(
                f"另有 {len(doubts)} 个未对应，请办公室在“权力事项”→“待对应的风险点”中选定，或由各单位通过“动态调整”选定："
            )
        for doubt in doubts:
            self.stdout.write(str(doubt))

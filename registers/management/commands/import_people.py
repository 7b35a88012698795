from datetime import date
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from registers import clock
from registers.actors import Actor
from registers.imports import reading, uploads
from registers.imports.synonyms import KIND_LABELS
from registers.models import Appointment, User
from registers.refusals import Refused


class Command(BaseCommand):
    help = (
        "导入人员、单位或岗位文件：--dry-run 只列出发现的问题和变化；有须改正或须回答的，什么也不导入，退出码不为零。"
    )

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, help=".xlsx 或 .csv 文件")
        parser.add_argument("--dry-run", action="store_true", help="只核对，不导入")
        parser.add_argument("--kind", choices=list(KIND_LABELS), default="people", help="文件的内容，默认人员")
        parser.add_argument("--by", default="", help="办理的管理员工号；只有一位管理员时可以不写")
        parser.add_argument("--on", default="", help="生效日期，如 2026-09-30，默认今天")

    def handle(self, *args, file, dry_run, kind, by, on, **options):
        on = self._day(on)
        actor = Actor(self._registrar(by))
        try:
            data = file.read_bytes()
            book = reading.read(data, file.name)
            plan = uploads.SUBJECTS[kind].compare(book, columns={}, answers={}, actor=actor, on=on)
        except OSError as error:
            raise CommandError(f"读不到文件 {file}：{error.strerror}") from error
        except Refused as refused:
            raise CommandError(str(refused)) from refused
        self._show(plan, kind)
        if not plan.is_ready:
            raise CommandError("文件须改正，或有须回答的问题（请在“数据导入”页面回答），没有导入。")
        if dry_run:
            self.stdout.write("只作核对，没有导入。")
            return
        kept = uploads.upload(data, file.name, kind=kind, effective_on=on, actor=actor, at=clock.now())
        digest = kept.compared["digest"]
        kept = uploads.accept(kept.pk, actor=actor, digest=digest, seen=kept.version, at=clock.now())
        self.stdout.write(f"已导入 {kept.result['lines']} 项，未勾选 {kept.result['left_out']} 项。")

    def _day(self, text):
        try:
            return date.fromisoformat(text) if text else clock.today()
        except ValueError:
            raise CommandError(f"日期“{text}”无法识别，请写成 2026-09-30 的样式。") from None

    def _registrar(self, number):
        held = Appointment.objects.in_force(clock.today()).filter(role="registrar").values("user")
        people = User.objects.filter(pk__in=held, is_active=True)
        people = people.filter(number=number) if number else people
        if people.count() != 1:
            raise CommandError("请用 --by 写明办理的管理员工号。" if not number else f"{number} 不是管理员的工号。")
        return people.get()

    def _show(self, plan, kind):
        labels, unticked = uploads.SUBJECTS[kind].LABELS, uploads.SUBJECTS[kind].UNTICKED
        for finding in (*plan.report.faults, *plan.report.notices):
            word = "须改正" if finding.level == "fault" else "提示"
            self.stdout.write(f"{word} {finding.place}：{finding.text}。{finding.remedy}")
        for question in plan.report.open_questions:
            self.stdout.write(f"须回答 {question.cells}：{question.text}")
        for name, lines in plan.by_kind().items():
            self.stdout.write(f"{labels[name]} {len(lines)} 项{'（默认不导入）' if name in unticked else ''}")
        self.stdout.write(f"读到 {plan.rows} 行，没有变化 {plan.unchanged} 行，文件中没有 {plan.missing}。")

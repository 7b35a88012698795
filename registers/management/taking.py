"""What the commands that take files over have in common."""

from datetime import date
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from registers import clock
from registers.actors import Actor
from registers.imports import reading, uploads
from registers.imports.synonyms import KIND_LABELS
from registers.models import Appointment, User
from registers.refusals import Refused


class TakingCommand(BaseCommand):
    """Reads a file, says what is in it, and takes it over.

    ``kinds``: what it may hold, the usual one first.
    """

    kinds = ()

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, help=".xlsx、.csv 或 .docx 文件")
        parser.add_argument("--dry-run", action="store_true", help="只核对，不导入")
        usual = self.kinds[0]
        labels = "、".join(f"{kind} {KIND_LABELS[kind]}" for kind in self.kinds)
        parser.add_argument("--kind", choices=self.kinds, default=usual, help=f"文件的内容：{labels}；默认 {usual}")
        parser.add_argument(
            "--answer",
            action="append",
            default=[],
            metavar="问题=回答",
            help="回答一个问题，可写几次；问题和可选的回答由 --dry-run 列出",
        )
        parser.add_argument("--by", default="", help="办理的管理员工号；只有一位管理员时可以不写")
        parser.add_argument("--on", default="", help="生效日期，如 2026-09-30，默认今天")

    def handle(self, *args, file, dry_run, kind, by, on, answer, **options):
        on, answers = self._day(on), self._answers(answer)
        actor = Actor(self._registrar(by))
        try:
            data = file.read_bytes()
            book = reading.read(data, file.name)
            columns = uploads.remembered(kind, book)
            plan = uploads.compare(kind, book, columns=columns, answers=answers, actor=actor, on=on)
        except OSError as error:
            raise CommandError(f"读不到文件 {file}：{error.strerror}") from error
        except Refused as refused:
            raise CommandError(str(refused)) from refused
        self._show(plan, kind)
        if not plan.is_ready:
            raise CommandError("文件须改正，或有须回答的问题（用 --answer 回答，或在“数据导入”页面回答），没有导入。")
        if dry_run:
            self.stdout.write("只作核对，没有导入。")
            return
        kept = uploads.upload(data, file.name, kind=kind, effective_on=on, actor=actor, at=clock.now())
        kept = uploads.answer(kept.pk, answers, actor=actor, seen=kept.version) if answers else kept
        digest = kept.compared["digest"]
        kept = uploads.accept(kept.pk, actor=actor, digest=digest, seen=kept.version, at=clock.now())
        self.stdout.write(f"已导入 {kept.result['lines']} 项，未勾选 {kept.result['left_out']} 项。")

    def _day(self, text):
        try:
            return date.fromisoformat(text) if text else clock.today()
        except ValueError:
            raise CommandError(f"日期“{text}”无法识别，请写成 2026-09-30 的样式。") from None

    def _answers(self, given):
        answers = {}
        for each in given:
            key, mark, value = each.rpartition("=")
            if not mark or not key:
                raise CommandError(f"--answer“{each}”应写成 问题=回答 的样式。")
            answers[key] = value
        return answers

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
            for value, label in question.options:
                self.stdout.write(f"  --answer '{question.key}={value}'  {label}")
            if not question.options:
                self.stdout.write(f"  --answer '{question.key}={question.proposed}'  系统拟定，可以改")
        for name, lines in plan.by_kind().items():
            self.stdout.write(f"{labels[name]} {len(lines)} 项{'（默认不导入）' if name in unticked else ''}")
        self.stdout.write(f"读到 {plan.rows} 行，没有变化 {plan.unchanged} 行，文件中没有 {plan.missing}。")

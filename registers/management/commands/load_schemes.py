"""Check scheme files and load them.

manage.py load_schemes [FILE…] [--check]
"""

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from registers import analysed, clock
from registers.schemes import versions
from registers.schemes.checking import loading


class Command(BaseCommand):
    help = "检查并载入方案文件；不带参数时载入 fixtures/schemes/ 下的全部方案。"

    def add_arguments(self, parser):
        parser.add_argument("files", nargs="*", metavar="FILE")
        parser.add_argument("--check", action="store_true", help="只检查，不载入")

    def handle(self, *args, files, check, verbosity, **options):
        paths = [Path(file) for file in files] or sorted((settings.BASE_DIR / "fixtures" / "schemes").glob("*.yaml"))
        read, faults = [], []
        for path in paths:
            try:
                read.append((path, *loading.read(path)))
            except loading.SchemeFaults as refused:
                faults.extend(refused.findings)
        if faults:
            for finding in faults:
                self.stderr.write(str(finding))
            raise CommandError(f"共发现 {len(faults)} 处问题，未载入任何方案。")
        with transaction.atomic():
            for path, rules, document in read:
                if check:
                    self.stdout.write(f"{path.name}：{rules.identity.institution}《{rules.identity.title}》检查通过")
                    continue
                scheme, created = versions.store(
                    rules, document, at=clock.now(), source=path.read_text(encoding="utf-8")
                )
                if created or verbosity:
                    self.stdout.write(f"{path.name}：{scheme}{'已载入' if created else '没有变化'}")
            if not check:
                analysed.after_load()

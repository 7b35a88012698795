"""Verify the audit chain.

manage.py verify_audit
"""

from django.core.management.base import BaseCommand, CommandError

from registers import audit


class Command(BaseCommand):
    help = "核验审计链；发现记录被改动、删除或调换顺序时以非零状态结束。"

    def handle(self, *args, **options):
        count, breaks = audit.verify()
        if breaks:
            for fault in breaks:
                self.stderr.write(str(fault))
            raise CommandError(f"审计链共 {count} 条，发现 {len(breaks)} 处异常。")
        self.stdout.write(f"审计链完整，共 {count} 条。")

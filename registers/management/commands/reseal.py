"""Encrypt all sealed texts with the newest key.

manage.py reseal
"""

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError

from registers import sealed


class Command(BaseCommand):
    help = "更换密钥后，把封存的姓名、联系方式改用 SEAL_KEYS 中的第一把密钥加密；有打不开的以非零状态结束。"

    def handle(self, *args, **options):
        closed = 0
        for model in sealed.sealed_models(apps.get_models()):
            written, lost = sealed.reseal(model)
            closed += len(lost)
            self.stdout.write(f"{model._meta.label}：改用新密钥 {written} 行。")
            if lost:
                self.stderr.write(f"{model._meta.label}：{len(lost)} 行用已停用的密钥加密，没有改动。")
        if closed:
            raise CommandError(f"有 {closed} 行打不开：请在 SEAL_KEYS 末尾补回原来的密钥后再运行一次。")

"""How many risk points are in force, kept by the database."""

from django.db import models


class PointCount(models.Model):
    """A part of the number of open points of a unit, a scheme version, a level and a grade (在册点数).

    The number is the sum of all rows of one key. Triggers of the database add a row with every change of ``RiskPoint``, so no
    two acts wait for each other here; ``registers.counts`` reads the sums and folds the rows. Points are never deleted once in
    force, so no trigger watches for it.
    """

    unit = models.ForeignKey("registers.Unit", models.CASCADE, related_name="+")
    scheme = models.ForeignKey("registers.Scheme", models.CASCADE, related_name="+")
    level = models.CharField("层面", max_length=10)
    final_grade = models.ForeignKey("registers.Grade", models.CASCADE, null=True, related_name="+")
    number = models.IntegerField("点数")

    def __str__(self):
        return f"{self.unit_id} {self.level} {self.final_grade_id or ''} {self.number:+}"

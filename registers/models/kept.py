"""Answers that were dear to find and are kept for a while."""

from django.db import models


class KeptAnswer(models.Model):
    """What a page said to a reader of a large part of the register, and when it was found.

    Only ``registers.kept`` reads and writes it. ``what``: which answer; ``about``: what was asked, as JSON; ``reach``: what the
    reader was then, so that nobody is shown what he may not read any longer. ``seconds``: how long it took. ``asked_on``: the
    last day on which he asked. ``figures``: what it comes to; its rows are in ``KeptRows``.
    """

    what = models.CharField(max_length=20)
    reader = models.ForeignKey("registers.User", models.CASCADE, related_name="+")
    about = models.CharField(max_length=300)
    reach = models.CharField(max_length=64)
    on = models.DateField()
    asked_on = models.DateField()
    made_at = models.DateTimeField()
    seconds = models.FloatField()
    figures = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["what", "reader", "about"], name="kept_answer_once"),
        ]

    def __str__(self):
        return f"{self.what} {self.about}"


class KeptRows(models.Model):
    """One page of the rows of a kept answer, the ``number``-th, from 1."""

    answer = models.ForeignKey(KeptAnswer, models.CASCADE, related_name="pages")
    number = models.PositiveIntegerField()
    rows = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["answer", "number"], name="kept_rows_once"),
        ]

    def __str__(self):
        return f"{self.answer_id}/{self.number}"

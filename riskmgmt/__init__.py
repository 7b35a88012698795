"""The project: the two apps put together, settings, servers, health.

Here: ``settings`` with ``environment`` (how they are read) and ``deployment`` (what is risky in them); ``apps``,
``urls``, ``wsgi``; the one-command start (``serve``), ``webserver``, ``celery`` and its clock (``beat``);
``health``, ``logs``, ``uploads`` (a limit on files), ``vendor`` (files of npm packages), ``rehearsal`` (a second
site for the coming year), ``management`` (commands). Never here: a rule of the domain.
"""

# Without this import `shared_task` binds to Celery's empty default application and work is sent to no broker.
from riskmgmt.celery import app as celery_app

__all__ = ["celery_app"]

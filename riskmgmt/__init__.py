"""The project: settings, the broker application, health, and the two apps put together."""

# Without this import `shared_task` binds to Celery's empty default application and work is sent to no broker.
from riskmgmt.celery import app as celery_app

__all__ = ["celery_app"]

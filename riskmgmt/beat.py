"""The scheduler of periodic work, safe against a machine's clock that is set back."""

from celery.beat import PersistentScheduler


class Scheduler(PersistentScheduler):
    """Celery's scheduler, except that it does not wait for work done "in the future".

    A machine's clock that ran ahead and is set right leaves entries that were last sent tomorrow. Celery's own scheduler
    sends nothing until tomorrow has come, also after a restart, because it keeps those times in its file.
    """

    def tick(self, *args, **kwargs):
        """Send what is due, and return the seconds until the next call."""
        for entry in self.schedule.values():
            now = entry.default_now()
            if entry.last_run_at > now:
                entry.last_run_at = now
                self._heap = None  # holds moments of the same future
        return super().tick(*args, **kwargs)

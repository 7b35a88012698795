"""The few files of the npm packages that browsers may ask for.

Whole `dist` folders cannot be served: they hold a thousand files, and some name source maps that were never shipped, on
which collecting with a manifest fails. A source map stands beside the file that names it for the same reason.
"""

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage

ASSETS = {
    "vendor/tabler/tabler.min.css": "@tabler/core/dist/css/tabler.min.css",
    "vendor/tabler/tabler.min.css.map": "@tabler/core/dist/css/tabler.min.css.map",
    "vendor/tabler/tabler.min.js": "@tabler/core/dist/js/tabler.min.js",
    "vendor/tabler/tabler.min.js.map": "@tabler/core/dist/js/tabler.min.js.map",
    "vendor/bootstrap-icons/bootstrap-icons.min.css": "bootstrap-icons/font/bootstrap-icons.min.css",
    "vendor/bootstrap-icons/fonts/bootstrap-icons.woff2": "bootstrap-icons/font/fonts/bootstrap-icons.woff2",
    "vendor/bootstrap-icons/fonts/bootstrap-icons.woff": "bootstrap-icons/font/fonts/bootstrap-icons.woff",
}


def missing():
    """Return the npm paths of `ASSETS` that are not installed."""
    return [source for source in ASSETS.values() if not (settings.NODE_MODULES / source).is_file()]


class VendorStorage(FileSystemStorage):
    """A storage that reads assets under their public names and knows no other file."""

    def __init__(self):
        super().__init__(location=settings.NODE_MODULES, base_url=None)

    def path(self, name):
        if name not in ASSETS:
            raise FileNotFoundError(name)
        return str(settings.NODE_MODULES / ASSETS[name])


class VendorFinder(BaseFinder):
    """A finder of the files in `ASSETS` for the development server, WhiteNoise and collectstatic."""

    def __init__(self, app_names=None, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.storage = VendorStorage()

    def find(self, path, find_all=False, **kwargs):
        wanted = path in ASSETS and (settings.NODE_MODULES / ASSETS[path]).is_file()
        paths = [self.storage.path(path)] if wanted else []
        return paths if find_all else (paths[0] if paths else [])

    def list(self, ignore_patterns):
        for name, source in ASSETS.items():
            if (settings.NODE_MODULES / source).is_file():
                yield name, self.storage

    def check(self, **kwargs):
        return []

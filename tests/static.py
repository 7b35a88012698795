"""Static files in tests: found once a process."""


def once_a_process(find):
    """Return ``find``, a method of whitenoise that fills ``files``, as one that finds them once for all that are set up alike."""
    found = {}

    def find_once(self):
        alike = self.static_prefix, self.max_age, self.autorefresh
        if alike not in found:
            find(self)
            found[alike] = dict(self.files)
        self.files.update(found[alike])

    return find_once

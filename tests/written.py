"""What stands in files of YAML, read in a tenth of the time where libyaml is there."""

import yaml

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def values_of(text):
    """Return the values of a YAML text, as ``yaml.safe_load`` does."""
    return yaml.load(text, Loader=_LOADER)  # noqa: S506 (one of the safe two)

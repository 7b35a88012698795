"""One module per command: ``demo``, ``load_calendar``, ``print_paper``, ``remind``."""

"""What institutions call the columns, grades and stages of their old ledgers and lists.

Read from fixtures/imports/ledgers.yaml. Pure: no Django. The words are data, because every institution has its own.
"""

from pathlib import Path

import yaml

_FILE = Path(__file__).resolve().parents[2] / "fixtures" / "imports" / "ledgers.yaml"
_READ = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
HEADS = _READ["heads"]  # field → words above its column
POWER_HEADS = _READ["power_heads"]
ROLE_WORDS = _READ["roles"]  # role → what files call it, the usual word first
SCALES = [tuple(scale) for scale in _READ["scales"]]  # the gravest first
ALIKE = _READ["alike"]
STAGE_WORDS = {word: field for field, words in _READ["stage_words"].items() for word in words}
STAGE_MARKS = _READ["stage_marks"]

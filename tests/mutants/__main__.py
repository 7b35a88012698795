"""``./run mutants [WORD…]``: small mistakes are made on purpose, one at a time, and a test has to fail for each.

A *mutant* is the project with one such mistake in it, of the kind that a careless maintainer makes: ``<`` for ``<=``, a dropped
condition, one day too many. A mutant that fails a test is *killed*; one that fails none *survives*, and shows a rule that no test
holds. WORDs choose the mutants whose name or file contains one of them.

The lists are the YAML files beside this module, one for each group of rooms. An entry names a file, the tests of its room, and
the mutants: ``name`` (what the mistake is), ``find`` (text that occurs exactly once in the file), ``put`` (what stands there
instead), and ``tests`` where other tests than those of the room have to notice. When the code has changed and ``find`` no longer
occurs once, the list is out of date: the run says so and fails. Then give the mistake its new text, or take the entry out
together with the rule.

To add a mutant, write the entry and run ``./run mutants`` with a word of its name. When it survives, write the test that kills
it. Only a mutant that changes nothing anybody can see may survive: its name and the reason go into ``survivors.yaml``, and there
are at most three.

The tests run in copies of the project in temporary folders, one for each core, on SQLite. The project itself is never changed.
"""

import contextlib
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

from riskmgmt.serve import die_with_parent
from tests.services import private_folder
from tests.written import values_of

ROOT = Path(__file__).resolve().parents[2]
LISTS = Path(__file__).resolve().parent
REASONS = "survivors.yaml"
MOST_SURVIVORS = 3
SECONDS = 300  # for the tests of one mutant; one that takes longer hangs
CONTROL_SECONDS = 3600
LEFT_OUT = (".git", ".env", ".venv", "node_modules", "var", "__pycache__", ".*_cache")
# How pytest ends: BROKEN_OFF when a test module cannot be imported, INTERNAL when it cannot even show what failed.
PASSED, FAILED, BROKEN_OFF, INTERNAL, HUNG = 0, 1, 2, 3, None
KILLED, SURVIVED, OUT_OF_DATE = "被发现", "未被发现", "清单过期"


class OutOfDate(Exception):
    """An entry of a list that does not fit the code. The message is a Chinese sentence with the remedy."""


class ControlFailed(Exception):
    """The tests fail without any mutant, so they cannot judge one."""


@dataclass(frozen=True)
class Mutant:
    """One mistake: ``find`` becomes ``put`` in ``file``, and one of ``tests`` has to fail.

    ``listed``: list and line in which it is written down.
    """

    name: str
    file: str
    find: str
    put: str
    tests: tuple
    listed: str


def read(folder=LISTS):
    """Return the mutants of all lists in a folder, in their order."""
    mutants = []
    for path in sorted(folder.glob("*.yaml")):
        if path.name == REASONS:
            continue
        text = path.read_text(encoding="utf-8")
        for group in values_of(text):
            for entry in group["mutants"]:
                tests = tuple(entry.get("tests", group["tests"]).split())
                listed = f"{path.name} 第 {_line_of(entry['name'], text)} 行"
                mutants.append(Mutant(entry["name"], group["file"], entry["find"], entry["put"], tests, listed))
    return mutants


def _line_of(name, text):
    return next(
        (number for number, line in enumerate(text.split("\n"), start=1) if line.endswith(f"name: {name}")), "?"
    )


def reasons(folder=LISTS):
    """Return name → why the mutant may survive."""
    path = folder / REASONS
    return (values_of(path.read_text(encoding="utf-8")) or {}) if path.exists() else {}


def mutated(mutant, text):
    """Return the text of the mutant's file with the mistake in it. Raises ``OutOfDate``."""
    where = f"{mutant.listed}“{mutant.name}”"
    if (number := text.count(mutant.find)) != 1:
        raise OutOfDate(
            f"{where}：要替换的内容在 {mutant.file} 中出现 {number} 次，应为 1 次。请按现在的代码改写 find。"
        )
    changed = text.replace(mutant.find, mutant.put)
    if mutant.file.endswith(".py"):
        try:
            compile(changed, mutant.file, "exec")
        except SyntaxError as error:
            raise OutOfDate(f"{where}：替换后 {mutant.file} 第 {error.lineno} 行不是合法的代码。请改写 put。") from None
    return changed


@contextlib.contextmanager
def copy_of(root):
    """Yield a copy of the project in a temporary folder, and the environment for its tests."""
    with private_folder() as environment:
        folder = Path(environment["RISKMGMT_VAR"])
        place = folder / "project"
        shutil.copytree(root, place, ignore=shutil.ignore_patterns(*LEFT_OUT))
        if (root / "node_modules").exists():
            (place / "node_modules").symlink_to((root / "node_modules").resolve())
        (place / "var").mkdir()
        own = {"RISKMGMT_VAR": tempfile.mkdtemp(dir=folder), "HYPOTHESIS_PROFILE": "mutants"}
        yield place, environment | own


def run_tests(place, tests, environment, *, seconds):
    """Run ``tests`` in the copy and return how pytest ended (HUNG after so many seconds) and what it printed."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests]
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            command, cwd=place, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            process_group=0, preexec_fn=die_with_parent,
        )  # fmt: skip
        try:
            status = process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            status = HUNG
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        output.seek(0)
        return status, output.read().decode(errors="replace")


def judge(mutant, root, place, environment, *, seconds=SECONDS):
    """Make the one mistake in the copy, run its tests, take it back; return the outcome and a remark. Raises ``OutOfDate``."""
    source, target = root / mutant.file, place / mutant.file
    if not source.exists():
        raise OutOfDate(f"{mutant.listed}“{mutant.name}”：没有文件 {mutant.file}。请改写 file。")
    changed = mutated(mutant, source.read_text(encoding="utf-8"))
    target.write_text(changed, encoding="utf-8")
    try:
        status, output = run_tests(place, mutant.tests, environment, seconds=seconds)
    finally:
        shutil.copy2(source, target)  # with its old time, which its compiled form goes by
    if status == PASSED:
        return SURVIVED, ""
    if status is HUNG:
        return KILLED, f"{seconds} 秒后仍未结束"
    if status in (FAILED, BROKEN_OFF, INTERNAL):
        return KILLED, ""
    raise OutOfDate(f"{mutant.listed}“{mutant.name}”：测试没有运行，请改写 tests。\n{output[-800:]}")


def run(mutants, root=ROOT, *, seconds=SECONDS, workers=None):
    """Judge every mutant and return ``[(mutant, outcome, remark)]`` in their order. Raises ``ControlFailed``.

    ``workers``: how many judge at the same time, each in a copy of its own; as many as there are cores unless it is given.
    """
    workers, forked = workers or os.cpu_count(), multiprocessing.get_context("fork")
    with contextlib.ExitStack() as stack:
        copies = forked.SimpleQueue()
        for _ in range(workers):
            copies.put(stack.enter_context(copy_of(root)))
        pool = stack.enter_context(forked.Pool(workers, _begin, (copies,)))
        _control(mutants, pool, workers)
        outcomes = {}
        for number, seconds_taken, outcome, remark in pool.imap_unordered(
            _judged, [(number, mutant, root, seconds) for number, mutant in enumerate(mutants)]
        ):
            mutant = mutants[number]
            outcomes[number] = (mutant, outcome, remark)
            said = f"{len(outcomes):3}/{len(mutants)} {outcome} {seconds_taken:5.0f} 秒  {mutant.file}：{mutant.name}"
            print(f"{said}  {remark}".rstrip(), flush=True)
        return [outcomes[number] for number in range(len(mutants))]


def _control(mutants, pool, workers):
    """Run all tests without any mutant. Raises ``ControlFailed``."""
    start = time.monotonic()
    tests = list(dict.fromkeys(test for mutant in mutants for test in mutant.tests))
    for status, output in pool.imap_unordered(_control_share, [tests[first::workers] for first in range(workers)]):
        if status != PASSED:
            raise ControlFailed(f"没有改动时测试就不通过，无从判断：\n{output[-4000:]}")
    print(f"没有改动：{len(tests)} 个测试文件全部通过，{time.monotonic() - start:.0f} 秒", flush=True)


def _begin(copies):
    """Begin a worker: it takes one of the copies, and does not outlive the run."""
    die_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the run hears of Ctrl-C, and ends its workers
    _worker.place, _worker.environment = copies.get()
    _worker.environment["PYTHONDONTWRITEBYTECODE"] = "1"  # compiled before a change, it would stand in for it


_worker = SimpleNamespace()


def _control_share(tests):
    return run_tests(_worker.place, tests, _worker.environment, seconds=CONTROL_SECONDS) if tests else (PASSED, "")


def _judged(job):
    number, mutant, root, seconds = job
    start = time.monotonic()
    try:
        outcome, remark = judge(mutant, root, _worker.place, _worker.environment, seconds=seconds)
    except OutOfDate as problem:
        outcome, remark = OUT_OF_DATE, str(problem)
    return number, time.monotonic() - start, outcome, remark


def close(outcomes, known):
    """Print the figures and what is wrong; return the exit status. ``known``: name → why the mutant may survive."""
    survivors = [mutant for mutant, outcome, _ in outcomes if outcome == SURVIVED]
    faults = [remark for _, outcome, remark in outcomes if outcome == OUT_OF_DATE]
    faults += [
        f"“{mutant.name}”（{mutant.file}）未被发现。请补写测试；若改动不影响任何结果，请在 {REASONS} 写明理由。"
        for mutant in survivors
        if not known.get(mutant.name)
    ]
    if len(survivors) > MOST_SURVIVORS:
        faults.append(f"未被发现的多于 {MOST_SURVIVORS} 个。")
    counts = {name: sum(outcome == name for _, outcome, _ in outcomes) for name in (KILLED, SURVIVED, OUT_OF_DATE)}
    print(f"\n共 {len(outcomes)} 个：" + "，".join(f"{name} {number}" for name, number in counts.items()))
    for mutant in survivors:
        if reason := known.get(mutant.name):
            print(f"- “{mutant.name}”（{mutant.file}）：{reason}")
    print(*faults, sep="\n", end="\n" if faults else "")
    return 1 if faults else 0


def main(words):
    # As an exception it passes through every `finally` above.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _frame: sys.exit(128 + number))
    chosen = [mutant for mutant in read() if not words or any(word in f"{mutant.file} {mutant.name}" for word in words)]
    if not chosen:
        print("没有名称或文件含有这些字词的条目。", file=sys.stderr)
        return 2
    try:
        return close(run(chosen), reasons())
    except ControlFailed as problem:
        print(problem, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

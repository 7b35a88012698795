"""Which module may import which, and which each package names: layers, pure modules, circles. Each check finds a breach."""

import ast
import re
import subprocess
import sys
import tomllib

import pytest

from tests.sources import APPS, ROOT, at_once, files, nodes_of, text_of, tree_of

pytestmark = pytest.mark.once

# Pure modules: rules that can be read, tested and reasoned about without a database.
PURE = (
    "registers/text.py",
    "registers/refusals.py",
    "registers/quality.py",
    "registers/grading.py",
    "registers/schemes/layout.py",
    "registers/papers/words.py",
    "registers/schemes/dates.py",
    "registers/schemes/conduct.py",
    "registers/schemes/language.py",
    "registers/schemes/parts.py",
    "workflows/progress/curves.py",
    "workflows/progress/forecasts.py",
    "workflows/messages/schedule.py",
    "workflows/routing/steps.py",
)


# --- What may be imported ------------------------------------------------------------------------------


def imported(source):
    """(line, module) of every import, wherever it stands."""
    for node in nodes_of(source):
        yield from named_by(node)


def named_by(node):
    """(line, module) of what an import names; nothing for any other part of a source."""
    if isinstance(node, ast.Import):
        yield from ((node.lineno, name.name) for name in node.names)
    elif isinstance(node, ast.ImportFrom):
        yield node.lineno, node.module or ""
        yield from ((node.lineno, f"{node.module}.{name.name}") for name in node.names)


def imports_of(*forbidden):
    def check(source):
        for line, module in imported(source):
            if any(re.match(pattern, module) for pattern in forbidden):
                yield line, f"imports {module}"

    return check


def test_imports_go_down_only():
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_module_is_in_a_layer():
    """A module that no layer names would be free to import anything."""
    contracts = tomllib.loads(text_of("pyproject.toml"))["tool"]["importlinter"]["contracts"]
    layers = {contract["containers"][0]: contract["layers"] for contract in contracts if "containers" in contract}
    for app in ("registers", "workflows"):
        named = {name.strip() for layer in layers[app] for name in layer.split("|")}
        opened = {name.split(".")[0] for name in named if "." in name}  # a package that has its layers inside
        assert {name for name in modules_in(ROOT / app) if name not in named} == opened
        for package in opened:
            inside = {name.partition(".")[2] for name in named if name.startswith(f"{package}.")}
            assert inside == modules_in(ROOT / app / package)


def modules_in(folder):
    names = (path.stem for path in folder.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists())
    return {name for name in names if name != "__init__"}


@pytest.mark.parametrize(
    ("folders", "forbidden"),
    [
        (PURE, (r"django\b", r"registers\.models", r"workflows\.models")),
        (("registers/papers", "registers/schemes", "workflows/sheets"), (r"django\.http",)),
    ],
    ids=["pure modules", "papers, schemes and sheets"],
)
def test_rooms_know_nothing_of_the_web(folders, forbidden):
    paths = [path for folder in folders for path in ([folder] if folder.endswith(".py") else files(".py", folder))]
    assert paths
    assert at_once(paths, imports_of(*forbidden)) == []


def test_only_routes_and_notices_move_a_submission():
    rooms = ("routing/routes", "routing/overtaken", "routing/carrying", "publicity/notices")
    movers = [f"workflows/{room}.py" for room in rooms]
    others = [path for path in files(".py", "workflows", "registers") if path not in movers]
    assert at_once(others, imports_of(r"workflows\.routing\.moves\b")) == []


def test_upward_import_is_found():
    found = list(imports_of(r".*\.views\b")("import os\ndef f():\n    from registers.views import risks\n"))
    assert [line for line, _ in found] == [3, 3]


# --- Modules that know each other ----------------------------------------------------------------------


def at_import(source):
    """(line, module) of the imports that run when the module is loaded: those in a function may close a circle."""
    waiting = list(tree_of(source).body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from named_by(node)
        elif not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            waiting.extend(ast.iter_child_nodes(node))


def circles(sources):
    """Every module of ``sources`` (module → source) that comes back to itself, as its path of modules."""
    knows = {
        module: {name for _, name in at_import(source) if name in sources and name != module}
        for module, source in sources.items()
    }
    found, done = [], set()

    def walk(module, path):
        if module in path:
            found.append(" → ".join([*path[path.index(module) :], module]))
        elif module not in done:
            for following in sorted(knows[module]):
                walk(following, [*path, module])
            done.add(module)

    for module in sorted(sources):
        walk(module, [])
    return found


def module_of(path):
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def test_no_modules_import_each_other_in_a_circle():
    assert circles({module_of(path): text_of(path) for path in files(".py", *APPS)}) == []


def test_circle_of_imports_is_found():
    a, b, c = "from app import b", "if True:\n    import app.c", "from app.a import x"
    assert circles({"app.a": a, "app.b": b, "app.c": c}) == ["app.a → app.b → app.c → app.a"]
    assert circles({"app.a": a, "app.b": b, "app.c": f"def f():\n    {c}"}) == []


def test_only_addresses_know_views():
    others = [path for path in files(".py", *APPS) if "/views/" not in path and "/urls" not in path]
    # A view is a door; what two doors share, or a command needs too, should not live in one.
    assert at_once(others, imports_of(r"(registers|workflows)\.views\b")) == []


def test_knowledge_of_a_view_is_found():
    assert list(imports_of(r"workflows\.views\b")("from workflows.views.desk import desk\n"))


# --- Rooms ---------------------------------------------------------------------------------------------


def modules_of(package):
    """Names of the modules and packages in a package, without migrations."""
    found = {path.stem for path in package.glob("*.py")} | {path.parent.name for path in package.glob("*/__init__.py")}
    return found - {"__init__", "migrations"}


def unnamed(docstring, names):
    """Those of ``names`` that a package's docstring does not name."""
    return sorted(name for name in names if f"``{name}``" not in docstring)


def test_every_package_names_its_modules():
    packages = [(ROOT / path).parent for app in APPS for path in files("__init__.py", app)]
    assert len(packages) > 20
    docstrings = {
        package: ast.get_docstring(tree_of((package / "__init__.py").read_text(encoding="utf-8"))) or ""
        for package in packages
    }
    left_out = {
        package.relative_to(ROOT).as_posix(): unnamed(docstring, modules_of(package))
        for package, docstring in docstrings.items()
    }
    assert {package: names for package, names in left_out.items() if names} == {}, "say in a few words what it is"


def test_module_that_its_package_does_not_name_is_found():
    assert unnamed("Here: days (``days``).", {"days", "holidays"}) == ["holidays"]

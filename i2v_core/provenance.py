"""What made an artifact: arguments, versions and a digest of the code that can change it."""

import ast
import hashlib
import importlib.metadata
import json
import os
import platform
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parent
LIBRARIES = (
    *("av", "h5py", "numba", "numpy", "opencv-contrib-python", "pandas", "scipy", "timm", "torch", "torchvision"),
    "transformers",
)
HASHED_BYTES = 1 << 26


def code_digest(*modules: str) -> str:
    """Digest of modules of this package (`"stages.predict_frames"`) and of all they import from it, directly or not.

    Made from syntax trees without docstrings: comments, layout and prose change nothing, any statement does. Modules
    imported by a computed name must be given besides. Raises FileNotFoundError for a module that does not exist.
    """
    files = set()
    for module in modules:
        files |= _closure(f"{PACKAGE.name}.{module}")
    files.discard(PACKAGE / "progress.py")  # what is shown changes no result
    text = "\n".join(f"{path.relative_to(PACKAGE)} {_source(path).digest}" for path in sorted(files))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def describe(stage: str, arguments: dict, *modules: str) -> dict:
    """The content of run.json: stage, arguments (paths as text), library versions and the code's digest."""
    return {
        "stage": stage,
        "arguments": json.loads(json.dumps(arguments, default=str)),
        "code": code_digest(f"stages.{stage}", *modules),
        "python": platform.python_version(),
        "versions": {name: importlib.metadata.version(name) for name in LIBRARIES},
    }


def fingerprint(description: dict, inputs: list[Path]) -> str:
    """Digest of a description and of the content of input files (large ones by size and time of change)."""
    digest = hashlib.sha256(json.dumps(description, sort_keys=True).encode())
    for path in inputs:
        facts = Path(path).stat()
        digest.update(f"{path}:{facts.st_size}".encode())
        if facts.st_size <= HASHED_BYTES:
            digest.update(Path(path).read_bytes())
        else:
            digest.update(str(facts.st_mtime_ns).encode())
    return digest.hexdigest()


@cache
def files_digest(root: Path) -> str:
    """Digest of names, sizes and times of change of all files below `root`; empty if there is no such folder."""
    files, waiting = [], [str(root)] if root.is_dir() else []
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if entry.is_dir():
                    waiting.append(entry.path)
                else:
                    facts = entry.stat(follow_symlinks=entry.is_file())  # a broken link is a file of its own
                    files.append(f"{entry.path} {facts.st_size} {facts.st_mtime_ns}")
    return hashlib.sha256("\n".join(sorted(files)).encode(errors="surrogateescape")).hexdigest()[:16] if files else ""


def libraries(module: str) -> list[str]:
    """Modules outside this package and the standard library that importing a module imports, directly or through ours.

    Names as `code_digest` takes them. Imports within functions do not count. Raises FileNotFoundError as it does.
    """
    found = {name for path in _closure(f"{PACKAGE.name}.{module}") for name in _source(path).libraries}
    return sorted(found)


def _closure(name: str) -> set[Path]:
    files, waiting = set(), [name]
    while waiting:
        path = _file(waiting.pop())
        if path in files:
            continue
        files.add(path)
        waiting.extend(name for name in _source(path).ours if _path(name).is_file())
    return files


@dataclass(frozen=True)
class _Source:
    """What a file says: a digest of its statements, names that may be modules of this package, libraries' modules."""

    digest: str
    ours: tuple[str, ...]
    libraries: tuple[str, ...]


def _source(path: Path) -> _Source:
    return _parsed(path.read_text())


@cache
def _parsed(text: str) -> _Source:
    tree = ast.parse(text)
    for node in ast.walk(tree):
        documented = isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef))
        if documented and ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:]
    found = {name for node in ast.walk(tree) for name in (*_modules(node), *_members(node))}
    parts = [name.split(".") for name in found if name.split(".")[0] == PACKAGE.name]
    ours = {".".join(part[: end + 1]) for part in parts for end in range(len(part))}  # importing a.b runs a first
    apart = {PACKAGE.name, *sys.stdlib_module_names}
    outside = {name for node in tree.body for name in _modules(node) if name.split(".")[0] not in apart}
    digest = hashlib.sha256(ast.dump(tree).encode()).hexdigest()
    return _Source(digest, tuple(sorted(ours)), tuple(sorted(outside)))


def _modules(node: ast.AST) -> list[str]:
    """Modules that a statement imports for sure."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module] if isinstance(node, ast.ImportFrom) and node.module else []


def _members(node: ast.AST) -> list[str]:
    """What a statement imports from a module, modules perhaps."""
    if isinstance(node, ast.ImportFrom) and node.module:
        return [f"{node.module}.{alias.name}" for alias in node.names]
    return []


def _path(name: str) -> Path:
    base = PACKAGE.parent.joinpath(*name.split("."))
    return base / "__init__.py" if base.is_dir() else base.with_suffix(".py")


def _file(name: str) -> Path:
    path = _path(name)
    if not path.is_file():
        raise FileNotFoundError(f"module {name}: no file {path} found; check the name given to code()")
    return path

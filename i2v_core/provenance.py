"""What made an artifact: arguments, versions and a digest of the code that can change it."""

import ast
import hashlib
import importlib.metadata
import json
import os
import platform
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
    text = "\n".join(f"{path.relative_to(PACKAGE)} {_tree_digest(path)}" for path in sorted(files))
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
                    facts = entry.stat()
                    files.append(f"{entry.path} {facts.st_size} {facts.st_mtime_ns}")
    return hashlib.sha256("\n".join(sorted(files)).encode(errors="surrogateescape")).hexdigest()[:16] if files else ""


@cache
def _closure(name: str) -> frozenset[Path]:
    files, waiting = set(), [name]
    while waiting:
        path = _file(waiting.pop())
        if path in files:
            continue
        files.add(path)
        waiting.extend(_imports(path))
    return frozenset(files)


@cache
def _imports(path: Path) -> tuple[str, ...]:
    found = []
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.append(node.module)
            found += [f"{node.module}.{alias.name}" for alias in node.names]
    parts = [name.split(".") for name in found if name.split(".")[0] == PACKAGE.name]
    ours = {".".join(part[: end + 1]) for part in parts for end in range(len(part))}  # importing a.b runs a first
    return tuple(name for name in sorted(ours) if _path(name).is_file())


def _path(name: str) -> Path:
    base = PACKAGE.parent.joinpath(*name.split("."))
    return base / "__init__.py" if base.is_dir() else base.with_suffix(".py")


def _file(name: str) -> Path:
    path = _path(name)
    if not path.is_file():
        raise FileNotFoundError(f"module {name}: no file {path} found; check the name given to code()")
    return path


@cache
def _tree(path: Path) -> ast.Module:
    tree = ast.parse(path.read_text())
    for node in ast.walk(tree):
        documented = isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef))
        if documented and ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:]
    return tree


@cache
def _tree_digest(path: Path) -> str:
    return hashlib.sha256(ast.dump(_tree(path)).encode()).hexdigest()

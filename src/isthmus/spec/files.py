"""From a name or a path to one document: files read with limits, imports merged in order."""

from __future__ import annotations

import stat
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path, PurePosixPath

from isthmus.errors import InputError, Problem, SpecError
from isthmus.spec.document import MAX_NODES, Mark, Node, branch, did_you_mean, one_of, show
from isthmus.spec.override import overlay
from isthmus.spec.yaml_text import parse

FILE_NAME = "corridor.yaml"
"""Name of a corridor's file inside its folder."""

MAX_BYTES = 1_000_000
"""Largest file read, bytes."""

MAX_FILES = 50
"""Most files a corridor may be split into."""


def shipped() -> dict[str, Path]:
    """Return the corridors that come with the package, name to file, in alphabetical order."""
    folder = Path(str(resources.files("isthmus"))) / "corridors"
    found = sorted(folder.glob(f"*/{FILE_NAME}")) if folder.is_dir() else []
    return {path.parent.name: path for path in found}


def find(path_or_name: str | Path) -> Path:
    """Return the corridor file meant by a shipped name, a file, or a folder that holds ``corridor.yaml``.

    Raises:
        InputError: no shipped corridor has that name and there is no such file.
        SpecError: a folder without ``corridor.yaml``.
    """
    name = str(path_or_name)
    known = shipped()
    if isinstance(path_or_name, str) and name in known:
        return known[name]
    path = Path(path_or_name)
    try:
        if path.is_dir():
            return _in_folder(path)
        if path.exists():
            return path
    except (OSError, ValueError):
        pass
    raise InputError.one(
        where=name[:200],
        expected="a shipped corridor or the path of a corridor file",
        found="no such file" if "/" in name or "." in name else "neither",
        remedy=did_you_mean(name, known, otherwise=f"shipped corridors: {one_of(known)}"),
    )


def _in_folder(folder: Path) -> Path:
    path = folder / FILE_NAME
    if path.exists():
        return path
    raise SpecError.one(
        where=str(folder),
        expected=f"a folder that holds {FILE_NAME}",
        found="a folder without it",
        remedy="name the corridor file itself, or start one with `isthmus new`",
    )


def read_text(path: Path, shown: str) -> str:
    """Return the text of a file that is small, ordinary and UTF-8.

    Args:
        path: the file.
        shown: its name in messages.

    Raises:
        SpecError: missing, not an ordinary file, unreadable, too large, or not UTF-8.
    """
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            kind = "a folder" if stat.S_ISDIR(status.st_mode) else "a device or pipe"
            raise SpecError.one(where=shown, expected="an ordinary file", found=kind, remedy="name a YAML file")
        if status.st_size > MAX_BYTES:
            raise _too_large(shown, status.st_size)
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise SpecError.one(where=shown, expected="a file", found="no such file", remedy="check the name") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "unusable name"
        raise SpecError.one(where=shown, expected="a file to read", found=reason, remedy="check the file") from None
    if len(data) > MAX_BYTES:
        raise _too_large(shown, len(data))
    return _decode(data, shown)


def _too_large(shown: str, size: int) -> SpecError:
    return SpecError.one(
        where=shown,
        expected=f"a file of at most {MAX_BYTES / 1e6:g} MB",
        found=f"{size / 1e6:.1f} MB",
        remedy="a corridor is a short description; official figures belong in the table of figures",
    )


def _decode(data: bytes, shown: str) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        wide = data[:2] in {b"\xff\xfe", b"\xfe\xff"}
        line = data.count(b"\n", 0, error.start) + 1
        raise SpecError.one(
            where=f"{shown}:{line}",
            expected="text in UTF-8",
            found="text in UTF-16" if wide else f"the byte 0x{data[error.start]:02X} (Latin-1 or Windows-1252?)",
            remedy="save the file again as UTF-8",
        ) from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def read_document(path: Path, problems: list[Problem]) -> Node:
    """Return the document of a corridor file, its imports merged in order, the importing file winning.

    Args:
        path: the corridor file; imports must lie in its folder or below.
        problems: faults that do not stop the reading are added here.

    Raises:
        SpecError: a file cannot be read as a mapping.
    """
    return _Reader(path.parent.resolve(), problems).read(path.resolve(), path.name)


@dataclass(slots=True)
class _Reader:
    """Reads a file and what it imports, each file once."""

    folder: Path
    problems: list[Problem]
    open: list[Path] = field(default_factory=list)
    done: dict[Path, Node] = field(default_factory=dict)
    size: int = 0

    def read(self, path: Path, shown: str) -> Node:
        """Return one file with its imports merged."""
        if path in self.done:
            return self.done[path]
        root = parse(read_text(path, shown), shown, self.problems)
        if not root.is_mapping:
            self._refuse(root, shown)
        self.size += root.size
        if self.size > MAX_NODES:
            expected = f"at most {MAX_NODES} values in all files together"
            raise SpecError.one(where=shown, expected=expected, found="more", remedy="split the corridor in two")
        self.open.append(path)
        merged = Node({}, root.mark, {})
        for name, mark in self._imports(root):
            part = self._import(name, mark, path.parent)
            if part is not None:
                merged = overlay(merged, part)
        self.open.pop()
        own = {key: node for key, node in root.value.items() if key != "import"}
        whole = overlay(merged, branch(own, root.mark, root.key_marks))
        self.done[path] = whole
        return whole

    def _refuse(self, root: Node, shown: str) -> None:
        empty = root.value is None
        raise SpecError.one(
            where=str(root.mark) if not empty else shown,
            expected="a mapping with the keys of a corridor (isthmus, name, title, ...)",
            found="an empty file" if empty else show(root.plain()),
            remedy="start from a working example with `isthmus new`",
        )

    def _imports(self, root: Node) -> list[tuple[str, Mark]]:
        node = root.child("import")
        if node is None:
            return []
        items = node.value if node.is_list else [node]
        names = [(item.value, item.mark) for item in items if isinstance(item.value, str)]
        if len(names) < len(items):
            self._note(node.mark, "a list of file names", show(node.plain()), "write `import: [legs.yaml]`")
        return names

    def _import(self, name: str, mark: Mark, beside: Path) -> Node | None:
        target = self._target(name, mark, beside)
        if target is None:
            return None
        if target in self.open:
            chain = [*self.open[self.open.index(target) :], target]
            names = " -> ".join(str(path.relative_to(self.folder)) for path in chain)
            self._note(mark, "imports without a circle", names, "take one of these imports out")
            return None
        if len(self.done) + len(self.open) >= MAX_FILES:
            self._note(mark, f"at most {MAX_FILES} files", "more", "merge some of the files")
            return None
        try:
            return self.read(target, target.relative_to(self.folder).as_posix())
        except SpecError as error:
            self.problems.extend(error.problems)
            return None

    def _target(self, name: str, mark: Mark, beside: Path) -> Path | None:
        if PurePosixPath(name).is_absolute() or Path(name).is_absolute():
            self._note(mark, "a file name relative to this file", show(name), "write the path from this file on")
            return None
        try:
            target = (beside / name).resolve()
            inside = target.is_relative_to(self.folder)
            exists = target.is_file()
        except (OSError, ValueError, RuntimeError):
            inside, exists, target = True, False, beside
        if not inside:
            self._note(mark, "a file in the corridor's folder or below", show(name), "move the file into the folder")
            return None
        if not exists:
            near = [path.name for path in sorted(beside.glob("*.y*ml"))[:200] if path not in self.open]
            self._note(mark, "a file to import", f"no file {show(name)}", did_you_mean(name, near))
            return None
        return target

    def _note(self, mark: Mark, expected: str, found: str, remedy: str) -> None:
        self.problems.append(Problem(f"{mark}: import", expected, found, remedy))

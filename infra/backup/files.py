"""A mirror of the store of files. A file's name is the hash of its bytes, so a name that is there never changes."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import file_digest
from pathlib import Path

DIGEST_LENGTH = 64


@dataclass(slots=True, kw_only=True)
class Mirrored:
    copied: int = 0
    known: int = 0
    altered: list[str] = field(default_factory=list)  # their bytes no longer have their name


def stored_files(root: Path) -> Iterator[Path]:
    """Whole files only: an unfinished one begins with a dot and lies at the top."""
    for path in sorted(root.glob("??/??/*")):
        if len(path.name) == DIGEST_LENGTH:
            yield path


def mirror(*, source: Path, target: Path) -> Mirrored:
    """Copy what the target has not. What a disk has altered is named and not copied: it must not look like a backup."""
    done = Mirrored()
    for path in stored_files(source):
        copy = target / path.relative_to(source)
        if copy.exists():
            done.known += 1
        elif digest_of(path) != path.name:
            done.altered.append(path.name)
        else:
            copy_whole(path, copy)
            done.copied += 1
    return done


def copy_whole(path: Path, copy: Path) -> None:
    copy.parent.mkdir(parents=True, exist_ok=True)
    draft = copy.with_name(f".{copy.name}")
    with path.open("rb") as source, draft.open("wb") as target:
        shutil.copyfileobj(source, target)
        target.flush()
        os.fsync(target.fileno())
    draft.replace(copy)


def digest_of(path: Path) -> str:
    with path.open("rb") as stream:
        return file_digest(stream, "sha256").hexdigest()


def altered_files(root: Path) -> list[str]:
    return [path.name for path in stored_files(root) if digest_of(path) != path.name]

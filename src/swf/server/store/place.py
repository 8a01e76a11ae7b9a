"""Where a file lies: on a disk of this machine, or another's, where locks cannot be relied on; what lies there now."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from swf.server.store.errors import CannotOpen, NotADatabase

REMOTE: Final = re.compile(
    r"nfs\d*|cifs|smb\w*|afs|ceph|glusterfs|lustre|9p|fuse\.(sshfs|s3fs|rclone|gcsfuse|glusterfs)"
)
MOUNTS: Final = Path("/proc/self/mountinfo")
MAGIC: Final = b"SQLite format 3\0"
_OCTAL: Final = re.compile(r"\\(\d{3})")


def refuse_another_kind(path: Path) -> None:
    """NotADatabase if there is a file at *path* that is no SQLite file, so that nothing is made beside it.

    One with a lock beside it is not read: it may be open in this process, and whoever closes a file drops
    all locks that SQLite holds on it for the process.
    """
    if not path.is_file() or Path(f"{path}.lock").exists():
        return
    try:
        with path.open("rb") as file:
            head = file.read(len(MAGIC))
    except OSError:
        return  # whoever opens it next says why it cannot be
    if head and head != MAGIC:
        raise NotADatabase(f"{path} is not a simpleflow database; use another file")


def refuse_remote(path: Path, mounts: Path = MOUNTS) -> None:
    """CannotOpen if *path* is on a file system of another machine, where that can be found out."""
    try:
        text = mounts.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return  # no Linux: nobody says
    kind = file_system_of(path, text)
    if REMOTE.fullmatch(kind):
        raise CannotOpen(
            f"{path} is on a file system of another machine ({kind}): SQLite's log needs a disk of this one; "
            "use another directory, and run the service where the disk is"
        )


def file_system_of(path: Path, mountinfo: str) -> str:
    """The type of the file system that holds *path*, from the text of ``mountinfo``; empty if it does not say."""
    best, kind = -1, ""
    for line in mountinfo.splitlines():
        mount, _, source = line.partition(" - ")
        fields = mount.split()
        if len(fields) < 5 or not source:
            continue
        at = Path(_OCTAL.sub(lambda match: chr(int(match[1], 8)), fields[4]))
        if path.is_relative_to(at) and len(at.parts) >= best:  # a later mount hides an earlier one
            best, kind = len(at.parts), source.split()[0]
    return kind

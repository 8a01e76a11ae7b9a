"""Where a file lies: on a disk of this machine, or on another's, where locks and the log cannot be relied on."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from swf.server.store.errors import CannotOpen

REMOTE: Final = re.compile(
    r"nfs\d*|cifs|smb\w*|afs|ceph|glusterfs|lustre|9p|fuse\.(sshfs|s3fs|rclone|gcsfuse|glusterfs)"
)
MOUNTS: Final = Path("/proc/self/mountinfo")
_OCTAL: Final = re.compile(r"\\(\d{3})")


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

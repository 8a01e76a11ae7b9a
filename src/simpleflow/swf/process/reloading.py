"""New processes when source files change, for development: files are watched, and tried before they are trusted.

As a program: imports the modules that it is told, and says in a line what is wrong with them.
"""

from __future__ import annotations

import importlib
import importlib.util
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

log = logging.getLogger(__name__)


class Reloading:
    """Watches Python files in a thread, until it is closed."""

    def __init__(self, modules: Sequence[str], changed: Callable[[], None]) -> None:
        """*changed* is called, in the thread, when files below the working directory, or beside one of the *modules*,
        have changed and all modules can be imported."""
        self._modules = tuple(dict.fromkeys(modules))
        self._changed = changed
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="reload", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Watches no more."""
        self._stopped.set()

    def _run(self) -> None:
        try:
            self._watch()
        except Exception as error:  # noqa: BLE001  # the processes go on without
            log.error("files are not watched any more, changes are not seen: %s", error)

    def _watch(self) -> None:
        from watchfiles import PythonFilter, watch

        folders = folders_of(self._modules)
        log.info("reloading when a Python file changes below %s", ", ".join(map(str, folders)))
        for changes in watch(*folders, watch_filter=PythonFilter(), stop_event=self._stopped, raise_interrupt=False):
            names = ", ".join(sorted({Path(path).name for _, path in changes})[:5])
            trouble = trouble_with(self._modules)
            if trouble is None:
                log.info("reloading, for there are changes: %s", names)
                self._changed()
            else:
                log.error("not reloaded, the processes go on with the code they have: %s", trouble)


def folders_of(modules: Sequence[str]) -> list[Path]:
    """The working directory, and the folders of modules that lie elsewhere."""
    folders = [Path.cwd()]
    for module in modules:
        spec = importlib.util.find_spec(module.partition(".")[0])
        places = [] if spec is None else [*(spec.submodule_search_locations or ()), *filter(None, [spec.origin])][:1]
        for place in map(Path, places):
            folder = place if place.is_dir() else place.parent
            if folder.is_dir() and not any(folder.resolve().is_relative_to(each) for each in folders):
                folders.append(folder.resolve())
    return folders


def trouble_with(modules: Sequence[str]) -> str | None:
    """What a new process says about the import of these modules; None if all is well."""
    done = subprocess.run(  # noqa: S603  # our own program
        [sys.executable, "-m", __name__, *modules],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        start_new_session=True,
    )
    if done.returncode == 0:
        return None
    lines = done.stderr.strip().splitlines()
    return lines[-1] if lines else f"exit code {done.returncode}"


def main(modules: Sequence[str]) -> int:
    """Imports the modules; 1, and a line on standard error, if that does not work."""
    sys.path.insert(0, os.getcwd())
    for module in modules:
        try:
            importlib.import_module(module)
        except BaseException as error:  # noqa: BLE001  # whatever a module raises
            told = " ".join(f"cannot import {module}: {type(error).__name__}: {error}".split())
            print(told, file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

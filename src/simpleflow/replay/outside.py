"""What the event loop of a workflow refuses: all that its history cannot decide."""

from __future__ import annotations

import asyncio
from typing import Any, NoReturn


def _outside(name: str) -> Any:
    def refuse(self: ClosedLoop, *args: Any, **kwargs: Any) -> NoReturn:
        raise NotImplementedError(
            f"loop.{name}() is not possible in a workflow, since it cannot be replayed; use an activity"
        )

    return refuse


def _driven(name: str) -> Any:
    def refuse(self: ClosedLoop, *args: Any, **kwargs: Any) -> NoReturn:
        raise NotImplementedError(
            f"loop.{name}() is not possible in a workflow, whose event loop follows its history; use an activity for "
            "what needs a loop of its own"
        )

    return refuse


class ClosedLoop(asyncio.AbstractEventLoop):
    """An event loop without a way outside: no sockets, threads, processes or signals, and nobody to start or stop."""

    # Sockets, threads, processes, signals

    call_soon_threadsafe = _outside("call_soon_threadsafe")
    run_in_executor = _outside("run_in_executor")
    getaddrinfo = _outside("getaddrinfo")
    getnameinfo = _outside("getnameinfo")
    create_connection = _outside("create_connection")
    create_server = _outside("create_server")
    sendfile = _outside("sendfile")
    start_tls = _outside("start_tls")
    create_unix_connection = _outside("create_unix_connection")
    create_unix_server = _outside("create_unix_server")
    connect_accepted_socket = _outside("connect_accepted_socket")
    create_datagram_endpoint = _outside("create_datagram_endpoint")
    connect_read_pipe = _outside("connect_read_pipe")
    connect_write_pipe = _outside("connect_write_pipe")
    subprocess_shell = _outside("subprocess_shell")
    subprocess_exec = _outside("subprocess_exec")
    add_reader = _outside("add_reader")
    remove_reader = _outside("remove_reader")
    add_writer = _outside("add_writer")
    remove_writer = _outside("remove_writer")
    sock_recv = _outside("sock_recv")
    sock_recv_into = _outside("sock_recv_into")
    sock_recvfrom = _outside("sock_recvfrom")
    sock_recvfrom_into = _outside("sock_recvfrom_into")
    sock_sendall = _outside("sock_sendall")
    sock_sendto = _outside("sock_sendto")
    sock_connect = _outside("sock_connect")
    sock_accept = _outside("sock_accept")
    sock_sendfile = _outside("sock_sendfile")
    add_signal_handler = _outside("add_signal_handler")
    remove_signal_handler = _outside("remove_signal_handler")

    # Its own life

    run_forever = _driven("run_forever")
    run_until_complete = _driven("run_until_complete")
    stop = _driven("stop")
    close = _driven("close")
    shutdown_default_executor = _driven("shutdown_default_executor")
    set_default_executor = _driven("set_default_executor")
    set_task_factory = _driven("set_task_factory")
    get_task_factory = _driven("get_task_factory")
    get_exception_handler = _driven("get_exception_handler")
    set_exception_handler = _driven("set_exception_handler")
    set_debug = _driven("set_debug")

"""Forks the processes of stages from one that has imported the libraries: torch alone takes longer than many a job.

Snakemake starts it (`start`), and `python -m i2v_core.stage` asks it for a process. Of i2v_core it holds only what it
needs itself: each stage reads its own code anew. Libraries must start no thread and open no GPU at import, as a forked
process would have neither; those of the stages do not.
"""

import contextlib
import gc
import importlib
import json
import os
import selectors
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from i2v_core import provenance, stage

THREADS = "OMP_NUM_THREADS"
# Libraries read these once, at import, so here; each process then sets its own number.
ONE_THREAD = dict.fromkeys((THREADS, "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS"), "1")
NAME_BYTES = 15  # of a process, Linux's limit


@contextlib.contextmanager
def start() -> Iterator[None]:
    """A server for all processes that are started within; it ends with the block, or when this process dies.

    None is started where the environment names one already (or, with `I2V_STAGE_SERVER=`, asks for none), or on
    another system than Linux, where forking after imports is not safe.
    """
    if stage.ADDRESS in os.environ or sys.platform != "linux":
        yield
        return
    folder = Path(tempfile.mkdtemp(prefix="i2v-"))  # for this user alone
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(folder / "stages"))
        listener.listen(1024)
        server = subprocess.Popen(
            [sys.executable, "-m", "i2v_core.stage_server", str(listener.fileno())],
            cwd=provenance.PACKAGE.parent,
            env={**os.environ, **ONE_THREAD},
            stdin=subprocess.PIPE,
            pass_fds=[listener.fileno()],
        )
    os.environ[stage.ADDRESS] = str(folder / "stages")
    try:
        yield
    finally:
        del os.environ[stage.ADDRESS]
        server.stdin.close()
        server.wait()
        shutil.rmtree(folder, ignore_errors=True)


@dataclass
class Server:
    """listener: where processes are asked for. life: the read end of a pipe whose other end the parent holds."""

    listener: socket.socket
    life: int
    clients: dict[int, socket.socket] = field(default_factory=dict)  # of each process, by its id
    selector: selectors.BaseSelector = field(default_factory=selectors.DefaultSelector)
    wakeup: tuple[socket.socket, socket.socket] = field(default_factory=socket.socketpair)

    def serve(self) -> dict | None:
        """Listens until `life` ends -> None; in each forked process it returns the request."""
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the stages
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for end in self.wakeup:
            end.setblocking(False)
        signal.set_wakeup_fd(self.wakeup[1].fileno())
        for source in (self.listener, self.wakeup[0], self.life):
            self.selector.register(source, selectors.EVENT_READ)
        while True:
            for source in [key.fileobj for key, _ in self.selector.select()]:
                if source == self.life:
                    self._kill(*self.clients)
                    return None
                if source is self.wakeup[0]:
                    source.recv(4096)
                    self._answer_ended()
                elif source is self.listener:
                    request = self._fork()
                    if request is not None:
                        return request
                elif source in self.clients.values():  # whoever waits for a stage says nothing: it has gone
                    self.selector.unregister(source)
                    self._kill(*(pid for pid, client in self.clients.items() if client is source))

    def _fork(self) -> dict | None:
        """Makes the process that a client asks for: None here, the request there."""
        client, _ = self.listener.accept()
        try:
            request, streams = _received(client)
        except (OSError, EOFError):  # killed while it asked
            client.close()
            return None
        _import_libraries(request["arguments"][0])
        gc.collect()
        gc.freeze()  # no collection in the new process need look at what all share
        pid = os.fork()
        if pid == 0:
            self._leave()
            client.close()
            _become(request, streams)
            return request
        for stream in streams:
            os.close(stream)
        self.clients[pid] = client
        self.selector.register(client, selectors.EVENT_READ)
        return None

    def _leave(self) -> None:
        """Undoes, in a new process, all that makes a server."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        self.selector.close()
        for connection in (self.listener, *self.wakeup, *self.clients.values()):
            connection.close()

    def _answer_ended(self) -> None:
        """Sends the exit status, -n for signal n, of each process that has ended to its client."""
        while self.clients:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            with self.clients.pop(pid) as client, contextlib.suppress(OSError):
                with contextlib.suppress(KeyError):
                    self.selector.unregister(client)
                client.sendall(str(os.waitstatus_to_exitcode(status)).encode())

    def _kill(self, *processes: int) -> None:
        for pid in processes:
            os.kill(pid, signal.SIGKILL)  # not waited for yet, so the id is still its own


def _received(client: socket.socket) -> tuple[dict, list[int]]:
    """A request and the standard streams that come with it."""
    head, streams, _, _ = socket.recv_fds(client, stage.LENGTH_BYTES, 3)
    length, parts = int.from_bytes(head), bytearray()
    while len(parts) < length:
        part = client.recv(length - len(parts))
        if not part:
            break
        parts += part
    if len(streams) < 3 or not length or len(parts) < length:
        for stream in streams:
            os.close(stream)
        raise EOFError("the client ended within its request")
    return json.loads(parts), streams


def _import_libraries(name: str) -> None:
    """Imports the libraries that a stage's modules import at their top. What fails here, fails in the stage."""
    with contextlib.suppress(FileNotFoundError, SyntaxError):
        for library in provenance.libraries(f"stages.{name}"):
            with contextlib.suppress(Exception):  # a library may raise whatever it likes
                importlib.import_module(library)


def _become(request: dict, streams: list[int]) -> None:
    """Gives this process the request's standard streams, folder, environment, number of threads and a name."""
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environment"])
    sys.path[0] = request["folder"]  # as after `python -m`
    Path("/proc/self/comm").write_text(request["arguments"][0][:NAME_BYTES])  # what ps shows
    threads = os.environ.get(THREADS, "")
    if threads != ONE_THREAD[THREADS]:
        import threadpoolctl  # not for the server, which would import numpy's BLAS with it

        threadpoolctl.threadpool_limits(int(threads) if threads.isdigit() else os.cpu_count())


def main() -> None:
    """Serves on the socket whose number is the first argument, as long as standard input stays open."""
    with socket.socket(fileno=int(sys.argv[1])) as listener:
        life = os.dup(0)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        request = Server(listener, life).serve()
    if request is not None:
        os.close(life)
        stage.run(request["arguments"])


if __name__ == "__main__":
    main()

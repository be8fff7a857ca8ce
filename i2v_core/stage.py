"""Runs a stage: `python -m i2v_core.stage make_table --out ...` does what `python -m i2v_core.stages.make_table` does.

Where a `stage_server` listens, the stage runs in a process that it forks, with torch imported already; this one waits
for its exit status. With `--processes N` before the name a training stage runs in N processes that share its work, see
`ranks`. Only what Python itself imports at start is imported here: hundreds of jobs pass through.
"""

import os
import runpy
import socket
import sys

ADDRESS = "I2V_STAGE_SERVER"  # environment variable: the server's socket; empty or unset for none
LENGTH_BYTES = 8
PROCESSES = "--processes"


def main() -> None:
    """Raises SystemExit with the stage's exit status, 128 + n where signal n ended it."""
    count = _processes()
    if len(sys.argv) < 2 or count < 1:
        usage = f"python -m i2v_core.stage [{PROCESSES} N] NAME [OPTION ...]"
        sys.exit(f"usage: {usage}, NAME of a module in i2v_core/stages")
    if count > 1:
        from i2v_core import launch

        sys.exit(launch.together(count, sys.argv[1:]))
    connection = _connected(os.environ.get(ADDRESS, ""))
    if connection is None:
        run(sys.argv[1:])
    else:
        sys.exit(_run_there(connection))


def run(arguments: list[str]) -> None:
    """Runs a stage in this process as `python -m` would. arguments: its name and its options."""
    sys.argv[1:] = arguments[1:]
    runpy.run_module(f"i2v_core.stages.{arguments[0]}", run_name="__main__", alter_sys=True)


def _processes() -> int:
    """Takes `--processes N` from the front of the arguments -> N, 1 without it, 0 for what is no number."""
    if sys.argv[1:2] != [PROCESSES]:
        return 1
    given = sys.argv[2:3]
    del sys.argv[1:3]
    return int(given[0]) if given and given[0].isdecimal() else 0


def _connected(address: str) -> socket.socket | None:
    """None where no server is named, or where it has gone."""
    if not address:
        return None
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.connect(address)
    except OSError:
        connection.close()
        return None
    return connection


def _run_there(connection: socket.socket) -> int:
    """Hands over arguments, folder, environment and the three standard streams -> exit status."""
    import json  # not needed where the stage runs here and imports what it wants

    request = json.dumps({"arguments": sys.argv[1:], "folder": os.getcwd(), "environment": dict(os.environ)}).encode()
    with connection:
        socket.send_fds(connection, [len(request).to_bytes(LENGTH_BYTES)], [0, 1, 2])
        connection.sendall(request)
        answer = connection.recv(16)
    if not answer:
        print("error: the server of stages ended before this stage did", file=sys.stderr)
        return 1
    status = int(answer)
    return status if status >= 0 else 128 - status


if __name__ == "__main__":
    main()

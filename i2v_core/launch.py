"""A training stage in several processes on this machine, by torchrun's agent."""

import logging
import os
import signal
import sys
import tempfile

from torch.distributed.elastic.multiprocessing.api import DefaultLogsSpecs, SignalException
from torch.distributed.elastic.multiprocessing.errors import ChildFailedError
from torch.distributed.launcher.api import LaunchConfig, elastic_launch

from i2v_core.stage import ADDRESS


def together(count: int, arguments: list[str]) -> int:
    """Runs a stage, by its name and options, in `count` processes -> exit status; one line on stderr if one fails.

    A process that fails, or is killed, ends the others.
    """
    os.environ.pop(ADDRESS, None)  # a server of stages runs each in one process
    logging.disable()  # the agent's own words; the processes have loggers of theirs
    try:
        with tempfile.TemporaryDirectory(prefix="i2v-launch-") as folder:
            how = LaunchConfig(
                min_nodes=1,
                max_nodes=1,
                nproc_per_node=count,
                rdzv_backend="c10d",
                rdzv_endpoint="localhost:0",
                local_addr="localhost",
                max_restarts=0,
                logs_specs=DefaultLogsSpecs(log_dir=folder),
            )
            elastic_launch(how, sys.executable)("-m", "i2v_core.stage", *arguments)
    except SignalException as stopped:
        return 128 + stopped.sigval
    except ChildFailedError as error:
        number, failure = error.get_first_failure()
        how, then = "stopped by an error", "see above"
        if failure.exitcode < 0:
            how = f"killed by {signal.Signals(-failure.exitcode).name}"
            then = "the same command again goes on after the last whole epoch"
        print(
            f"error: {arguments[0]}: process {number + 1} of {count} was {how}, and the training with it; {then}",
            file=sys.stderr,
        )
        return failure.exitcode if failure.exitcode > 0 else 128 - failure.exitcode
    return 0

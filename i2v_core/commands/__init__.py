"""The command `i2v`: adapt to own folders, predict, look into artifacts, data sets and weights, draw folders to try."""

import argparse
import importlib
import sys
from types import ModuleType

COMMANDS = {
    "adapt": "labelled images and unlabelled videos in: a video classifier, predictions and a report out",
    "predict": "classes of video files by an exported model",
    "inspect": "what a pseudo-label file, a bank, a table of predictions or a model holds",
    "check-weights": "how the keys of a weight file meet those of the network it is for, and whether it loads",
    "check-data": "what a data set's folder holds, lacks, and has too much or wrong",
    "draw": "drawn images and videos in folders, to try adapt with",
}


def main(arguments: list[str] | None = None) -> None:
    """Runs a command and ends the process: status 0, 1 after one line of error, 2 for a wrong command line."""
    parser = argparse.ArgumentParser(prog="i2v", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    given = sys.argv[1:] if arguments is None else arguments
    for name, text in COMMANDS.items():
        own = commands.add_parser(name, help=text, description=text, allow_abbrev=False)
        if given[:1] == [name]:  # another command's modules take seconds to import
            _module(name).add_arguments(own)
    options = vars(parser.parse_args(given))
    run = _module(options.pop("command")).run
    try:
        status = run(**options)
    except (ValueError, OSError) as error:
        print("error: " + " ".join(str(error).split()), file=sys.stderr)
        status = 1
    except KeyboardInterrupt:
        status = 130
    sys.exit(status)


def _module(name: str) -> ModuleType:
    return importlib.import_module(f"{__name__}.{name.replace('-', '_')}")

"""What training does to web supervision's video model: test accuracy of the image model, lifted untrained, and trained.

Run after `make websup`: python -m benchmarks.lifted_start [--benchmark mini-web-ucf101 --row video]
Prints a line of Markdown for each seed that was run. Target labels are read to score, after everything.
"""

import argparse
from pathlib import Path

import pandas as pd

from i2v_core import storage, training, web_inference
from i2v_core.methods.websup import runs
from i2v_core.models import saved
from i2v_core.models.web_image import WebImageModel
from i2v_core.models.web_video import WebVideoModel
from i2v_core.probabilities import Probabilities, predictions
from i2v_core.web_samples import Media


def main() -> None:
    """Prints a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--benchmark", default="mini-web-ucf101")
    parser.add_argument("--row", default="video")
    chosen = parser.parse_args()
    split = Path("data/derived/benchmarks", chosen.benchmark, "split1")
    truth = storage.read_csv(split / "target_labels.csv", ("id", "class")).set_index("id")["class"]
    place = training.open_device(device="auto", threads=1)
    print("| seed | image model, percent | lifted, untrained | trained |\n| --- | ---: | ---: | ---: |")
    for folder in sorted(Path("results", chosen.benchmark, "split1").glob("seed*/websup")):
        image, row = folder / runs.before(chosen.row), folder / chosen.row
        arguments = storage.read_json(row / "run.json")["arguments"]
        first = saved.load(image / "model.pt", WebImageModel, kind="web_image")
        model = WebVideoModel(classes=len(first.classes), **arguments["settings"]["model"])
        model.start_from(first.model, classifier=arguments["settings"]["classifier_init"])
        target = storage.read_csv(split / "target_test.csv", ("id", "dataset"))["dataset"].iloc[0]
        stores = sorted(Path("data/derived", target, "frames").glob("*.h5"))
        shots = [path.parents[1] / "shots" / f"{path.stem}.csv" for path in stores]
        media = Media.open(stores, shots, target=split / "target_test.csv")
        how = {"batch_size": 64, "device": place}
        values, counts = web_inference.probabilities(
            model.eval(), media, media.target, arguments["settings"]["inputs"], **how
        )
        lifted = predictions(Probabilities(media.target["id"].tolist(), counts, values, first.classes))
        tables = [storage.read_csv(path / "predictions_test.csv", ("id", "class")) for path in (image, row)]
        shares = [_right(table, truth) for table in (tables[0], lifted, tables[1])]
        print(f"| {folder.parent.name.removeprefix('seed')} | " + " | ".join(f"{share:.1f}" for share in shares) + " |")


def _right(table: pd.DataFrame, truth: pd.Series) -> float:
    """Percent of right predictions."""
    return 100 * float((table["class"].to_numpy() == truth.loc[table["id"]].to_numpy()).mean())


if __name__ == "__main__":
    main()

import h5py
import numpy as np
import pandas as pd
import pytest

from i2v_core.stages import plot_features


def arguments(folder) -> dict:
    random = np.random.default_rng(0)
    for model in ("a", "b"):
        with h5py.File(folder / f"{model}.h5", "w") as file:
            file["source/features"] = random.normal(size=(9, 4)).astype(np.float32)
            file["source/labels"] = np.arange(9) % 2
            file["target/features"] = random.normal(size=(7, 4)).astype(np.float32)
            file["target/ids"] = np.array([f"v{k}" for k in range(7)], dtype=object)
    rows = "".join(f"v{k},run,0\n" for k in range(7))
    (folder / "target_labels.csv").write_text(f"id,class,label\n{rows}test,walk,1\n")
    (folder / "classes.csv").write_text("index,class\n0,run\n1,walk\n")
    return {
        "features": [folder / "a.h5", folder / "b.h5"],
        "titles": ["SO (RGB+flow)", "SO (RGB+flow) + CFB"],
        **{name: folder / f"{name}.csv" for name in ("target_labels", "classes")},
        "perplexity": 3.0,
        "out": folder / "map.png",
        "table": folder / "map.csv",
    }


def test_picture_and_coordinates_repeat_byte_for_byte(tmp_path):
    given = arguments(tmp_path)
    plot_features.run(**given)
    table = pd.read_csv(given["table"])
    assert table["model"].value_counts(sort=False).to_dict() == dict.fromkeys(given["titles"], 16)
    assert table.loc[table["domain"] == "target", "class"].unique().tolist() == ["run"]
    first = [given[name].read_bytes() for name in ("out", "table")]
    plot_features.run(**given)
    assert [given[name].read_bytes() for name in ("out", "table")] == first


@pytest.mark.parametrize("titles", [["one"], ["same", "same"]])
def test_each_file_needs_a_title(titles, tmp_path):
    given = arguments(tmp_path)
    with pytest.raises(ValueError, match=r"^2 files of features, titles .* found, a title of its own for each wanted"):
        plot_features.run(**{**given, "titles": titles})


def test_a_target_video_without_label_is_an_error(tmp_path):
    given = arguments(tmp_path)
    given["target_labels"].write_text("id,class,label\nv0,run,0\n")
    with pytest.raises(ValueError, match=r"target_labels\.csv: no label for 6 of 7 videos"):
        plot_features.run(**given)
    assert not given["out"].exists()

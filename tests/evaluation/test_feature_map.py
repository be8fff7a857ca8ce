import numpy as np
import pytest
from matplotlib import image
from threadpoolctl import threadpool_limits

from i2v_core.evaluation import feature_map
from i2v_core.evaluation.feature_files import Features

CLASSES = ["hug", "run"]


def features(*, gap: float = 8.0, n: int = 20) -> Features:
    """n source and n target videos of two classes, `gap` apart along the first of five directions."""
    random = np.random.default_rng(0)
    labels = np.arange(n) % 2
    clouds = [random.normal(0, 0.5, (n, 5)).astype(np.float32) for _ in range(2)]
    for cloud in clouds:
        cloud[:, 0] += gap * labels
    return Features(clouds[0], labels, clouds[1], [f"v{k}" for k in range(n)])


def table_of(given: Features, model: str = "CFB"):
    places = feature_map.coordinates(given, perplexity=5)
    labels = {name: CLASSES[k % 2] for k, name in enumerate(given.target_ids)}
    return feature_map.tidy(given, places, labels=labels, classes=CLASSES, model=model)


def test_classes_that_are_far_apart_stay_so():
    table = table_of(features())
    centres = table.groupby("class")[["x", "y"]].mean().to_numpy()
    spread = table.groupby("class")[["x", "y"]].std().to_numpy().max()
    # two clouds 16 deviations apart: t-SNE keeps them further apart than each is wide
    assert np.linalg.norm(centres[0] - centres[1]) > 2 * spread


def test_coordinates_repeat_and_follow_the_perplexity():
    given = features()
    first = feature_map.coordinates(given, perplexity=5)
    assert first.shape == (40, 2)
    assert (first == feature_map.coordinates(given, perplexity=5)).all()
    assert (first != feature_map.coordinates(given, perplexity=9)).any()


def test_the_number_of_threads_changes_no_bit():
    random = np.random.default_rng(0)
    # so many videos that sums over one and over two threads do differ
    clouds = random.normal(size=(2, 350, 256)).astype(np.float32)
    given = Features(clouds[0], np.zeros(350, int), clouds[1], [f"v{k}" for k in range(350)])
    found = []
    for threads in (1, 2):
        with threadpool_limits(threads):
            found.append(feature_map.coordinates(given, perplexity=10))
    assert (found[0] == found[1]).all()


@pytest.mark.parametrize("perplexity", [0.5, 14])
def test_perplexity_must_fit_the_number_of_videos(perplexity):
    with pytest.raises(ValueError, match=rf"perplexity {perplexity} with 40 videos found, 1 <= "):
        feature_map.coordinates(features(), perplexity=perplexity)


def test_the_table_has_source_rows_then_target_rows_with_their_classes():
    table = table_of(features(n=8), model="SO")
    assert table.columns.tolist() == feature_map.COLUMNS
    assert table["domain"].tolist() == ["source"] * 8 + ["target"] * 8
    assert table["row"].tolist() == [*range(8), *range(8)]
    assert table["id"].tolist() == [""] * 8 + [f"v{k}" for k in range(8)]
    assert table["class"].tolist() == ["hug", "run"] * 8
    assert set(table["model"]) == {"SO"}


def test_classes_and_domains_look_different(tmp_path):
    table = table_of(features())
    swapped = table.assign(domain=table["domain"].map({"source": "target", "target": "source"}))
    recoloured = table.assign(**{"class": table["class"].map({"run": "hug", "hug": "run"})})
    pictures = []
    for name, content in (("a", table), ("b", swapped), ("c", recoloured), ("again", table)):
        feature_map.draw(content, CLASSES, tmp_path / f"{name}.png")
        pictures.append((tmp_path / f"{name}.png").read_bytes())
    assert pictures[0] == pictures[3]
    assert len(set(pictures)) == 3
    assert b"Software" not in pictures[0]


def test_more_classes_than_listed_colours_are_told_apart(tmp_path):
    names = [f"class{k}" for k in range(40)]
    table = table_of(features()).assign(**{"class": names})
    feature_map.draw(table, names, tmp_path / "a.png")
    assert len(np.unique(image.imread(tmp_path / "a.png")[..., :3].reshape(-1, 3), axis=0)) > 40

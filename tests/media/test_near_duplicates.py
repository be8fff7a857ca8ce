"""Near-duplicates by the cosine of embeddings."""

import cv2
import h5py
import numpy as np
import pandas as pd
import pytest

from i2v_core.media import near_duplicates
from i2v_core.media.near_duplicates import Rows


def points(count, dim=6, *, seed=0):
    return np.random.default_rng(seed).standard_normal((count, dim)).astype(np.float32)


def by_brute_force(queries, references, centre=0.0, scale=None):
    q, r = (
        (part.astype(np.float64) - centre) @ (np.eye(part.shape[1]) if scale is None else scale)
        for part in (queries, references)
    )
    cosines = (q / np.linalg.norm(q, axis=1)[:, None]) @ (r / np.linalg.norm(r, axis=1)[:, None]).T
    return cosines.max(axis=1), cosines.argmax(axis=1)


@pytest.mark.parametrize("block", [1, 4, 7, 100])
@pytest.mark.parametrize("how", near_duplicates.COMPARED)
def test_it_equals_the_brute_force_form_whatever_the_block(block, how):
    queries, references = points(13), points(9, seed=1)
    changes = near_duplicates.comparison(references, how)
    found = near_duplicates.most_similar(Rows(queries, **changes), Rows(references, **changes), block=block)
    cosine, place = by_brute_force(queries, references, changes.get("centre", 0.0), changes.get("scale"))
    np.testing.assert_allclose(found[0], cosine, atol=1e-5)
    assert found[1].tolist() == place.tolist()


def test_of_equal_references_the_first_counts_across_blocks_too():
    references = np.repeat(points(1), 5, axis=0)
    cosine, place = near_duplicates.most_similar(Rows(points(3)), Rows(references), block=2)
    assert place.tolist() == [0, 0, 0]
    assert (cosine <= 1 + 1e-6).all()


def test_files_and_half_precision_are_read_by_blocks(tmp_path):
    queries, references = points(13), points(9, seed=1)
    plain = near_duplicates.most_similar(Rows(queries), Rows(references))
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["vectors"] = references
        stored = near_duplicates.most_similar(Rows(queries.astype(np.float16)), Rows(file["vectors"]), block=4)
    np.testing.assert_allclose(stored[0], plain[0], atol=2e-3)  # 11 bits
    assert stored[1].tolist() == plain[1].tolist()


def test_whitening_gives_the_target_equal_spread_in_large_directions_and_ignores_its_mean():
    target = points(500) * np.array([100, 10, 1, 1, 1, 1]) + 7
    changes = near_duplicates.comparison(target, "whitened")
    white = (target - changes["centre"]) @ changes["scale"]
    spread = white.std(axis=0)
    # variances 1e4, 100, 1 with s = mean of eigenvalues: v / (v + s)
    values = np.array([1e4, 100, 1, 1, 1, 1])
    np.testing.assert_allclose(spread**2, values / (values + values.mean()), rtol=0.2)
    np.testing.assert_allclose(white.mean(axis=0), 0, atol=1e-3)


def test_wrong_words_and_shapes_are_named():
    with pytest.raises(ValueError, match=r"websup.duplicates.compared: 'raw' found, one of whitened, centred, plain"):
        near_duplicates.comparison(points(3), "raw")
    for queries, references, block in (
        (points(2), points(0), 3),
        (points(2), points(2, 5), 3),
        (points(2), points(2), 0),
    ):
        with pytest.raises(ValueError, match=r"near-duplicates: queries, references, block"):
            near_duplicates.most_similar(Rows(queries), Rows(references), block=block)


@pytest.fixture
def items():
    frames = pd.DataFrame(
        {"id": ["a", "v", "v", "b"], "frame": [0, 3, 9, 0], "cosine": [0.9, 0.2, 0.95, 0.91], "place": [1, 0, 1, 0]}
    )
    twins = pd.DataFrame({"id": ["t", "u"], "frame": [4, 5]})
    index = pd.DataFrame(
        {"id": ["v", "a", "b"], "dataset": "web", "kind": ["video", "image", "image"], "label": ["x", "x", "y"]}
    )
    return near_duplicates.per_item(frames, twins, index)


def test_a_video_goes_by_its_worst_key_frame_and_a_cosine_at_the_threshold_stays(items):
    assert items.set_index("id")[["frame", "twin", "twin_frame"]].values.tolist() == [
        [9, "u", 5],
        [0, "u", 5],
        [0, "t", 4],
    ]
    assert near_duplicates.removed(items, threshold=0.9).tolist() == [True, False, True]


def test_an_item_without_an_embedding_is_named():
    frames = pd.DataFrame({"id": ["a"], "frame": [0], "cosine": [0.5], "place": [0]})
    index = pd.DataFrame({"id": ["a", "b"], "dataset": "web", "kind": "image", "label": "x"})
    with pytest.raises(ValueError, match=r"no embedding of 1 items \(b\)"):
        near_duplicates.per_item(frames, pd.DataFrame({"id": ["t"], "frame": [0]}), index)


def test_shares_by_class_and_a_histogram_from_the_lowest_to_1(items):
    gone = near_duplicates.removed(items, threshold=0.9)
    assert near_duplicates.by_class(items, gone).values.tolist() == [
        ["image", "x", 1, 0, 0.0], ["image", "y", 1, 1, 1.0], ["video", "x", 1, 1, 1.0],
    ]  # fmt: skip
    table = near_duplicates.histogram(items)
    assert table.groupby("kind")["items"].sum().to_dict() == {"image": 2, "video": 1}
    images = table[table["kind"] == "image"]
    assert images["from"].iloc[0] == pytest.approx(0.9)
    assert images["to"].iloc[-1] == pytest.approx(1.0)
    assert images["items"].tolist() == [1, 1, *[0] * 8]


def textured(seed):
    """A picture of random shapes -> uint8 (96, 128, 3)."""
    random = np.random.default_rng(seed)
    picture = np.full((96, 128, 3), random.integers(40, 216, 3), np.uint8)
    for _ in range(12):
        first, second = random.integers(0, 128, 2), random.integers(0, 96, 2)
        cv2.rectangle(
            picture,
            (int(first[0]), int(second[0])),
            (int(first[1]), int(second[1])),
            random.integers(0, 256, 3).tolist(),
            -1,
        )
    return picture


def embedded(picture):
    """Pixels at 8 x 8: an embedding that needs no network."""
    return cv2.resize(picture, (8, 8), interpolation=cv2.INTER_AREA).astype(np.float32).ravel()


def test_planted_copies_resized_recompressed_and_cropped_are_found_and_others_kept():
    """Recall 1 and no false one at 0.9, of 60 pictures, by the centred cosine of small pixels."""
    originals = [textured(seed) for seed in range(60)]
    copies = []
    for number, picture in enumerate(originals[:30]):
        if number % 3 == 0:
            picture = cv2.resize(picture, None, fx=0.6, fy=0.6, interpolation=cv2.INTER_AREA)
        elif number % 3 == 1:
            coded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 40])[1]
            picture = cv2.imdecode(coded, cv2.IMREAD_COLOR)
        else:
            picture = picture[3:-3, 4:-4]
        copies.append(embedded(picture))
    others = [embedded(textured(seed)) for seed in range(100, 160)]
    target = np.stack([embedded(picture) for picture in originals])
    changes = near_duplicates.comparison(target, "centred")
    cosine, place = near_duplicates.most_similar(Rows(np.stack(copies + others), **changes), Rows(target, **changes))
    assert (cosine[:30] > 0.9).all()
    assert place[:30].tolist() == list(range(30))
    assert (cosine[30:] <= 0.9).all()

import itertools

import numpy as np
import pytest

from i2v_core.methods.stcda.clustering import cluster, table

CLASSES = 3


def directions(dim=8):
    return np.eye(dim)[:CLASSES]


def around(labels, seed, *, noise=0.15, turn=0.0, dim=8):
    """V of any length around the direction of each class, turned towards a common one as another domain would be."""
    random = np.random.default_rng(seed)
    common = np.eye(dim)[-1]
    centres = (1 - turn) * directions(dim) + turn * common
    lengths = random.uniform(0.5, 20, (len(labels), 1))
    return lengths * (centres[labels] + noise * random.standard_normal((len(labels), dim)))


def planted(counts=(200, 100, 20), **options):
    labels = np.repeat(np.arange(CLASSES), counts)
    sides = ({"rgb": 1, "flow": 2}, {"rgb": 3, "flow": 4})
    labels_src = np.repeat(np.arange(CLASSES), 20)
    source = {view: around(labels_src, seed) for view, seed in sides[0].items()}
    target = {view: around(labels, seed, turn=0.3, **options) for view, seed in sides[1].items()}
    return source, labels_src, target, labels


def one_view(sides, view="rgb"):
    source, labels_src, target, labels = sides
    return {view: source[view]}, labels_src, {view: target[view]}, labels


@pytest.mark.parametrize("match", [False, True])
@pytest.mark.parametrize("fuse", [False, True])
def test_planted_classes_of_unequal_size_are_found(fuse, match):
    source, labels_src, target, labels = planted()
    found = cluster(source, labels_src, target, classes=CLASSES, fuse=fuse, match=match)
    assert found.converged
    for view in ("rgb", "flow"):
        assert np.mean(found.labels[view] == labels) > 0.99


def slow_spherical(source, labels_src, target, tolerance=0.005, iterations=50):
    """Spherical k-means of one view by loops: nearest centre by the largest cosine."""

    def unit(x):
        return x / np.sqrt((x**2).sum())

    start = [unit(sum(unit(v) for v, y in zip(source, labels_src, strict=True) if y == c)) for c in range(CLASSES)]
    centres = list(start)
    for _ in range(iterations):
        labels = [int(np.argmax([unit(v) @ c for c in centres])) for v in target]
        new = []
        for c in range(CLASSES):
            members = [unit(v) for v, y in zip(target, labels, strict=True) if y == c]
            new.append(unit(sum(members)) if members else start[c])
        moved = np.mean([(1 - a @ b) / 2 for a, b in zip(new, centres, strict=True)])
        centres = new
        if moved < tolerance:
            break
    return [int(np.argmax([unit(v) @ c for c in centres])) for v in target]


@pytest.mark.parametrize("noise", [0.15, 0.6])
def test_one_view_is_spherical_k_means(noise):
    source, labels_src, target, _ = one_view(planted(noise=noise))
    found = cluster(source, labels_src, target, classes=CLASSES, match=False)
    assert found.labels["rgb"].tolist() == slow_spherical(source["rgb"], labels_src, target["rgb"])


def test_lengths_of_features_change_nothing():
    source, labels_src, target, _ = planted()
    plain = cluster(source, labels_src, target, classes=CLASSES)
    target = {view: x * np.random.default_rng(5).uniform(0.01, 100, (len(x), 1)) for view, x in target.items()}
    scaled = cluster(source, labels_src, target, classes=CLASSES)
    assert np.array_equal(plain.labels["rgb"], scaled.labels["rgb"])
    np.testing.assert_allclose(plain.distances["flow"], scaled.distances["flow"], atol=1e-12)  # float64


def test_order_of_target_videos_changes_nothing():
    source, labels_src, target, _ = planted(noise=0.5)
    plain = cluster(source, labels_src, target, classes=CLASSES)
    order = np.random.default_rng(6).permutation(len(target["rgb"]))
    moved = cluster(source, labels_src, {view: x[order] for view, x in target.items()}, classes=CLASSES)
    assert moved.iterations == plain.iterations
    for name in ("labels", "own", "kept"):
        for view in target:
            assert np.array_equal(getattr(moved, name)[view], getattr(plain, name)[view][order])


def angled(*degrees):
    radians = np.radians(degrees)
    return np.stack([np.cos(radians), np.sin(radians)], axis=1)


def test_distances_of_both_views_are_added():
    """Centres at 0 and 90 degrees in both views. A video at 50 and 30: 2 sin(25) + 2 sin(15) = 1.363 to class 0,
    2 sin(20) + 2 sin(30) = 1.684 to class 1; so class 0, where RGB alone says 1. The many
    other videos hold the centres where they are."""
    source = {view: angled(0, 90) for view in ("rgb", "flow")}
    weights = [0] * 60 + [90] * 60
    target = {"rgb": angled(50, *weights), "flow": angled(30, *weights)}
    found = cluster(source, np.array([0, 1]), target, classes=2)
    assert found.labels["rgb"][0] == found.labels["flow"][0] == 0
    assert (found.own["rgb"][0], found.own["flow"][0]) == (1, 0)
    assert found.agreement == pytest.approx(120 / 121)
    apart = cluster(source, np.array([0, 1]), target, classes=2, fuse=False)
    assert (apart.labels["rgb"][0], apart.labels["flow"][0]) == (1, 0)


def test_the_sum_is_of_distances_not_of_their_squares():
    """RGB at 35 degrees between centres at 0 and 90, flow at 100 between 0 and 180. With 2 sin(angle / 2):
    0.601 + 1.532 = 2.133 against 0.923 + 1.286 = 2.209, class 0; squares 2.709 against 2.506, class 1."""
    source = {"rgb": angled(0, 90), "flow": angled(0, 180)}
    target = {"rgb": angled(35, *[0] * 500, *[90] * 500), "flow": angled(100, *[0] * 500, *[180] * 500)}
    assert cluster(source, np.array([0, 1]), target, classes=2).labels["rgb"][0] == 0


def test_centres_of_the_target_replace_those_of_the_source():
    """Source centres at 0 and 90 degrees; target groups at 30 (nine) and 100 (nine), one video at 62.

    The first round gives it to class 1 (28 against 62 degrees); then the centres are near 30 and 96, and class 0
    is nearer (32 against 34): later rounds give it to class 0."""
    source, target = {"rgb": angled(0, 90)}, {"rgb": angled(*[30] * 9, *[100] * 9, 62)}
    first = cluster(source, np.array([0, 1]), target, classes=2, iterations=0)
    final = cluster(source, np.array([0, 1]), target, classes=2)
    assert first.labels["rgb"][-1] == 1
    assert final.labels["rgb"][-1] == 0
    assert (first.converged, final.converged) == (False, True)


def test_iterations_end_the_clustering():
    source, labels_src, target, _ = planted(noise=0.8)
    found = cluster(source, labels_src, target, classes=CLASSES, iterations=2, tolerance=0.0)
    assert (found.iterations, found.converged) == (2, False)


def test_a_tolerance_above_any_distance_stops_after_one_update():
    source, labels_src, target, _ = planted(noise=0.8)
    found = cluster(source, labels_src, target, classes=CLASSES, tolerance=1.1)
    assert (found.iterations, found.converged) == (1, True)


def test_a_class_without_a_video_keeps_its_source_centre():
    source = {"rgb": np.eye(3) * 5}
    target = {"rgb": np.eye(3)[[0, 0, 1, 1]] + 0.01}
    found = cluster(source, np.arange(3), target, classes=3)
    assert found.labels["rgb"].tolist() == [0, 0, 1, 1]
    assert np.isfinite(found.distances["rgb"]).all()


def test_a_class_without_a_video_can_win_one_later():
    """Starts at 0 and 90 degrees; nine videos at -40, one at 40: all of class 0, whose centre goes to -32.

    Then 40 is 72 degrees from class 0 and 50 from the start of class 1."""
    found = cluster({"rgb": angled(0, 90)}, np.array([0, 1]), {"rgb": angled(*[-40] * 9, 40)}, classes=2)
    assert found.labels["rgb"].tolist() == [0] * 9 + [1]


def test_all_views_must_stand_still():
    """RGB starts where it ends, flow turns by 40 degrees, (1 - cos 40) / 2 = 0.117: a second update is needed."""
    source = {view: angled(0, 90) for view in ("rgb", "flow")}
    target = {"rgb": angled(0, 0, 90, 90), "flow": angled(40, 40, 130, 130)}
    assert cluster(source, np.array([0, 1]), target, classes=2).iterations == 2
    assert cluster(source, np.array([0, 1]), {"rgb": target["rgb"], "flow": target["rgb"]}, classes=2).iterations == 1


def test_matching_is_the_best_of_all_ways_to_pair_clusters_with_source_centres():
    """At a tolerance of almost 0 the last centres are the directions of the clusters' sums."""
    changed = 0
    for seed in range(100):
        random = np.random.default_rng(seed)
        source = {view: random.standard_normal((4, 2)) for view in ("rgb", "flow")}
        target = {view: random.standard_normal((12, 2)) for view in ("rgb", "flow")}
        options = {"classes": 4, "tolerance": 1e-12, "iterations": 200}
        plain = cluster(source, np.arange(4), target, match=False, **options).labels["rgb"]
        if len(set(plain)) < 4:
            continue
        starts = {view: x / np.linalg.norm(x, axis=1, keepdims=True) for view, x in source.items()}
        costs = np.zeros((4, 4))
        for view, x in target.items():
            units = x / np.linalg.norm(x, axis=1, keepdims=True)
            for number in range(4):
                centre = units[plain == number].sum(axis=0)
                centre /= np.linalg.norm(centre)
                costs[number] += np.linalg.norm(starts[view] - centre, axis=1)
        orders = list(itertools.permutations(range(4)))
        best = orders[int(np.argmin([costs[range(4), order].sum() for order in orders]))]
        matched = cluster(source, np.arange(4), target, **options).labels["rgb"]
        assert matched.tolist() == [best[label] for label in plain]
        changed += matched.tolist() != plain.tolist()
    assert changed >= 5


def test_filter_threshold_leaves_far_videos_out():
    """Cosine distance (1 - cos) / 2 to the centre near 0 degrees: 0.0076 at 10, 0.067 at 30 degrees."""
    source = {"rgb": angled(0, 90)}
    target = {"rgb": angled(*[0] * 200, *[90] * 200, 10, 30)}
    kept = cluster(source, np.array([0, 1]), target, classes=2, filter_threshold=0.05).kept["rgb"]
    assert kept[:401].all()
    assert not kept[401]
    assert cluster(source, np.array([0, 1]), target, classes=2).kept["rgb"].all()


def test_fused_views_filter_by_their_mean_distance_and_single_ones_by_their_own():
    source = {view: angled(0, 90) for view in ("rgb", "flow")}
    held = [0] * 200 + [90] * 200
    target = {"rgb": angled(30, *held), "flow": angled(0, *held)}
    options = {"classes": 2, "filter_threshold": 0.05}
    fused = cluster(source, np.array([0, 1]), target, **options)
    apart = cluster(source, np.array([0, 1]), target, fuse=False, **options)
    assert (fused.kept["rgb"][0], fused.kept["flow"][0]) == (True, True)  # (0.067 + 0) / 2
    assert (apart.kept["rgb"][0], apart.kept["flow"][0]) == (False, True)


def test_small_classes_lose_their_videos():
    source, target = {"rgb": angled(0, 90)}, {"rgb": angled(0, 1, 2, 89, 90)}
    found = cluster(source, np.array([0, 1]), target, classes=2, min_per_class=3)
    assert found.kept["rgb"].tolist() == [True, True, True, False, False]


def test_videos_that_are_too_far_do_not_count_for_their_class():
    """In class 0 two of three are near: less than three kept ones."""
    held = [0] * 2 + [40] + [90] * 3
    options = {"classes": 2, "filter_threshold": 0.02, "min_per_class": 3}
    found = cluster({"rgb": angled(0, 90)}, np.array([0, 1]), {"rgb": angled(*held)}, **options)
    assert found.kept["rgb"].tolist() == [False] * 3 + [True] * 3


def test_opposite_features_are_kept_where_nothing_is_filtered():
    for seed in range(20):  # rounding makes some cosines leave [-1, 1]
        row = np.random.default_rng(seed).standard_normal((1, 7))
        found = cluster({"rgb": row}, np.array([0]), {"rgb": np.concatenate([row, row, -row])}, classes=1)
        assert found.distances["rgb"][2] == pytest.approx(1)
        assert found.distances["rgb"].min() >= 0
        assert found.kept["rgb"].all()


def test_table_has_a_row_per_video():
    source, labels_src, target, _ = planted((3, 2, 1))
    found = cluster(source, labels_src, target, classes=CLASSES, min_per_class=2)
    ids = [f"v{i}" for i in range(6)]
    rows = table(found, ids, ["climb", "golf", "walk"])
    views = ("rgb", "flow")
    parts = ("label", "class", "own", "distance", "kept")
    assert rows.columns.tolist() == ["id", *(f"{part}_{view}" for view in views for part in parts)]
    assert rows["id"].tolist() == ids
    assert rows["class_rgb"].tolist() == ["climb"] * 3 + ["golf"] * 2 + ["walk"]
    assert rows["kept_flow"].tolist() == [True] * 5 + [False]


def broken(view="rgb", side="target", **change):
    source, labels_src, target, _ = planted((3, 2, 1))
    arrays = source if side == "source" else target
    for place, value in change.get("put", {}).items():
        arrays[view][place] = value
    return source, change.get("labels_src", labels_src), change.get("target", target)


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        (broken(put={2: 0.0}), r"^target rgb features: length 0.0 in row 2 found, a finite one above 0 wanted"),
        (broken(put={1: np.nan}, side="source"), r"^source rgb features: length nan in row 1 found"),
        (broken(labels_src=np.repeat([0, 1], 30)), r"^labels_src: classes \[0, 1\] found, all of 0 to 2 wanted"),
        (broken(labels_src=np.repeat([0, 1, 3], 20)), r"^labels_src: classes \[0, 1, 3\] found"),
        (broken(target={"rgb": np.ones((2, 8))}), r"^views: \['rgb', 'flow'\] and \['rgb'\] found, the same ones"),
        (
            broken(target={"rgb": np.ones((2, 8)), "flow": np.ones((3, 8))}),
            r"^flow features: shapes \(60, 8\) and \(3, 8\)",
        ),
        (broken(target={"rgb": np.ones((0, 8)), "flow": np.ones((0, 8))}), r"^rgb features: shapes \(60, 8\) and \(0"),
        (
            broken(target={"rgb": np.ones((2, 7)), "flow": np.ones((2, 8))}),
            r"^rgb features: shapes \(60, 8\) and \(2, 7",
        ),
    ],
)
def test_unfit_arguments_are_named(parts, message):
    with pytest.raises(ValueError, match=message):
        cluster(*parts, classes=CLASSES)

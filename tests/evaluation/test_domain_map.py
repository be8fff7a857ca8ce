"""How far domains are mixed, and the picture of it."""

import numpy as np
import pytest

from i2v_core.evaluation import domain_map
from i2v_core.evaluation.domain_map import Embeddings


def cloud(count, *, gap, seed=0, classes=("run", "walk")):
    """Points of three domains around centres `gap` apart, `count` of each domain and class."""
    random = np.random.default_rng(seed)
    rows = [(domain, name) for domain in domain_map.DOMAINS for name in classes for _ in range(count)]
    places = {domain: place * gap for place, domain in enumerate(domain_map.DOMAINS)}
    vectors = random.standard_normal((len(rows), 4)) + np.array([[places[domain], 0, 0, 0] for domain, _ in rows])
    domains, names = (np.array(column, dtype=object) for column in zip(*rows, strict=True))
    return Embeddings(vectors, domains, names)


def test_mixing_is_about_1_where_domains_do_not_differ_and_0_where_they_lie_apart():
    together, apart = cloud(60, gap=0.0), cloud(60, gap=50.0)
    assert domain_map.mixing(together.vectors, together.domains) == pytest.approx(1.0, abs=0.08)
    assert domain_map.mixing(apart.vectors, apart.domains) == 0.0


def test_mixing_equals_a_double_loop():
    found = cloud(9, gap=1.0)
    n, shares, expected = len(found.vectors), [], []
    for i in range(n):
        others = sorted(
            (j for j in range(n) if j != i), key=lambda j: np.sum((found.vectors[i] - found.vectors[j]) ** 2)
        )
        shares.append(np.mean([found.domains[j] != found.domains[i] for j in others[:5]]))
        expected.append(np.mean([found.domains[j] != found.domains[i] for j in others]))
    assert domain_map.mixing(found.vectors, found.domains) == pytest.approx(np.mean(shares) / np.mean(expected))


def test_the_probe_tells_domains_apart_only_where_they_differ():
    together, apart = cloud(60, gap=0.0), cloud(60, gap=50.0)
    assert domain_map.probe(apart.vectors, apart.domains) == 1.0
    assert domain_map.probe(together.vectors, together.domains) == pytest.approx(1 / 3, abs=0.1)


def test_too_few_points_and_one_domain_are_refused():
    found = cloud(2, gap=0.0)
    with pytest.raises(ValueError, match=r"mixing: 4 points of domains \['image'\] found"):
        domain_map.mixing(found.vectors[:4], found.domains[:4])
    with pytest.raises(ValueError, match=r"domain probe: points \{'image': 4, 'video': 1\}"):
        domain_map.probe(found.vectors[:5], found.domains[:5])
    with pytest.raises(ValueError, match="perplexity 5 with 12 points found"):
        domain_map.places(found.vectors, perplexity=5)


def test_a_sample_has_at_most_so_many_points_of_each_domain_and_class_and_is_the_same_each_time():
    found = domain_map.sampled(cloud(9, gap=0.0), 4)
    pairs = list(zip(found.domains, found.classes, strict=True))
    counts = {pair: pairs.count(pair) for pair in pairs}
    assert len(counts) == 6
    assert set(counts.values()) == {4}
    assert np.array_equal(found.vectors, domain_map.sampled(cloud(9, gap=0.0), 4).vectors)


def test_tables_have_points_of_each_model_and_class_and_measures_of_all_together(tmp_path):
    models = {"before": cloud(8, gap=9.0), "after": cloud(8, gap=0.0)}
    points, measures = domain_map.tables(models, ["run"], perplexity=5)
    assert points.groupby("model").size().to_dict() == {"after": 24, "before": 24}
    rows = measures.set_index(["model", "class"])
    assert rows.loc[("before", "all"), "points"] == 48
    assert rows.loc[("before", "run"), "mixing"] < 0.2 < rows.loc[("after", "run"), "mixing"]
    assert measures["probe_by_chance"].tolist() == pytest.approx([1 / 3] * len(measures))
    for name in ("a.png", "b.png"):
        domain_map.draw(points, measures, tmp_path / name)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()

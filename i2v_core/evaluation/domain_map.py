"""Maps of the embeddings of three domains (t-SNE), a panel for each model and class, and how far domains are mixed."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib import style
from matplotlib.figure import Figure

from i2v_core.evaluation import figures
from i2v_core.seeding import generator

DOMAINS = {"image": "red", "video": "green", "target": "blue"}  # the paper's colours (figure 2)
NEIGHBOURS = 5
FOLDS = 5
PRINCIPAL = 50  # components that t-SNE gets at most
COLUMNS = ["model", "class", "domain", "x", "y"]
MEASURES = ["model", "class", "points", "mixing", "probe", "probe_by_chance"]


@dataclass(frozen=True)
class Embeddings:
    """vectors (n, d), the domain and the class of each."""

    vectors: np.ndarray
    domains: np.ndarray
    classes: np.ndarray

    def of_class(self, name: str) -> "Embeddings":
        """Those of one class."""
        chosen = self.classes == name
        return Embeddings(self.vectors[chosen], self.domains[chosen], self.classes[chosen])


def mixing(vectors: np.ndarray, domains: np.ndarray) -> float:
    """Share of the five nearest neighbours (Euclidean) that are of another domain, over what chance would give.

    mixing = mean_i (1/5) sum_{j in 5-NN(i)} [domain_j != domain_i]  /  mean_i (1 - (n_domain(i) - 1) / (n - 1))
    1 = domains cannot be told by their neighbourhoods, 0 = they lie apart.
    Raises ValueError with fewer than seven points or one domain.
    """
    from sklearn.neighbors import NearestNeighbors

    n = len(vectors)
    names, counts = np.unique(domains, return_counts=True)
    if n < NEIGHBOURS + 2 or len(names) < 2:
        raise ValueError(f"mixing: {n} points of domains {names.tolist()} found, seven of two domains wanted")
    places = NearestNeighbors(n_neighbors=NEIGHBOURS, algorithm="brute").fit(vectors).kneighbors(return_distance=False)
    found = (domains[places] != domains[:, None]).mean()
    own = dict(zip(names, counts, strict=True))
    return float(found / np.mean([1 - (own[name] - 1) / (n - 1) for name in domains]))


def probe(vectors: np.ndarray, domains: np.ndarray) -> float:
    """Share of points whose domain a linear classifier tells, by cross validation in five parts (fewer of few points).

    Logistic regression on standardised vectors with equal weight for each domain; accuracy is the mean over domains, so
    that chance is 1 / domains. The paper's own probe trains a network (4.3: over 99 %).
    Raises ValueError if a domain has a single point, or there is one domain.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold, cross_val_predict
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from threadpoolctl import threadpool_limits

    names, counts = np.unique(domains, return_counts=True)
    if len(names) < 2 or counts.min() < 2:
        found = dict(zip(names.tolist(), counts.tolist(), strict=True))
        raise ValueError(f"domain probe: points {found} found, two of each of two domains wanted")
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=2000, class_weight="balanced"))
    parts = StratifiedKFold(min(FOLDS, counts.min()), shuffle=True, random_state=0)
    with threadpool_limits(1):
        told = cross_val_predict(model, vectors, domains, cv=parts)
    return float(np.mean([(told[domains == name] == name).mean() for name in names]))


def places(vectors: np.ndarray, *, perplexity: float) -> np.ndarray:
    """t-SNE of the first 50 principal components (van der Maaten and Hinton 2008) -> (n, 2).

    Raises ValueError unless 1 <= perplexity < n / 3, beyond which neighbourhoods mean nothing.
    """
    from sklearn.decomposition import PCA
    from sklearn.manifold import TSNE
    from threadpoolctl import threadpool_limits

    if not 1 <= perplexity < len(vectors) / 3:
        raise ValueError(
            f"perplexity {perplexity:g} with {len(vectors)} points found, 1 <= perplexity < points / 3 wanted; lower it"
        )
    with threadpool_limits(1):  # sums over several threads differ from run to run
        reduced = PCA(min(PRINCIPAL, *vectors.shape), random_state=0).fit_transform(vectors)
        return TSNE(perplexity=perplexity, init="pca", random_state=0, n_jobs=1).fit_transform(reduced)


def sampled(found: Embeddings, points: int) -> Embeddings:
    """At most `points` of each domain and class, drawn by a fixed seed."""
    chosen = []
    for domain in DOMAINS:
        for name in sorted(set(found.classes)):
            rows = np.flatnonzero((found.domains == domain) & (found.classes == name))
            chosen.append(np.sort(generator(0, "map", domain, name).permutation(rows)[:points]))
    rows = np.concatenate(chosen)
    return Embeddings(found.vectors[rows], found.domains[rows], found.classes[rows])


def tables(models: dict[str, Embeddings], classes: list[str], *, perplexity: float) -> tuple:
    """Points, a row each with columns COLUMNS, and measures per model and class, and of all classes (`all`).

    -> (pd.DataFrame, pd.DataFrame with columns MEASURES); probe_by_chance is 1 / domains.
    """
    points, measures = [], []
    for model, found in models.items():
        for name in [*classes, "all"]:
            part = found if name == "all" else found.of_class(name)
            chance = 1 / len(set(part.domains))
            numbers = (mixing(part.vectors, part.domains), probe(part.vectors, part.domains), chance)
            measures.append((model, name, len(part.vectors), *numbers))
            if name != "all":
                x, y = places(part.vectors, perplexity=perplexity).T
                columns = {"model": model, "class": name, "domain": part.domains, "x": x, "y": y}
                points.append(pd.DataFrame(columns, columns=COLUMNS))
    return pd.concat(points, ignore_index=True), pd.DataFrame(measures, columns=MEASURES)


def draw(points: pd.DataFrame, measures: pd.DataFrame, out: Path) -> None:
    """A row of panels for each model, a panel for each class; red web images, green web videos, blue target."""
    models, classes = points["model"].unique(), points["class"].unique()
    numbers = measures.set_index(["model", "class"])
    with style.context("default"):
        figure = Figure(figsize=(1.2 + 3 * len(classes), 3.3 * len(models)), layout="constrained")
        panels = figure.subplots(len(models), len(classes), squeeze=False)
        for model, row in zip(models, panels, strict=True):
            for name, axes in zip(classes, row, strict=True):
                part = points[(points["model"] == model) & (points["class"] == name)]
                for domain, colour in DOMAINS.items():
                    rows = part[part["domain"] == domain]
                    axes.scatter(rows["x"], rows["y"], s=7, color=colour, label=domain, linewidths=0)
                found = numbers.loc[(model, name)]
                axes.set(xticks=[], yticks=[], title=name)
                axes.set_xlabel(f"mixing {found['mixing']:.2f}, probe {100 * found['probe']:.0f} %", fontsize=8)
            row[0].set_ylabel(model)
        handles, labels = panels[0][0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=len(DOMAINS))
        figures.save(figure, out)

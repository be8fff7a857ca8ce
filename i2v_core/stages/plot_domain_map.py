"""Draws embeddings of web images, web videos and target videos before and after adaptation, class by class (t-SNE)."""

from pathlib import Path

import h5py

from i2v_core import cli, storage
from i2v_core.evaluation import domain_map


def run(
    *,
    embeddings: list[Path],
    titles: list[str],
    classes: list[str],
    points: int,
    perplexity: float,
    out: Path,
    table: Path,
    measures: Path,
) -> None:
    """embeddings: a file of extract_domain_embeddings per model; titles: one per model. points: of a domain and class.

    Writes a PNG, the points, and mixing and probe of domains (see `evaluation.domain_map`) per model and class.
    Raises ValueError if there are not as many titles as files, and for a class that a file lacks.
    """
    if len(embeddings) != len(titles):
        raise ValueError(f"{len(embeddings)} files of embeddings, titles {titles} found, a title for each wanted")
    models = {title: _read(path, classes) for path, title in zip(embeddings, titles, strict=True)}
    models = {title: domain_map.sampled(found, points) for title, found in models.items()}
    found, numbers = domain_map.tables(models, classes, perplexity=perplexity)
    storage.write_csv(found, table)
    storage.write_csv(numbers, measures)
    domain_map.draw(found, numbers, out)


def _read(path: Path, classes: list[str]) -> domain_map.Embeddings:
    with h5py.File(path) as file:
        domains, names = (file[name].asstr()[:] for name in ("domains", "classes"))
        found = domain_map.Embeddings(file["vectors"][:], domains, names)
    lacking = sorted(set(classes) - set(found.classes))
    if lacking:
        raise ValueError(f"{path}: no embedding of class {', '.join(lacking)} found, some of each wanted")
    return found


if __name__ == "__main__":
    cli.entry(run)

"""The methods as their papers and the authors' MATLAB functions write them: dense n x n matrices, loops, no shortcuts.

Rows are samples, as in the package; kernel forms return coefficients, primal forms directions.
"""

import numpy as np
import scipy.linalg
from scipy.spatial.distance import cdist


def unit(rows):
    return rows / np.sqrt((rows**2).sum(axis=1))[:, None]


def nearest(reference, labels, queries):
    return labels[cdist(queries, reference).argmin(axis=1)]


def centring(n):
    return np.eye(n) - np.ones((n, n)) / n


def kernel_matrix(rows, kernel, gamma=1.0):
    if kernel == "linear":
        return rows @ rows.T
    return np.exp(-gamma * cdist(rows, rows, "sqeuclidean"))


def discrepancy(labels_src, labels_tgt, n_tgt, *, marginal, by_class=1.0):
    """w_0 M_0 + w_1 sum_c M_c, n x n, entry by entry; labels_tgt None: no classes."""
    n_src = len(labels_src)
    e = np.concatenate([np.full(n_src, 1 / n_src), np.full(n_tgt, -1 / n_tgt)])
    M = marginal * np.outer(e, e)
    if labels_tgt is not None:
        for c in np.unique(labels_src):
            e = np.zeros(n_src + n_tgt)
            e[:n_src][labels_src == c] = 1 / (labels_src == c).sum()
            if (labels_tgt == c).any():
                e[n_src:][labels_tgt == c] = -1 / (labels_tgt == c).sum()
            M += by_class * np.outer(e, e)
    return M


def top(numerator, denominator, dim):
    """Generalised eigenvectors of the largest values, best first; v^T denominator v = 1."""
    n = len(numerator)
    values, vectors = scipy.linalg.eigh(numerator, denominator, subset_by_index=[n - dim, n - 1])
    return values[::-1], vectors[:, ::-1]


def components(rows, M, *, weight, dim, kernel="primal", gamma=1.0):
    """TCA's and JDA's A with A^T X H X^T A = I, from X M X^T + weight I: A (d or n, dim) and the rows it multiplies."""
    X = rows if kernel == "primal" else kernel_matrix(rows, kernel, gamma)
    M = M / np.linalg.norm(M)
    spread = X.T @ centring(len(X)) @ X
    values, A = top((spread + spread.T) / 2, X.T @ M @ X + weight * np.eye(X.shape[1]), dim)
    return A / np.sqrt(values), X


def tca(source, target, *, weight, dim, kernel="primal", gamma=1.0):
    rows = unit(np.concatenate([source, target]))
    M = discrepancy(np.zeros(len(source)), None, len(target), marginal=1.0)
    A, X = components(rows, M, weight=weight, dim=dim, kernel=kernel, gamma=gamma)
    return unit(X @ A)


def jda(source, labels, target, *, weight, dim, iterations, kernel="primal", gamma=1.0):
    rows, n, pseudo = unit(np.concatenate([source, target])), len(source), None
    for _ in range(iterations):
        M = discrepancy(labels, pseudo, len(target), marginal=len(np.unique(labels)))
        A, X = components(rows, M, weight=weight, dim=dim, kernel=kernel, gamma=gamma)
        Z = unit(X @ A)
        pseudo = nearest(Z[:n], labels, Z[n:])
    return Z, pseudo


def tjm(source, target, *, weight, dim, iterations, scale="spread"):
    rows, n = unit(np.concatenate([source, target])), len(source)
    K = rows @ rows.T
    M = discrepancy(np.zeros(n), None, len(target), marginal=1.0)
    M, G, H = M / np.linalg.norm(M), np.ones(len(rows)), centring(len(rows))
    for _ in range(iterations):
        values, alpha = top(K @ H @ K, K @ M @ K + weight * np.diag(G), dim)
        alpha = alpha / np.sqrt(values)
        G[:n] = 1 / (np.sqrt((alpha[:n] ** 2).sum(axis=1)) + np.finfo(float).eps)
    if scale == "unit":
        alpha = alpha / np.sqrt(np.diag(alpha.T @ K @ alpha))
    return unit(K @ alpha)


def geodesic_parts(source, target, dim):
    """Ps U_1, Rs U_2 and the angles: with Rs, the orthogonal complement of the source's subspace."""

    def principal(rows):
        return np.linalg.svd(rows - rows.mean(axis=0), full_matrices=True)[2].T

    everything = principal(source)
    start, rest, end = everything[:, :dim], everything[:, dim:], principal(target)[:, :dim]
    left, cosines, right = np.linalg.svd(start.T @ end)
    angles = np.arccos(np.clip(cosines, -1, 1))
    return start @ left, -rest @ (rest.T @ end @ right.T) / np.sin(angles), angles


def geodesic_kernel(source, target, dim):
    """G in closed form, as the authors' function has it; fails where the subspaces share a direction."""
    first, across, angles = geodesic_parts(source, target, dim)
    on = np.diag(1 + np.sin(2 * angles) / (2 * angles)) / 2
    between = np.diag((-1 + np.cos(2 * angles)) / (2 * angles)) / 2
    off = np.diag(1 - np.sin(2 * angles) / (2 * angles)) / 2
    frame = np.concatenate([first, across], axis=1)
    return frame @ np.block([[on, between], [between, off]]) @ frame.T


def geodesic_quadrature(source, target, dim, points=40):
    """G as the integral over t of projections along the geodesic, by Gauss and Legendre."""
    first, across, angles = geodesic_parts(source, target, dim)
    nodes, weights = np.polynomial.legendre.leggauss(points)
    G = np.zeros((source.shape[1], source.shape[1]))
    for t, share in zip((nodes + 1) / 2, weights / 2, strict=True):
        frame = first * np.cos(t * angles) - across * np.sin(t * angles)
        G += share * frame @ frame.T
    return G


def flow(source, target, dim):
    """Rows of both domains times the d x d root of G, as in MEDA's code."""
    values, vectors = np.linalg.eigh(geodesic_kernel(source, target, dim))
    return np.concatenate([source, target]) @ (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T


def coral(source, target, ridge=1.0):
    c_src, c_tgt = (np.cov(side.T) + ridge * np.eye(side.shape[1]) for side in (source, target))
    power = scipy.linalg.fractional_matrix_power
    return (source @ power(c_src, -0.5) @ power(c_tgt, 0.5)).real


def jgsa(source, labels, target, *, dim, alpha, mu, beta, iterations):
    """The authors' function on rows already prepared, with its 2d x 2d pencil."""
    d, classes = source.shape[1], np.unique(labels)
    S_w, S_b = np.zeros((d, d)), np.zeros((d, d))
    for c in classes:
        X = source[labels == c]
        S_w += X.T @ centring(len(X)) @ X
        S_b += len(X) * np.outer(X.mean(axis=0) - source.mean(axis=0), X.mean(axis=0) - source.mean(axis=0))
    largest = scipy.linalg.block_diag(beta * S_b, mu * target.T @ centring(len(target)) @ target)
    both, one = scipy.linalg.block_diag(source, target), np.eye(d)
    pseudo = nearest(source, labels, target)
    for _ in range(iterations):
        M = discrepancy(labels, pseudo, len(target), marginal=len(classes))
        M /= np.linalg.norm(discrepancy(labels, None, len(target), marginal=len(classes)))
        smallest = both.T @ M @ both + 1e-9 * np.eye(2 * d)
        smallest += np.block([[alpha * one + beta * S_w, -alpha * one], [-alpha * one, (alpha + mu) * one]])
        W = top(largest, smallest, dim)[1]
        Z_src, Z_tgt = source @ W[:d], target @ W[d:]
        pseudo = nearest(Z_src, labels, Z_tgt)
    return Z_src, Z_tgt, pseudo


def graph_laplacian(rows, neighbours):
    n = len(rows)
    W = np.zeros((n, n))
    for i in range(n):
        cosines = rows @ rows[i]
        cosines[i] = -np.inf
        for j in np.argsort(-cosines)[:neighbours]:
            W[i, j] = max(cosines[j], 0)
    W = np.maximum(W, W.T)
    root = np.diag(1 / np.sqrt(W.sum(axis=1)))
    return np.eye(n) - root @ W @ root


def meda(source, labels, target, *, dim, weight, smoothness, shrinkage, neighbours, iterations, balance):
    """Scores of all rows and labels of the target, with one dense solve for each round; labels 0 .. C - 1."""
    flown, n, classes = flow(source, target, dim), len(source), labels.max() + 1
    rows = unit(flown)
    K, L = kernel_matrix(rows, "rbf", 0.5), graph_laplacian(rows, neighbours)
    J, one_hot = np.diag(np.repeat([1.0, 0.0], [n, len(target)])), np.zeros((len(rows), classes))
    one_hot[np.arange(n), labels] = 1
    pseudo = nearest(rows[:n], labels, rows[n:])
    for _ in range(iterations):
        mu = balance(flown[:n], labels, flown[n:], pseudo, classes)
        M = discrepancy(labels, pseudo, len(target), marginal=(1 - mu) * classes, by_class=mu)
        system = (J + weight * M / np.linalg.norm(M) + smoothness * L) @ K + shrinkage * np.eye(len(rows))
        scores = K @ np.linalg.solve(system, J @ one_hot)
        pseudo = scores[n:].argmax(axis=1)
    return scores, pseudo

"""Video-based contrastive alignment (STCDA, section 3.2): domains drawn together within classes, apart between them."""

import torch
from torch import Tensor

SMALLEST_WIDTH = 1e-5  # of a kernel, as CAN; equal rows would have 0


def video_contrastive_alignment(
    clips_src: Tensor,
    videos_src: Tensor,
    labels_src: Tensor,
    clips_tgt: Tensor,
    videos_tgt: Tensor,
    labels_tgt: Tensor,
    *,
    classes: int,
) -> Tensor:
    """`class_aware_discrepancy` of one view on clip features plus that on video features (equation 5's sum of kernels).

    Choice: all clips enter, each with its video's label; equation 5 counts one per video. Choice: both levels have the
    same kernels with widths of their own, since clip and video features differ in scale.
    clips (n, S, d), videos (n, d), labels (n,) of either domain    ->  ()
    """
    labels = [
        labels.repeat_interleave(clips.shape[1]) for labels, clips in ((labels_src, clips_src), (labels_tgt, clips_tgt))
    ]
    of_clips = class_aware_discrepancy(
        clips_src.flatten(0, 1), labels[0], clips_tgt.flatten(0, 1), labels[1], classes=classes
    )
    return of_clips + class_aware_discrepancy(videos_src, labels_src, videos_tgt, labels_tgt, classes=classes)


def class_aware_discrepancy(
    features_src: Tensor, labels_src: Tensor, features_tgt: Tensor, labels_tgt: Tensor, *, classes: int
) -> Tensor:
    """Mean discrepancy of the domains within a class less the mean discrepancy between two classes.

    L = mean_c D(c, c) - mean_c mean_{c' != c} D(c, c')                                       STCDA, equation 8
    D(a, b) = mean k_ab(s, s') + mean k_ab(t, t') - 2 mean k_ab(s, t) >= 0                    equations 5 to 7
    over source rows s, s' of class a and target rows t, t' of class b; equal rows count too
    k_ab(x, y) = sum_{i = -2 .. 2} exp(-|x - y|^2 / (2^i w_ab)), w_ab the mean of |x - y|^2 over all pairs of different
    rows of class a in the source or b in the target, at least 1e-5, held fixed in the gradient
    Choice: the kernels are those of CAN, whose metric this is; the paper names none. As there, all three means of
    D(a, b) have the width of the pair (a, b), so that D(a, b) is the squared distance of two mean embeddings. CAN also
    bounds |x - y|^2 / (2^i w) from below by 1e-5, which moves a kernel by less than that; not here.
    Choice: features are not scaled to length 1, as in CAN; the widths follow their scale.
    Choice: classes that one of the sides lacks are left out; with one class left L = D(c, c), with none L = 0 with a
    gradient of zero. With a single row on both sides D(c, c) is the same number at any distance above 0.
    features_src (n, d), labels_src (n,), features_tgt (m, d), labels_tgt (m,) in 0 .. classes - 1; n, m >= 0
    ->  () ; may be negative. 16-bit features are compared in 32 bits. Takes the memory of some n m matrices and, for
    each class that is shared, of its pairs of rows within a domain: with p even classes as much as n^2 and m^2 again.
    Raises ValueError for other shapes or labels.
    """
    _check(features_src, labels_src, features_tgt, labels_tgt, classes)
    numbers = torch.arange(classes, device=labels_src.device)
    shared = numbers[(labels_src[:, None] == numbers).any(dim=0) & (labels_tgt[:, None] == numbers).any(dim=0)]
    if len(shared) == 0:
        return (features_src.sum() + features_tgt.sum()) * 0.0
    source, members_src = _members(features_src, labels_src, shared)
    target, members_tgt = _members(features_tgt, labels_tgt, shared)
    with torch.autocast(source.device.type, enabled=False):
        # Distances come from products of rows; taken from the common mean they lose fewest digits.
        centre = torch.cat([source, target]).detach().mean(dim=0)
        source, target = source - centre, target - centre
        widths = _widths(source.detach(), members_src, target.detach(), members_tgt)
        kernels = _kernel_sum(_squares(source, target), members_src @ widths @ members_tgt.T)
        means = (members_src / members_src.sum(dim=0)).T @ kernels @ (members_tgt / members_tgt.sum(dim=0))
        own_src, own_tgt = _own_means(source, members_src, widths), _own_means(target, members_tgt, widths.T).T
        distances = own_src + own_tgt - 2 * means
    within = distances.diagonal().mean()
    if len(shared) == 1:
        return within
    between = (distances.sum() - distances.diagonal().sum()) / (len(shared) * (len(shared) - 1))
    return within - between


def _members(features: Tensor, labels: Tensor, shared: Tensor) -> tuple[Tensor, Tensor]:
    """Rows of shared classes (n, d) and which of the p classes each is in, (n, p) of zeros and ones."""
    precise = features.to(torch.promote_types(features.dtype, torch.float32))
    members = (labels[:, None] == shared).to(precise.dtype)
    kept = members.any(dim=1)
    return precise[kept], members[kept]


def _widths(source: Tensor, members_src: Tensor, target: Tensor, members_tgt: Tensor) -> Tensor:
    """w of all pairs of classes (p, p), source classes down, target classes across.

    The mean of |x - y|^2 over different rows of a group of N is 2 / (N - 1) times the sum of |x - mean|^2, and that sum
    of two groups together is the sum of both and n m / (n + m) times the squared distance of their means.
    """
    sides = []
    for rows, members in ((source, members_src), (target, members_tgt)):
        counts = members.sum(dim=0)
        means = (members / counts).T @ rows
        sides.append((counts, means, members.T @ (rows - members @ means).square().sum(dim=1)))
    (n, means_src, spread_src), (m, means_tgt, spread_tgt) = sides
    joint = n[:, None] + m
    apart = (means_src[:, None] - means_tgt).square().sum(dim=2)
    spread = spread_src[:, None] + spread_tgt + n[:, None] * m / joint * apart
    return (2 * spread / (joint - 1)).clamp(min=SMALLEST_WIDTH)


def _own_means(rows: Tensor, members: Tensor, widths: Tensor) -> Tensor:
    """Mean of k over all pairs of rows of each class under each width of its row of `widths`: (p, p), classes down.

    Each pair of different rows is computed once; n equal ones add the five kernels at 0.
    """
    left, right = (members @ members.T).triu(diagonal=1).nonzero(as_tuple=True)
    label = members[left].argmax(dim=1)
    kernels = _kernel_sum(_squares(rows, rows)[left, right][:, None], widths[label])
    counts = members.sum(dim=0)[:, None]
    return (5 * counts + 2 * members[left].T @ kernels) / counts.square()


def _squares(left: Tensor, right: Tensor) -> Tensor:
    """Squared distances of all pairs of rows: (n, d), (m, d) -> (n, m)."""
    squares = left.square().sum(dim=1)[:, None] + right.square().sum(dim=1) - 2 * left @ right.T
    return squares.clamp(min=0)


def _kernel_sum(squares: Tensor, widths: Tensor) -> Tensor:
    """The five kernels of squared distances; each is the square of the next wider one."""
    kernel = torch.exp(-squares / (4 * widths))
    total = kernel
    for _ in range(4):
        kernel = kernel.square()
        total = total + kernel
    return total


def _check(features_src: Tensor, labels_src: Tensor, features_tgt: Tensor, labels_tgt: Tensor, classes: int) -> None:
    for side, features, labels in (("src", features_src, labels_src), ("tgt", features_tgt, labels_tgt)):
        if features.ndim != 2 or labels.shape != features.shape[:1] or features.shape[1] != features_src.shape[-1]:
            shapes = f"{tuple(features.shape)} and {tuple(labels.shape)}"
            raise ValueError(f"features_{side}, labels_{side}: shapes {shapes} found, (n, d) and (n,) wanted")
        if len(labels) and not (labels.min() >= 0 and labels.max() < classes):
            raise ValueError(f"labels_{side}: {labels.min()} to {labels.max()} found, 0 to {classes - 1} wanted")

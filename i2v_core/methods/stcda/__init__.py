"""STCDA (Song et al. 2021): contrastive learning and class-aware alignment of labelled and unlabelled videos.

1. Two networks, RGB and flow, without shared weights: clip features v, their aggregation V per video, a classifier on V
   (`network`, `aggregation`; sections 3 and 4.2).
2. Corrupted copies of clips (wrong poses of some frames, wrong order of frames) and of videos (wrong order of clips,
   corrupted clips among them) as negatives (`negatives`; section 3.1, figure 3).
3. STCL: contrast of clips with their video, with the other view and with rows of memory banks; contrast of videos with
   the other view and with corrupted videos (`contrastive`, equations 1 to 3; `memory_bank`; `stcl`, equation 4).
4. Pseudo labels of target videos: k-means from the source's class centres with both views' distances added
   (`clustering`, `pseudo_labels`; section 3.2).
5. VCA: kernel discrepancy of the domains within classes less that between classes (`vca`, equations 5 to 8), on batches
   drawn class by class (`sampling`).
6. Three stages of training: contrast alone, with classification, with VCA (`objective`, equations 9 and 10).

The paper has no public code. What it leaves open is marked `Choice:` where it is decided; many of these follow the
works that it builds on: CMC (memory bank), IIC (corrupted clips), CAN (kernels, clustering), MM-SADA (fusion).
"""

"""Web supervision in two stages (Kae and Song 2019, "Image to Video Domain Adaptation Using Web Supervision").

Labels are search queries: of web images and of web videos. The target's videos have none.

1. Shots and key frames of all videos (4.2: Hecate)                                  media/shots
2. Web items that show a key frame of the target are left out (4.1)                  media/near_duplicates.py
3. The image model: web images, key frames of web videos and of target videos pass through one ResNet with a classifier
   (3.2), discriminators over its four layers behind gradient reversal (3.3, equation 1) and attention that weighs
   source samples by their likeness to the target's batch (3.4)                      models/web_image.py, objective.py
       min_(E,C) max_D  sum_i alpha_i^I CE_i + sum_j alpha_j^V CE_j + beta (L^I + L^V + L^B)      equations 2 and 3
4. The video model: the same filters frame by frame, fixed, with temporal filters behind them that start at zero within
   a residual connection (3.6, figure 5b)                                            models/lifted_resnet.py
       min_(E,C) max_D  sum_j alpha_j^V CE_j + beta L^V                                           equations 4 and 5
5. A test video's class is the mean over its key frames (3) or over a chunk of each shot (4).

Rows of the tables leave parts out, see `runs`.
"""

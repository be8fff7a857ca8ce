"""CycDA: cycles of spatial alignment and spatio-temporal learning (Lin et al., ECCV 2022; short version, section 2).

1. Stage 1, class-agnostic spatial alignment: DANN between images and target frames (`baselines.dann.losses`).
2. Frame predictions vote on video labels (`pseudo_labels.from_frames`); stage 2 trains the video model on the kept
   target videos (`spatio_temporal`).
3. The video model labels every target video (`pseudo_labels.from_videos`), each frame takes its video's label, and
   stage 3 aligns images and frames class by class (`class_aware`).
4. Step 2 again with the stage-3 image model: stage 4. Steps 3 and 4 repeat: the second cycle, the third, ...
"""

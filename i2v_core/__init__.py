"""Image-to-video domain adaptation: labelled images and unlabelled videos in, a video classifier out."""

"""A procedural world of articulated figures with true depth, written in the layouts of the real data sets."""

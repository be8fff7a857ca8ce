"""DIVAFN (Liu et al. 2020): images, keyframes and videos in one feature space, fused by semantic autoencoders.

1. Triplets of one class: a video, its own keyframe, an image (`pairing`; section III.B).
2. Three networks give F, H and G, d numbers per image, keyframe and video: two image networks with a new linear layer,
   and two layers on a fixed video feature (`networks`; section III.C.1).
3. Inner products of the outputs say whether two samples are of one class (`likelihood`; equations 1 to 6).
4. Four linear autoencoders whose hidden layer is the semantic vector of the class, on F, H, G and E = [H; G]
   (`autoencoders`; equations 7 to 13). Their weights are minimisers in closed form (`sylvester`, `semantic_space`;
   equations 18 to 24).
5. The sum of all (`objective`; equation 14) is lowered network by network, then by the autoencoders (`alternation`;
   section III.D).
6. A video is the hidden layers of three autoencoders side by side (`codes`; equation 25), for a linear SVM
   (`classifier`; section III.E). `codes` and `finetuned` have the methods of the ablations too (tables IV to X).

Matrices of the paper have samples as columns, d x n; here samples are rows, (n, d). W stays as printed, (k, d).
Symbols: a, b, c are the weights `image_video`, `image_keyframe`, `keyframe_video`; beta `decoder`, lambda `encoder`.
Deviation: equations 4 to 6 as printed have a sign wrong and are not the likelihoods of equations 1 to 3; see
`likelihood`. Equations 16 and 17 lack the terms of Auto-E, which equation 14 has; here they are in.
"""

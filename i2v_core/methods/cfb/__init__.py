"""CFB: a class-wise flow memory bank over 3-D generated source videos, with pace prediction.

1. Each labelled source image becomes a video of 16 frames by a camera that moves through the depth-lifted image; TV-L1
   flow is computed for those and for the target videos.
2. Two I3D networks, one on frames and one on flow, learn with the source's own flow in the warm-up epochs; frame-wise
   logits of the RGB branch add `losses.frame_loss` (section 3, equations 2 and 3).
3. After the warm-up, once per epoch, all target training videos get pseudo labels from the sum of both branches'
   softmax outputs, and the most confident of each class form the bank (`bank.build`).
4. Each source video takes, in place of its own flow, the flow of bank entries of its class (`retrieval.weights`;
   equation 4).
5. Target clips are resampled at a random pace (`media.sampling.paced`) that a second head predicts (`losses.pace_loss`,
   equation 5). The sum of all is equation 6.

Consequence: the branches meet in the pseudo labels alone, so the bank changes nothing but the flow branch.
"""

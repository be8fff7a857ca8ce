import json

from matplotlib import image

from i2v_core.stages import plot_confusion


def test_draws_a_picture_that_repeats_byte_for_byte(tmp_path):
    scores = tmp_path / "scores.json"
    scores.write_text(json.dumps({"confusion": [[3, 1], [0, 2]], "classes": ["run", "walk"]}))
    for name in ("a", "b"):
        plot_confusion.run(scores=scores, title="DANN, mini-e2h (mini world)", out=tmp_path / f"{name}.png")
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    assert image.imread(tmp_path / "a.png").shape[2] == 4


def test_the_title_is_drawn(tmp_path):
    scores = tmp_path / "scores.json"
    scores.write_text(json.dumps({"confusion": [[3, 1], [0, 2]], "classes": ["run", "walk"]}))
    for title in ("one", "two"):
        plot_confusion.run(scores=scores, title=title, out=tmp_path / f"{title}.png")
    assert (tmp_path / "one.png").read_bytes() != (tmp_path / "two.png").read_bytes()

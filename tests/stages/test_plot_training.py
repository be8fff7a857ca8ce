import pytest

from i2v_core.stages import plot_training


def test_draws_a_picture_that_repeats_byte_for_byte(tmp_path):
    log = tmp_path / "train_log.csv"
    log.write_text("epoch,classification,domain\n1,2.0,0.70\n2,1.0,0.69\n")
    for name in ("a", "b"):
        plot_training.run(log=log, title="DANN", out=tmp_path / f"{name}.png")
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_a_log_without_epochs_is_an_error(tmp_path):
    log = tmp_path / "train_log.csv"
    log.write_text("step,classification\n1,2.0\n")
    with pytest.raises(ValueError, match=r"train_log\.csv: .* \['epoch'\] wanted besides"):
        plot_training.run(log=log, title="DANN", out=tmp_path / "a.png")

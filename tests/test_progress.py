import io
import logging
import sys

from i2v_core import progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_items_pass_unchanged_in_a_log_and_on_a_terminal(monkeypatch):
    assert list(progress.track(iter("abc"), "reading", 3)) == ["a", "b", "c"]
    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    assert list(progress.track(iter("abc"), "reading", 3)) == ["a", "b", "c"]
    assert "reading" in screen.getvalue()


def test_a_log_gets_a_line_when_enough_time_has_passed(monkeypatch, caplog):
    monkeypatch.setattr(progress, "SECONDS_BETWEEN_LINES", -1.0)
    with caplog.at_level(logging.INFO):
        list(progress.track(range(2), "reading", 2))
    assert [record.message.split(", about")[0] for record in caplog.records] == ["reading: 1 of 2", "reading: 2 of 2"]


def test_short_work_says_nothing(caplog):
    with caplog.at_level(logging.INFO):
        list(progress.track(range(5), "reading", 5))
    assert caplog.records == []

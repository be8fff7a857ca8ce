import json

import pytest

from i2v_core.own import choices, estimate
from i2v_core.own.facts import Facts
from i2v_core.own.networks import Networks


def facts(videos=200, **changes):
    given = {"images": {"a": 50, "b": 50}, "source_videos": {"a": 10, "b": 10}, "frames": 50.0, "labelled_classes": 2}
    return Facts(**{**given, **changes}, videos=videos)


def values(method, given, networks=None):
    made = choices.choose(method, given, networks or Networks())
    return {choice.key: json.loads(json.dumps(choice.value)) for choice in made}


@pytest.mark.parametrize("method", choices.METHODS)
def test_more_videos_and_longer_ones_take_longer(method):
    total = {}
    for name, given in (("few", facts()), ("many", facts(videos=4000)), ("long", facts(frames=500.0))):
        total[name] = sum(estimate.seconds(method, given, Networks(), values(method, given), 2).values())
    assert total["many"] > 1.3 * total["few"]
    assert total["long"] > 1.1 * total["few"]


def test_decoding_is_counted_by_frames():
    found = estimate.seconds("source-only", facts(), Networks(), values("source-only", facts()), 2)
    assert found["decoding"] == pytest.approx(200 * 50 * 0.0009)
    unknown = facts(frames=0.0)
    found = estimate.seconds("source-only", unknown, Networks(), values("source-only", unknown), 2)
    assert found["decoding"] == pytest.approx(200 * 100 * 0.0009)


def test_a_comparison_is_counted_where_there_are_labels():
    plain, labelled = (
        estimate.seconds("cycda", given, Networks(), values("cycda", given), 2)
        for given in (facts(), facts(labelled=9))
    )
    assert labelled["training"] > plain["training"]
    assert labelled["predicting"] > plain["predicting"]


def test_the_sentence_names_parts_and_says_what_is_a_guess():
    how = {"cycles": 2, "cores": 2}
    small = estimate.sentence("cycda", facts(), Networks(), values("cycda", facts()), **how)
    assert small.startswith("About ")
    assert "decoding 9 s" in small
    found = estimate.seconds("cycda", facts(), Networks(), values("cycda", facts()), 2)
    once = found.pop(estimate.ONCE)
    assert f"{(sum(found.values()) + once / 2) / 60:.0f} min (" in small
    assert "guess" not in small
    public = Networks(image="timm", video="i3d.pt")
    full = estimate.sentence("cycda", facts(), public, values("cycda", facts(), public), **how)
    assert full.endswith("a guess for a CPU, far less on a GPU.")
    assert " h (" in full

import pytest

from i2v_core.datasets.importers import willow_actions
from tests.datasets import trees

CLASSES = ("RidingBike", "RidingHorse")
LISTS = "ImageSets/Action"


def tree(root, suffix="", names=CLASSES):
    """Two classes: of each an image in train, val and test; every list names all images of its part, with CRLF."""
    parts = {"train": (1, 2), "val": (3, 4), "trainval": (1, 2, 3, 4), "test": (5, 6)}
    for number in range(1, 7):
        trees.put(root / f"JPEGImages/action{number:04d}.jpg")
    for shown, name in enumerate(names):
        for part, numbers in parts.items():
            lines = [f"action{n:04d}{suffix}  1 {'1' if n % 2 == shown else '-1'}" for n in numbers]
            trees.put(root / f"{LISTS}/{name}_{part}.txt", trees.crlf(lines))
    trees.put(root / "Annotations/action0001.xml")
    return root


def add(root, file, *lines):
    path = root / LISTS / file
    path.write_text(path.read_text() + "".join(f"{line}\n" for line in lines))


@pytest.mark.parametrize("suffix", ["", ".jpg"])
def test_images_of_all_parts_are_source_and_have_the_class_with_label_1(tmp_path, suffix):
    items, problems = willow_actions.index(tree(tmp_path, suffix), classes=list(CLASSES))
    assert problems.empty
    assert list(items["id"]) == [
        "RidingBike/action0002", "RidingBike/action0004", "RidingBike/action0006",
        "RidingHorse/action0001", "RidingHorse/action0003", "RidingHorse/action0005",
    ]  # fmt: skip
    row = items.set_index("id").loc["RidingBike/action0006"]
    assert list(row) == ["JPEGImages/action0006.jpg", "image", "RidingBike", "", "train", "train", "train"]


def test_several_people_of_one_class_make_one_image_of_it(tmp_path):
    root = tree(tmp_path)
    add(root, "RidingBike_test.txt", "action0006 2 1", "action0006 3 -1")
    items, problems = willow_actions.index(root, classes=list(CLASSES))
    assert problems.empty
    assert len(items) == 6


def test_an_image_of_two_classes_and_one_of_none_are_rows_and_left_out(tmp_path):
    root = tree(tmp_path)
    trees.put(root / "JPEGImages/action0007.JPG")
    add(root, "RidingBike_test.txt", "action0005 2 1", "action0007 1 -1")
    items, problems = willow_actions.index(root, classes=list(CLASSES))
    assert len(items) == 5
    assert trees.rows(problems) == [
        ("JPEGImages/action0005.jpg", "bad-split-line", "action0005 is of RidingBike and RidingHorse",
         "one class an image"),
        ("JPEGImages/action0007.JPG", "bad-split-line", "action0007 is of no class", "one class an image"),
    ]  # fmt: skip


def test_every_problem_is_a_row(tmp_path):
    root = tree(tmp_path)
    trees.put(root / "JPEGImages/action0099.jpg")
    trees.put(root / "JPEGImages/action0002.jpg", "")
    (root / "JPEGImages/action0001.jpg").unlink()
    add(root, "RidingBike_test.txt", "action0006 1", "action0006 1 0")
    trees.put(root / LISTS / "Flying_test.txt", "action0006 1 -1\n")
    trees.put(root / LISTS / "notes.txt")
    _, problems = willow_actions.index(root, classes=list(CLASSES))
    line, lists = "<image> <person> <label>, label 1 or -1", f"<Class>_<part>.txt for {willow_actions.CLASSES}"
    assert trees.rows(problems) == [
        (f"{LISTS}/Flying_test.txt", "unknown-class", "list Flying_test.txt", lists),
        (f"{LISTS}/RidingBike_test.txt", "bad-split-line", "line 3: action0006 1", line),
        (f"{LISTS}/RidingBike_test.txt", "bad-split-line", "line 4: action0006 1 0", line),
        (f"{LISTS}/notes.txt", "unknown-class", "list notes.txt", lists),
        ("JPEGImages/action0001", "missing", "not there", f"the file named in {LISTS}/RidingBike_train.txt line 1"),
        ("JPEGImages/action0002.jpg", "undecodable", "0 bytes (an empty file or a broken link)", "a file with content"),
        ("JPEGImages/action0099.jpg", "surplus", "a file that no list names", "a line in the lists"),
    ]


def test_a_class_without_lists_is_a_row_unless_classes_leaves_it_out(tmp_path):
    root = tree(tmp_path)
    for part in ("train", "trainval", "test"):
        (root / LISTS / f"RidingHorse_{part}.txt").unlink()
    _, problems = willow_actions.index(root, classes=list(CLASSES))
    wanted = "the lists of the class, or `classes` without it"
    rows = [row for row in trees.rows(problems) if row[0].startswith(LISTS)]
    assert rows == [
        (f"{LISTS}/RidingHorse_test.txt", "missing", "not there", wanted),
        (f"{LISTS}/RidingHorse_trainval.txt", "missing", "not there", wanted),
    ]
    assert (f"{LISTS}/Running_test.txt", "missing") in trees.kinds(willow_actions.index(root)[1])


def test_train_alone_does_for_trainval(tmp_path):
    root = tree(tmp_path)
    for name in CLASSES:
        (root / LISTS / f"{name}_trainval.txt").unlink()
    assert willow_actions.index(root, classes=list(CLASSES))[1].empty


def test_lists_match_in_any_spelling_and_by_alias(tmp_path):
    root = tree(tmp_path, names=("riding_bike", "horse"))
    items, problems = willow_actions.index(root, classes=list(CLASSES), aliases={"horse": "RidingHorse"})
    assert problems.empty
    assert set(items["label"]) == set(CLASSES)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"classes": ["Cooking"]}, r"classes: \['Cooking'\] found, some of \['InteractingWithComputer', .* wanted"),
        ({"aliases": {"horse": "Cooking"}}, r"aliases: 'horse' stands for 'Cooking', one of \['Interacting.* wanted"),
    ],
)
def test_an_unknown_class_is_an_error(tmp_path, options, message):
    with pytest.raises(ValueError, match=message):
        willow_actions.index(tree(tmp_path), **options)


@pytest.mark.parametrize("gone", [".", "JPEGImages", LISTS])
def test_an_absent_folder_is_an_error_that_says_what_belongs_there(tmp_path, gone):
    root = tree(tmp_path / "root")
    (root / gone).rename(tmp_path / "elsewhere")
    with pytest.raises(FileNotFoundError, match=r"no such folder; JPEGImages/<image> and ImageSets/Action/"):
        willow_actions.index(root)


def test_lists_that_name_nothing_are_an_error(tmp_path):
    for folder in ("JPEGImages", LISTS):
        (tmp_path / folder).mkdir(parents=True)
    with pytest.raises(FileNotFoundError, match="nothing of this layout found; JPEGImages"):
        willow_actions.index(tmp_path)

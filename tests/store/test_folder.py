import numpy as np
import pandas as pd
import pytest

from tunti.errors import TuntiError
from tunti.store.folder import FolderStore, whole_file, whole_folder
from tunti.store.hashes import content_hash


@pytest.fixture
def store(tmp_path):
    (tmp_path / "project.toml").write_text('[project]\nname = "Å"\n', encoding="utf-8")
    return FolderStore(tmp_path)


def test_a_missing_folder_is_told(tmp_path):
    with pytest.raises(TuntiError, match="tunti new"):
        FolderStore(tmp_path / "nowhere")


def test_a_folder_without_settings_is_no_project(tmp_path):
    with pytest.raises(TuntiError, match=r"project\.toml"):
        FolderStore(tmp_path)


def test_results_come_back_as_they_were_kept(store):
    store.keep("times", "k", {"a": [1, "Ö"]}, {"x": np.arange(5, dtype=np.uint16)})
    values, arrays = store.result("times", "k")
    assert values == {"a": [1, "Ö"]}
    assert arrays["x"].dtype == np.uint16
    assert arrays["x"].tolist() == [0, 1, 2, 3, 4]
    assert store.result("times", "other") is None


def test_a_damaged_result_is_no_result(store):
    store.keep("times", "k", {}, {"x": np.arange(5)})
    path = next((store.folder / ".tunti" / "results").iterdir())
    path.write_bytes(path.read_bytes()[:50])
    assert store.result("times", "k") is None


def test_a_file_is_whole_or_not_there(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")

    def interrupted():
        with whole_file(path) as beside:
            beside.write_text("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_a_folder_is_whole_or_as_before(tmp_path):
    target = tmp_path / "plan"
    with whole_folder(target) as beside:
        (beside / "a").write_text("1")

    def full_disk():
        with whole_folder(target) as beside:
            (beside / "b").write_text("2")
            raise OSError(28, "No space left on device")

    with pytest.raises(TuntiError, match="No space left"):
        full_disk()
    assert [p.name for p in target.iterdir()] == ["a"]
    with whole_folder(target) as beside:
        (beside / "c").write_text("3")
    assert [p.name for p in target.iterdir()] == ["c"]
    assert [p.name for p in tmp_path.iterdir()] == ["plan"]


def test_hashes_follow_the_content_alone():
    table = pd.DataFrame({"a": pd.array([1, None], dtype="Int64"), "b": pd.array(["x", "Å"], dtype="string")})
    same = table.copy()
    same.index = [7, 9]
    assert content_hash(table) == content_hash(same)
    assert content_hash(table) != content_hash(table.assign(a=pd.array([2, None], dtype="Int64")))
    assert content_hash(table) != content_hash(table.rename(columns={"a": "c"}))
    assert content_hash(np.arange(3)) != content_hash(np.arange(3, dtype=np.int32))
    assert content_hash("a", "b") != content_hash("ab")


def test_a_missing_scenario_lists_the_others(store):
    (store.folder / "scenarios").mkdir()
    (store.folder / "scenarios" / "talvi.toml").write_text("")
    with pytest.raises(TuntiError, match="talvi"):
        store.scenario_text("kesä")

import ast
import gzip
import itertools
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from index.article import Article, Failure
from index.extract import files, read_path

TEXT = "The depot would be finished by autumn, the minister said. The road to it would be widened first."


def outcome(path: Path) -> list[str]:
    """What was read, by title or text, and why other things were not."""
    return [found.text if isinstance(found, Article) else found.reason for found in read_path(path)]


@pytest.mark.parametrize("ending", [".txt", ".md", ".json", ".jsonl", ".TXT"])
@pytest.mark.parametrize("packed", [False, True])
def test_each_type_is_read_plain_and_packed(tmp_path: Path, ending: str, packed: bool) -> None:
    content = json.dumps({"text": TEXT}) if "json" in ending else TEXT
    path = tmp_path / f"a{ending}{'.gz' if packed else ''}"
    path.write_bytes(gzip.compress(content.encode()) if packed else content.encode())
    assert outcome(path) == [TEXT]


def test_a_folder_is_read_in_the_order_of_names_with_the_folders_in_it(tmp_path: Path) -> None:
    for name in ("b.txt", "a/c.txt", "a/.hidden.txt", ".git/d.txt", "picture.png", "style.css", "word.docx"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(f"{TEXT} {name}")
    found = list(read_path(tmp_path))
    assert [Path(one.source).name for one in found] == ["c.txt", "b.txt", "word.docx"]
    assert isinstance(found[-1], Failure)
    assert "convert" in found[-1].reason


def test_the_path_is_the_identity_however_it_is_written(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(TEXT)
    (tmp_path / "b").mkdir()
    first, second = [
        next(iter(read_path(path))) for path in (tmp_path / "a.txt", tmp_path / "b" / ".." / "a.txt")
    ]
    assert isinstance(first, Article)
    assert first == second
    assert first.identity == str((tmp_path / "a.txt").resolve())


def test_bad_files_are_named_one_by_one_and_the_others_are_read(tmp_path: Path) -> None:
    (tmp_path / "binary.txt").write_bytes(bytes(range(256)) * 40)
    (tmp_path / "empty.txt").write_bytes(b"")
    (tmp_path / "blank.md").write_bytes(b" \r\n\t\n")
    (tmp_path / "empty.jsonl").write_bytes(b"\n")
    (tmp_path / "good.txt").write_text(TEXT)
    (tmp_path / "office.txt").write_bytes(b"PK\x03\x04" + bytes(400))
    (tmp_path / "packed.txt.gz").write_bytes(gzip.compress(TEXT.encode())[:40])
    (tmp_path / "link.txt").symlink_to(tmp_path / "nowhere.txt")
    found = {Path(one.source).name: one for one in read_path(tmp_path)}
    words = {
        "binary.txt": "binary",
        "empty.txt": "empty",
        "blank.md": "empty",
        "empty.jsonl": "empty",
        "office.txt": "Office",
        "packed.txt.gz": "damaged",
        "link.txt": "link",
    }
    assert isinstance(found.pop("good.txt"), Article)
    assert found.keys() == words.keys()
    for name, word in words.items():
        failure = found[name]
        assert isinstance(failure, Failure)
        assert word in failure.reason
        assert "\n" not in failure.reason


def test_what_is_missing_or_no_file_is_named(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    assert "does not exist" in outcome(tmp_path / "missing.txt")[0]
    assert "neither" in outcome(tmp_path / "pipe.txt")[0]
    assert "type" in outcome_of_unknown(tmp_path)[0]
    (tmp_path / "nothing").mkdir()
    assert "holds no file" in outcome(tmp_path / "nothing")[0]


def outcome_of_unknown(folder: Path) -> list[str]:
    (folder / "a.docx").write_bytes(b"PK")
    return outcome(folder / "a.docx")


def test_a_folder_without_rights_is_named(tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir()
    (tmp_path / "closed" / "a.txt").write_text(TEXT)
    (tmp_path / "b.txt").write_text(TEXT)
    (tmp_path / "c.txt").write_text(TEXT)
    (tmp_path / "c.txt").chmod(0)
    (tmp_path / "closed").chmod(0)
    tmp_path.chmod(0o755)
    try:
        if os.geteuid() == 0:  # root reads everything: another process drops its rights
            found = as_nobody(tmp_path)
        else:
            found = [(type(one).__name__, Path(one.source).name) for one in read_path(tmp_path)]
    finally:
        (tmp_path / "closed").chmod(0o755)
    assert found == [("Article", "b.txt"), ("Failure", "c.txt"), ("Failure", "closed")]


def as_nobody(folder: Path) -> list[tuple[str, str]]:
    code = (
        "import os, sys; from pathlib import Path; sys.path.insert(0, os.getcwd())\n"
        "from index.extract import read_path\n"
        f"folder = {str(folder)!r}; os.chdir('/'); os.setgid(65534); os.setuid(65534)\n"
        "print([(type(one).__name__, Path(one.source).name) for one in read_path(Path(folder))])"
    )
    for parent in itertools.takewhile(lambda parent: parent.parent != parent, folder.parents):
        if not parent.stat().st_mode & 0o005:
            parent.chmod(parent.stat().st_mode | 0o055)
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    found: list[tuple[str, str]] = ast.literal_eval(run.stdout)
    return found


def test_a_line_over_the_limit_is_passed_over_in_bounded_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "MOST_BYTES", 1000)
    path = tmp_path / "a.jsonl"
    good = json.dumps({"text": TEXT})
    path.write_text("\n".join([good, json.dumps({"text": TEXT * 100_000}), good.replace("autumn", "spring")]))
    first, bad, last = read_path(path)
    assert isinstance(first, Article)
    assert isinstance(last, Article)
    assert isinstance(bad, Failure)
    assert bad.source.endswith("a.jsonl:2")


def test_a_file_that_unpacks_to_more_than_the_limit_is_one_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "MOST_BYTES", 100_000)
    (tmp_path / "a.txt.gz").write_bytes(gzip.compress(b"a" * 10_000_000))
    (reason,) = outcome(tmp_path / "a.txt.gz")
    assert "too long" in reason


def test_what_was_read_before_a_packed_file_breaks_off_is_kept(tmp_path: Path) -> None:
    lines = [json.dumps({"text": f"{TEXT} {number} {os.urandom(40).hex()}"}) for number in range(30_000)]
    packed = gzip.compress("\n".join(lines).encode())
    (tmp_path / "a.jsonl.gz").write_bytes(packed[: len(packed) // 2])
    found = list(read_path(tmp_path / "a.jsonl.gz"))
    assert len(found) > 1000
    assert all(isinstance(one, Article) for one in found[:-1])
    assert isinstance(found[-1], Failure)
    assert "damaged" in found[-1].reason


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (TEXT.replace("The", "Thé").encode("cp1252"), TEXT.replace("The", "Thé")),
        (("\ufeff" + TEXT).encode(), TEXT),
        (TEXT.encode("utf-16"), TEXT),
        (TEXT.encode("utf-16-le"), TEXT),
        (("Ä ö ü " + TEXT).encode() + b" Caf\xe9 \x93open\x94", "Ä ö ü " + TEXT + " Café “open”"),
        (TEXT.replace(". ", ".\r\n").encode(), TEXT.replace(". ", ".\n")),
        (
            (
                "Міністр сказав, що склад буде готовий восени, а дорогу до нього розширять ще раніше." * 3
            ).encode("cp1251"),
            "Міністр сказав, що склад буде готовий восени, а дорогу до нього розширять ще раніше." * 3,
        ),
    ],
)
def test_any_encoding_is_recovered(tmp_path: Path, content: bytes, text: str) -> None:
    (tmp_path / "a.txt").write_bytes(content)
    assert outcome(tmp_path / "a.txt") == [text]


def test_a_page_or_a_document_under_a_wrong_name_is_told_by_its_first_bytes(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(
        f"<!DOCTYPE html><html><body><article><p>{TEXT}</p></article></body></html>"
    )
    (found,) = outcome(tmp_path / "a.txt")
    assert "<p>" not in found


def test_reading_text_and_json_imports_nothing_slow(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(TEXT)
    (tmp_path / "b.jsonl").write_text(
        json.dumps({"text": TEXT, "title": "A Depot", "url": "https://example.org/a"})
    )
    code = (
        "import sys; from pathlib import Path; from index.extract import read_path\n"
        f"assert len(list(read_path(Path({str(tmp_path)!r})))) == 2\n"
        "print([name for name in ('trafilatura', 'lxml', 'pypdf', 'charset_normalizer', 'pycountry') "
        "if name in sys.modules])"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path.cwd()
    )
    assert run.stdout.strip() == "[]"

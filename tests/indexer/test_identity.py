"""Content hashes."""

from pathlib import Path

from indexer.identity import WHOLE_BELOW_BYTES, content_hash


def test_hash_follows_the_bytes_and_not_the_name(tmp_path: Path) -> None:
    one, two, three = tmp_path / "a.jpg", tmp_path / "b.png", tmp_path / "c"
    one.write_bytes(b"same")
    two.write_bytes(b"same")
    three.write_bytes(b"other")

    assert content_hash(one) == content_hash(two) != content_hash(three)


def test_large_files_differ_by_head_middle_tail_and_size(tmp_path: Path) -> None:
    size = WHOLE_BELOW_BYTES + 1000
    changes: list[dict[int, bytes]] = [{}, {0: b"x"}, {size // 2: b"x"}, {size - 1: b"x"}]
    hashes = []
    for n, change in enumerate(changes):
        path = tmp_path / f"{n}"
        with path.open("wb") as stream:
            stream.truncate(size)
            for where, byte in change.items():
                stream.seek(where)
                stream.write(byte)
        hashes.append(content_hash(path))
    longer = tmp_path / "longer"
    with longer.open("wb") as stream:
        stream.truncate(size + 1)
    hashes.append(content_hash(longer))

    assert len(set(hashes)) == len(hashes)

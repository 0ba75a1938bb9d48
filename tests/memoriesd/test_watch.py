import threading
from pathlib import Path

from memoriesd.watch import LONGEST_WAIT_S, Settling, watching

A, B = Path("/a"), Path("/b")


def test_root_is_due_when_it_stood_still() -> None:
    settling = Settling(5.0)
    settling.note(A, 100.0)
    settling.note(A, 103.0)

    assert settling.take_settled(107.9) == ()
    assert settling.take_settled(108.0) == (A,)
    assert settling.take_settled(109.0) == ()


def test_root_that_never_rests_is_due_after_a_while() -> None:
    settling = Settling(5.0)
    now_s = 0.0
    while not settling.take_settled(now_s):
        settling.note(A, now_s)
        now_s += 1.0

    assert now_s == LONGEST_WAIT_S


def test_wait_is_until_the_next_root_is_due() -> None:
    settling = Settling(5.0)
    settling.note(A, 10.0)
    settling.note(B, 12.0)

    assert settling.wait_s(13.0) == 2.0
    settling.take_settled(15.0)
    assert settling.wait_s(15.0) == 2.0


def test_new_file_below_a_root_is_heard(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    heard = threading.Event()

    with watching([tmp_path], lambda _: heard.set()) as unwatched:
        (tmp_path / "deep" / "a.jpg").write_bytes(b"x")
        came = heard.wait(5.0)

    assert came
    assert unwatched == ()


def test_reading_a_file_is_not_heard(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"x")
    heard: list[Path] = []

    with watching([tmp_path], heard.append):
        (tmp_path / "a.jpg").read_bytes()
        (tmp_path / "b.jpg").touch()
        while not heard:
            pass

    assert set(heard) == {tmp_path}


def test_root_that_is_not_there_is_left_to_the_rescan(tmp_path: Path) -> None:
    with watching([tmp_path / "away"], lambda _: None) as unwatched:
        pass

    assert unwatched == (tmp_path / "away",)

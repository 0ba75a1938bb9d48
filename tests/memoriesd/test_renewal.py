from memoriesd.renewal import LOOK_EVERY_S, Renewal, installed_version


def looks(versions: list[str]) -> list[bool]:
    """What is found minute by minute while these versions are installed, the first at the start."""
    at = iter(range(100))
    renewal = Renewal(lambda: versions.pop(0), lambda: next(at) * LOOK_EVERY_S)
    return [renewal.is_due() for _ in range(len(versions))]


def test_version_that_stays_is_no_reason_to_start_anew() -> None:
    assert looks(["1.0", "1.0", "1.0"]) == [False, False]


def test_new_version_takes_over_once_it_was_there_for_a_while() -> None:
    assert looks(["1.0", "1.1", "1.1"]) == [False, True]


def test_installer_at_work_is_waited_for() -> None:
    assert looks(["1.0", "", "", "1.1", "1.1"]) == [False, False, False, True]


def test_version_is_that_of_the_package() -> None:
    assert installed_version()[0].isdigit()

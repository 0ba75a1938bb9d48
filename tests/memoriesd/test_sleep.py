import pytest

from memoriesd.sleep import Slept


@pytest.mark.parametrize(
    ("wall_s", "steady_s", "noticed"),
    [
        (1005.0, 5.0, False),
        (1005.4, 5.0, False),
        (1000.0 + 8 * 3600, 5.0, True),
        (1000.0 - 3600, 5.0, True),
    ],
)
def test_night_and_a_clock_that_is_set_are_noticed_once(
    wall_s: float, steady_s: float, *, noticed: bool
) -> None:
    walls, steadies = [1000.0, wall_s, wall_s + 5], [0.0, steady_s, steady_s + 5]
    slept = Slept(lambda: walls.pop(0), lambda: steadies.pop(0))

    found = [slept.noticed(), slept.noticed()]

    assert found == [noticed, False]


def test_running_machine_has_not_slept() -> None:
    assert not Slept().noticed()

"""What the systems say of who sits before them, in their own words."""

import pytest

from memoriesd.presence import idle_s, parse_ioreg, parse_loginctl

NOW_S = 1_750_000_600.0


@pytest.mark.parametrize(
    ("told", "expected_s"),
    [
        ("IdleHint=yes\nIdleSinceHint=1750000000000000\n", 600.0),
        ("IdleHint=no\nIdleSinceHint=1750000000000000\n", 0.0),
        ("IdleHint=yes\nIdleSinceHint=1750009999000000\n", 0.0),
        ("IdleHint=no\nIdleSinceHint=0\n", None),
        ("", None),
        ("Failed to connect to bus: No such file or directory", None),
    ],
    ids=["away", "here", "clock set back", "desktop that never tells", "nothing", "no manager"],
)
def test_login_manager_is_understood(told: str, expected_s: float | None) -> None:
    assert parse_loginctl(told, NOW_S) == expected_s


def test_input_devices_of_macos_are_understood() -> None:
    told = '    | |   "HIDParameters" = {"x"=1}\n    | |   "HIDIdleTime" = 2500000000\n'

    assert parse_ioreg(told) == 2.5
    assert parse_ioreg("no such class") is None


def test_system_that_does_not_tell_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")

    assert idle_s() is None

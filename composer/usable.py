"""A theme that can be rendered on this machine."""

from pathlib import Path

from composer.render.effects import build_effects
from composer.render.fonts import is_installed, package_of
from themes.load import load_theme
from themes.theme import Theme, ThemeError


def usable_theme(name_or_path: str | Path) -> Theme:
    """Read a theme, and check what can only be known here: its fonts and its effects.

    Raises
    ------
    ThemeError
        If there is no such theme, a value is not usable, a font is not installed, or moviepy does
        not take an effect's parameters.
    """
    theme = load_theme(name_or_path)
    for face in (theme.type.title, theme.type.subtitle, theme.type.caption):
        if not is_installed(face.family):
            raise ThemeError(
                f"{name_or_path}: the font {face.family!r} is not installed",
                remedy=f"pip install {package_of(face.family)}, or name another family",
            )
    try:
        build_effects(theme.effects)
    except ThemeError as error:
        raise ThemeError(f"{name_or_path}: {error}", remedy=error.remedy) from error
    return theme

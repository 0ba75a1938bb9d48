"""How one shot gives way to the next: functions on planes.

Each takes the outgoing picture, the incoming one, the progress (0: only the first, 1: only the
second) and the storyboard's parameters, and returns a picture of its own or one of the two.
"""

from collections.abc import Callable, Mapping

from composer.render.planes import Planes
from composer.render.transitions.blur_dissolve import blur_dissolve
from composer.render.transitions.cut import cut
from composer.render.transitions.dip_to_black import dip_to_black
from composer.render.transitions.dip_to_colour import dip_to_colour
from composer.render.transitions.dissolve import dissolve
from composer.render.transitions.light_leak import light_leak
from composer.render.transitions.push import push
from composer.render.transitions.soft_wipe import soft_wipe
from composer.render.transitions.zoom_through import zoom_through

Params = Mapping[str, float | str]
TransitionFunction = Callable[[Planes, Planes, float, Params], Planes]

TRANSITIONS: dict[str, TransitionFunction] = {
    function.__name__: function
    for function in (
        cut,
        dissolve,
        dip_to_black,
        dip_to_colour,
        push,
        soft_wipe,
        zoom_through,
        blur_dissolve,
        light_leak,
    )
}

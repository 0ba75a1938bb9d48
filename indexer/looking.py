"""What the pixels of one item show: the worker's side of pass two.

Decoded once, at the size that faces, scene and quality need; a video is looked at frame by frame.
"""

from indexer.chosen import ModelChoice, tools_for
from indexer.clips import look_at_video
from indexer.errors import refusal
from indexer.identity import content_hash
from indexer.photographs import look_at_photo
from indexer.pixels import Pixels, PixelTask


def look(task: PixelTask, choice: ModelChoice, stage_model: str) -> Pixels:
    """Look at an item's pixels.

    Parameters
    ----------
    task : PixelTask
        The item.
    choice : ModelChoice
        Which models to look with.
    stage_model : str
        What that choice came to when the job began.

    Raises
    ------
    UnreadableMediaError
        If the file holds no picture that can be read.
    MissingResourceError
        If the choice comes to other models here: another machine lacks their files, or they were
        exchanged. What they see would be taken for the first ones' work. Or if one does not run.
    """
    tools = tools_for(choice, stage_model)
    try:
        if task.is_video:
            return look_at_video(task, tools, content_hash(task.path))
        return look_at_photo(task, tools)
    except OSError as error:
        raise refusal(error) from error

"""The command ``memoriesd``: commands by name, loaded when they are called, and exit codes."""

import difflib
import importlib
import sys
import traceback
from collections.abc import Sequence
from typing import Any

import click

from memoriesd.exits import CommandFailedError, Exit, exit_of, explain

COMMANDS: dict[str, tuple[str, str]] = {
    "init": ("setup", "Write a commented configuration file and say what to do next."),
    "index": ("work", "Scan the folders and index what is new."),
    "cluster": ("work", "Find people, events and trips."),
    "memories": ("memories", "Choose anew, and show what could be made and why."),
    "compose": ("work", "Make a movie."),
    "run": ("service", "Run the daemon: watch, index, and make movies on schedule."),
    "service": ("install", "Install or remove the background service."),
    "status": ("service", "Tell what is going on and what the catalog holds."),
    "pause": ("service", "Let the daemon stop working until told to go on."),
    "resume": ("service", "Let the daemon go on."),
    "rescan": ("service", "Let the daemon look through all folders now."),
    "jobs": ("service", "List jobs: queued, running, done and failed."),
    "people": ("people", "List, name and correct people."),
    "exclude": ("exclude", "Say what is never shown."),
    "items": ("items", "List photos and videos; favourites, hidden ones."),
    "search": ("items", "Find photos and videos by words."),
    "forget": ("forget", "Remove what is known of a person, a path, or all."),
    "undo": ("forget", "Take the last correction of people back."),
    "movies": ("movies", "List, open, keep and veto movies."),
    "storyboard": ("storyboards", "Show and change how a movie is made up."),
    "themes": ("themes", "List, show and check themes."),
    "music": ("themes", "List the music, or write a preview of it."),
    "models": ("models", "List, get and measure the model packs."),
    "labels": ("labels", "List the words that scenes are labelled with; teach your own."),
    "export": ("export", "Write what the catalog knows as JSON."),
    "bench": ("bench", "Measure speed, memory and quality on a drawn library."),
    "doctor": ("setup", "Check the installation and tell what is missing."),
}
"""Every command: the module of ``memoriesd.cli`` that has it, and its line in ``--help``.

Kept here so that ``--help`` imports none of them; a test compares both.
"""


class LazyGroup(click.Group):
    """Commands that are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The names, in the order of the table."""
        return list(COMMANDS)

    def get_command(
        self,
        ctx: click.Context,  # noqa: ARG002 - click's signature
        cmd_name: str,
    ) -> click.Command | None:
        """The command of a name, imported now."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"memoriesd.cli.{COMMANDS[cmd_name][0]}")
        command = getattr(module, f"{cmd_name}_command")
        if not isinstance(command, click.Command):
            raise TypeError(f"{module.__name__}.{cmd_name}_command is no command")
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the words begin with; one that is mistyped is told the nearest."""
        near = difflib.get_close_matches(args[0], COMMANDS, n=1)
        if near and args[0] not in COMMANDS:
            ctx.fail(f"there is no command {args[0]!r}; did you mean {near[0]!r}?")
        return super().resolve_command(ctx, args)

    def format_commands(
        self,
        ctx: click.Context,  # noqa: ARG002 - click's signature
        formatter: click.HelpFormatter,
    ) -> None:
        """The table of commands, without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="memoriesd", message="%(prog)s %(version)s")
def cli() -> None:
    """Turn the photographs and videos in your folders into short movies.

    Nothing leaves this machine; originals are only read. Begin with: memoriesd init
    """


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and end the process with its exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    sys.exit(run(words))


def run(words: Sequence[str]) -> int:
    """Run a command; what went wrong is told in one or two lines on standard error."""
    debug = "--debug" in words
    try:
        answer: Any = cli.main(list(words), prog_name="memoriesd", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        return Exit.INTERRUPTED
    except BrokenPipeError:
        # The reader of our output has gone, as `head` does; there is nobody to tell.
        sys.stderr.close()
        return Exit.DONE
    except CommandFailedError as error:
        return _tell(str(error), error.remedy, error.exit_code, error.details if debug else "")
    except Exception as error:  # noqa: BLE001 - the last line of defence: never a bare traceback
        return _tell_error(error, debug=debug)
    return answer if isinstance(answer, int) else Exit.DONE


def _tell_error(error: Exception, *, debug: bool) -> int:
    details = "".join(traceback.format_exception(error)) if debug else ""
    code = exit_of(error)
    if code is None:
        message = f"internal error: {type(error).__name__}: {error}"
        return _tell(message, "run it again with --debug and report it", Exit.NOTHING, details)
    return _tell(*explain(error), code, details)


def _tell(message: str, remedy: str, code: int, details: str) -> int:
    if details:
        click.echo(details.rstrip(), err=True)
    click.echo(f"memoriesd: {message}", err=True)
    if remedy:
        click.echo(f"  {remedy}", err=True)
    return code

"""``init`` and ``doctor``."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import click
import platformdirs

from indexer.catalog.rescue import put_told
from indexer.errors import NothingToDoError
from memoriesd.cli.options import Session, echo_json, echo_path, json_option, session_command
from memoriesd.cli.running import run_job
from memoriesd.clock import local_today, utc_now
from memoriesd.config import default_output
from memoriesd.doctor import Finding, Health, examine
from memoriesd.exits import ConfigError, Exit
from memoriesd.folders import make_private
from memoriesd.locks import alone, is_held
from memoriesd.repair import Repair, repair
from memoriesd.starter import starter_text


@click.command("init", short_help="Write a commented configuration file and say what to do next.")
@click.option(
    "--root",
    "roots",
    multiple=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="A folder to watch; may be given several times.",
)
@click.option("--output", type=click.Path(file_okay=False, path_type=Path), help="Where movies go.")
@click.option("--force", is_flag=True, help="Write over a configuration that is there.")
@session_command
def init_command(
    session: Session, roots: tuple[Path, ...], output: Path | None, *, force: bool
) -> None:
    """Write a commented configuration file and say what to do next."""
    path = session.folders.config_file
    if path.exists() and not force:
        raise NothingToDoError(
            f"{path} is there already", remedy="edit it, or write it anew with --force"
        )
    wanted = [root.absolute() for root in roots] or _usual_folders()
    to = (output or default_output()).absolute()
    for folder in (*wanted, to):
        _refuse_other_bytes(path, folder)
    if not path.parent.exists():
        make_private(path.parent)
    old = path.with_name(path.name + ".old")
    is_kept = path.exists()
    if is_kept:
        shutil.copy2(path, old)
    path.write_text(starter_text(wanted, to), encoding="utf-8")
    path.chmod(0o600)
    if is_kept:
        click.echo(f"kept the configuration until now as {echo_path(old)}")
    click.echo(f"wrote {echo_path(path)}")
    for root in wanted:
        click.echo(f"  watches {echo_path(root)}" + ("" if root.exists() else " (not there yet)"))
    if not wanted:
        click.echo(
            "  watches nothing yet: write your folders into [library] roots of it, or:"
            " memoriesd init --force --root FOLDER"
        )
    if is_held(session.folders.daemon_lock):
        click.echo("the running daemon goes on as configured before: end it and start it anew,")
        click.echo("or where it is installed as a service: memoriesd service install")
    click.echo("next: memoriesd run, which does everything from here on by itself")
    click.echo("or step by step: memoriesd index, then cluster, then memories, then compose")


def _refuse_other_bytes(config_file: Path, folder: Path) -> None:
    try:
        str(folder).encode()
    except UnicodeEncodeError as error:
        raise ConfigError(
            config_file,
            f"cannot name {echo_path(folder)}, whose name is not UTF-8",
            remedy="rename that folder, or watch the one above it",
        ) from error


def _usual_folders() -> list[Path]:
    """The folders for pictures and videos that this person has."""
    usual = [platformdirs.user_pictures_path(), platformdirs.user_videos_path()]
    return [folder for folder in usual if folder.is_dir()]


@click.command("doctor", short_help="Check the installation and tell what is missing.")
@click.option("--repair", "repairs", is_flag=True, help="Mend a damaged or lost catalog.")
@json_option
@session_command
def doctor_command(session: Session, *, repairs: bool, as_json: bool) -> int:
    """Check the installation and tell what is missing.

    With --repair a damaged catalog is set aside, the newest sound copy takes its place (or an
    empty one), what you told is put back, and the library is read again.
    """
    if repairs:
        _mend(session)
    findings = examine(session.folders, session.config())
    if as_json:
        echo_json(
            {
                "checks": [
                    {
                        "name": each.name,
                        "health": each.health,
                        "found": each.found,
                        "remedy": each.remedy,
                    }
                    for each in findings
                ]
            }
        )
    else:
        for each in findings:
            mark = {Health.GOOD: "ok  ", Health.WARNING: "note", Health.BAD: "BAD "}[each.health]
            click.echo(f"{mark}  {each.name}: {each.found}")
            if each.remedy:
                click.echo(f"        {each.remedy}")
    return _exit_of(findings)


def _mend(session: Session) -> None:
    with alone(session.folders):
        done = repair(session.folders, utc_now())
    if done is None:
        click.echo("nothing had to be repaired")
        return
    _tell_repair(done)
    config = session.config()
    if not config.library.roots:
        click.echo("next: memoriesd index FOLDER, to read the library again")
        return
    for kind in ("index", "cluster", "memories"):
        run_job(session, config, kind, {}, local_today())
    if done.told is not None:
        with session.catalog() as catalog:
            put_told(catalog, done.told)
    click.echo("the library was read again")


def _tell_repair(done: Repair) -> None:
    click.echo(f"the catalog could not be used: {done.damage}")
    if done.set_aside is not None:
        click.echo(f"it was set aside: {echo_path(done.set_aside)}")
    if done.backup is not None:
        click.echo(f"in its place is the copy {echo_path(done.backup)}")
    else:
        click.echo("there is no sound copy: everything is read from the media again")
    click.echo(f"corrections taken over from the journal: {done.n_corrections:,}")
    for lost in () if done.told is None else done.told.lost:
        click.echo(f"could not be read any more, as of the copy now: {lost}", err=True)


def _exit_of(findings: Sequence[Finding]) -> int:
    bad = any(each.health is Health.BAD for each in findings)
    return Exit.MISSING_RESOURCE if bad else Exit.DONE

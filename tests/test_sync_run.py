"""index/sync/run.py: what changed is stored, what vanished goes only when that is certain, what fails stops nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sync_library import FakeSource, Page, World, counts, gone

from index.errors import SourceError
from index.identity import document_id
from index.records import Progress
from index.sync import plan as plans
from index.sync.plan import Rules
from index.sync.run import STOPPED, SyncRun
from index.sync.state import read_states
from index.writing import BATCH_PASSAGES, Writer


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    with closing(made.catalog):
        yield made


def source(number: int = 3) -> FakeSource:
    return FakeSource({str(n): Page(f"Page {n}", f"Seals lie on rock number {n}.") for n in range(number)})


def test_first_sync_adds_all(world: World) -> None:
    """Every page of a source becomes a document under its path, its address kept."""
    report = world.sync(source())
    assert counts(report) == (3, 0, 0, 0, 0)
    assert report.complete
    assert not report.problem
    assert world.texts() == {f"Page {n}": f"Seals lie on rock number {n}." for n in range(3)}
    document = world.catalog.document(document_id("s", "1"))
    assert document is not None
    assert (document.path, document.address) == ("Page 1", "https://wiki/Page 1")
    assert [one.done for one in world.progress if one.total] == [1, 2, 3]


def test_same_version_is_not_fetched(world: World) -> None:
    """What is listed at the same version is neither fetched nor written."""
    pages = source()
    world.sync(pages)
    pages.fetched.clear()
    change = world.catalog.change()
    assert counts(world.sync(pages)) == (0, 0, 3, 0, 0)
    assert pages.fetched == []
    assert world.catalog.change() == change


def test_new_version(world: World) -> None:
    """At another version it is fetched and stored; of the same content only the version is noted."""
    pages = source()
    world.sync(pages)
    pages.pages["1"] = Page("Page 1", "Boats fish at dawn.", "2")
    pages.pages["2"].version = "2"
    pages.fetched.clear()
    assert counts(world.sync(pages)) == (0, 1, 2, 0, 0)
    assert sorted(pages.fetched) == ["1", "2"]
    assert world.texts()["Page 1"] == "Boats fish at dawn."
    pages.fetched.clear()
    assert counts(world.sync(pages)) == (0, 0, 3, 0, 0)
    assert pages.fetched == []


def test_version_that_only_fetching_tells(world: World) -> None:
    """Without a version in the listing it is asked for every time, with what was said of it last."""
    pages = FakeSource({"a": Page("a", "Seals sleep here.", "")})
    world.sync(pages)
    assert counts(world.sync(pages)) == (0, 0, 1, 0, 0)
    assert pages.fetched == ["a", "a"]
    pages.pages["a"].text = "Boats fish here."
    assert counts(world.sync(pages)) == (0, 1, 0, 0, 0)


def test_newer_program_reads_all_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the program would make something else of the same page, every page is fetched, also where changes would do."""
    pages = source()
    pages.cursor, pages.changed = "c1", []
    world.sync(pages)
    monkeypatch.setattr(plans, "VERSIONS", "9.9.9")
    pages.fetched.clear()
    world.sync(pages)
    assert sorted(pages.fetched) == ["0", "1", "2"]
    assert pages.listed == ["all", "all"]


def test_rename_keeps_the_id(world: World) -> None:
    """A page that is renamed stays one document, with its new path; two that change names, too."""
    pages = source()
    world.sync(pages)
    pages.pages["0"].path, pages.pages["1"].path = "Page 1", "Page 0"
    pages.pages["2"].path = "Page two"
    assert counts(world.sync(pages)) == (0, 3, 0, 0, 0)
    paths = [world.catalog.document(document_id("s", key)) for key in "012"]
    assert [one.path for one in paths if one] == ["Page 1", "Page 0", "Page two"]
    assert counts(world.sync(pages)) == (0, 0, 3, 0, 0)


def test_renamed_to_the_name_of_one_that_fails(world: World) -> None:
    """A page takes the name of another that could not be read again; both are kept."""
    pages = source()
    world.sync(pages)
    pages.pages["0"].path = "Page 1"
    pages.pages["1"] = Page("Page 9", "BROKEN", "2")
    report = world.sync(pages)
    assert counts(report) == (0, 1, 1, 0, 1)
    assert len(world.texts()) == 3
    assert world.texts()["Page 1"] == "Seals lie on rock number 0."


def test_vanished_is_removed(world: World) -> None:
    """After a whole listing, what is not in it is removed."""
    pages = source(10)
    world.sync(pages)
    del pages.pages["3"], pages.pages["7"]
    assert counts(world.sync(pages)) == (0, 0, 8, 2, 0)
    assert set(world.texts()) == {f"Page {n}" for n in range(10) if n not in (3, 7)}


@pytest.mark.parametrize("down_after", [0, 1, 8])
def test_broken_listing_removes_nothing(world: World, down_after: int) -> None:
    """A source that is down, or breaks off in the middle, loses nothing; what it listed until then is brought in."""
    pages = source(10)
    world.sync(pages)
    first = read_states(world.catalog)["s"]
    for key in ("8", "9"):
        del pages.pages[key]
    pages.pages["0"] = Page("Page 0", "Boats fish at dawn.", "2")
    pages.pages = pages.pages | {"new": Page("New", "New here.")}
    pages.down_after = down_after
    report = world.sync(pages)
    assert "the server is gone" in report.problem
    assert not report.complete
    assert report.removed == report.held == 0
    assert len(world.texts()) == 10
    assert (world.texts()["Page 0"] == "Boats fish at dawn.") == (down_after > 0)
    assert read_states(world.catalog)["s"].listed == first.listed


def test_many_at_once_need_a_yes(world: World) -> None:
    """More than a fifth at once is not removed without a yes, and is asked about again at the next sync."""
    pages = source(10)
    pages.cursor, pages.changed = "c1", []
    world.sync(pages)
    for key in ("1", "2", "3"):
        del pages.pages[key]
    for _ in range(2):
        report = world.sync(pages, Rules(full=True))
        assert (report.removed, report.held) == (0, 3)
        assert len(world.texts()) == 10
    report = world.sync(pages, Rules(full=True, yes=True))
    assert (report.removed, report.held) == (3, 0)
    assert len(world.texts()) == 7


def test_held_changes_come_again(world: World) -> None:
    """What the changes say is gone, and was held back, is not forgotten: the next sync asks since the same moment."""
    pages = source(4)
    pages.cursor, pages.changed = "c1", []
    world.sync(pages)
    del pages.pages["1"], pages.pages["2"]
    pages.cursor, pages.changed = "c2", ["1", "2"]
    assert world.sync(pages).held == 2
    pages.cursor = "c3"
    assert world.sync(pages, Rules(yes=True)).removed == 2
    assert pages.listed == ["all", "c1", "c1"]
    assert read_states(world.catalog)["s"].cursor.endswith(" c3")


def test_one_may_always_go(world: World) -> None:
    """A single page of a small source goes without a yes."""
    pages = source(2)
    world.sync(pages)
    del pages.pages["1"]
    assert world.sync(pages).removed == 1


def test_source_that_keeps_its_documents(world: World) -> None:
    """With `delete = false` nothing is ever removed."""
    pages = source(2)
    world.sync(pages)
    del pages.pages["1"]
    assert counts(world.sync(pages, Rules(delete=False, yes=True))) == (0, 0, 1, 0, 0)
    assert len(world.texts()) == 2


def test_own_scope(world: World) -> None:
    """A source removes its own documents only."""
    world.sync(source(3), name="one")
    other = source(3)
    other.location = "elsewhere"
    world.sync(other, name="two")
    other.pages.clear()
    assert world.sync(other, Rules(yes=True), name="two").removed == 3
    assert len(world.texts("one")) == 3
    assert world.texts("two") == {}


def test_failure_goes_on(world: World) -> None:
    """What cannot be read is named and stops nothing; the state that was read last is kept, and says so."""
    pages = source()
    pages.pages["1"].text = "BROKEN"
    report = world.sync(pages)
    assert counts(report) == (2, 0, 0, 0, 1)
    assert report.failures[0].reason == "it is broken"
    pages.pages["0"] = Page("Page 0", "BROKEN", "2")
    report = world.sync(pages)
    assert counts(report) == (0, 0, 1, 0, 2)
    assert "last readable version is kept" in report.failures[-1].reason
    assert world.texts()["Page 0"] == "Seals lie on rock number 0."


def test_broken_content_is_not_fetched_again(world: World) -> None:
    """What could not be read is reported at every sync, and fetched again when it changed."""
    pages = source()
    pages.pages["1"].text = "BROKEN"
    world.sync(pages)
    pages.fetched.clear()
    assert counts(world.sync(pages)) == (0, 0, 2, 0, 1)
    assert pages.fetched == []
    pages.pages["1"] = Page("Page 1", "Whole again.", "2")
    assert counts(world.sync(pages)) == (1, 0, 2, 0, 0)
    assert world.catalog.failures() == {}


def test_failed_fetch_is_tried_again(world: World) -> None:
    """What could not be fetched is fetched at the next sync, though it is at the same version."""
    pages = source()
    pages.broken["1"] = gone()
    assert counts(world.sync(pages)) == (2, 0, 0, 0, 1)
    pages.broken.clear()
    assert counts(world.sync(pages)) == (1, 0, 2, 0, 0)
    assert world.catalog.failures() == {}


def test_failed_fetch_is_asked_for_with_the_changes(world: World) -> None:
    """Where only changes are asked for, what failed last is asked for as well."""
    pages = source()
    pages.cursor, pages.changed = "c1", []
    pages.broken["1"] = SourceError("no answer")
    world.sync(pages)
    pages.broken.clear()
    assert counts(world.sync(pages)) == (1, 0, 0, 0, 0)
    assert pages.again == ["1"]
    world.sync(pages)
    assert pages.again == []


def test_failure_is_forgotten_with_its_page(world: World) -> None:
    """A failure goes when its page is gone."""
    pages = source()
    pages.pages["1"].text = "BROKEN"
    world.sync(pages)
    del pages.pages["1"]
    world.sync(pages)
    assert world.catalog.failures() == {}


def test_source_that_answers_no_more(world: World) -> None:
    """After some fetches in a row that the source did not answer, the sync ends, says so, and removes nothing."""
    pages = source(30)
    world.sync(pages)
    for page in pages.pages.values():
        page.version = "2"
    pages.broken = {key: SourceError("no answer") for key in pages.pages}
    pages.fetched.clear()
    del pages.pages["29"]
    report = world.sync(pages)
    assert len(pages.fetched) == STOPPED
    assert "answers no more" in report.problem
    assert report.removed == 0
    assert len(world.texts()) == 30


def test_changes_only(world: World) -> None:
    """After a whole listing only changes are asked for; what they do not name stays, what they say is gone goes."""
    pages = source(10)
    pages.cursor, pages.changed = "c1", []
    world.sync(pages)
    pages.pages["1"] = Page("Page 1", "Boats fish at dawn.", "2")
    del pages.pages["2"]
    pages.cursor, pages.changed = "c2", ["1", "2"]
    pages.fetched.clear()
    report = world.sync(pages)
    assert counts(report) == (0, 1, 0, 1, 0)
    assert not report.complete
    assert pages.fetched == ["1"]
    assert len(world.texts()) == 9
    pages.changed = []
    world.sync(pages)
    assert pages.listed == ["all", "c1", "c2"]


def test_all_again_when_due(world: World) -> None:
    """All is listed again after the time that was set, when it is asked for, and when the clock was set back."""
    pages = source()
    pages.cursor, pages.changed = "c1", []
    world.sync(pages)
    world.sync(pages, Rules(full_seconds=0))
    world.sync(pages, Rules(full=True))
    assert pages.listed == ["all"] * 3
    world.catalog.query("UPDATE syncs SET listed = '2999-01-01T00:00:00+00:00'")
    world.sync(pages)
    assert pages.listed == ["all"] * 4


def test_interrupted(world: World) -> None:
    """A sync that is stopped in the middle leaves whole documents; the next one goes on and embeds nothing twice."""
    pages = source(BATCH_PASSAGES + 50)
    plan = world.plan(pages)

    def stop(at: Progress) -> None:
        if at.done == BATCH_PASSAGES + 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        SyncRun(plan, Writer.over(world.catalog, world.index, world.embedder), world.loader, stop).run()
    stored, embedded = len(world.texts()), len(world.embedder.embedded)
    assert stored == BATCH_PASSAGES
    assert read_states(world.catalog) == {}
    report = world.sync(pages)
    assert report.added == 50
    assert report.unchanged == BATCH_PASSAGES
    assert report.passages == BATCH_PASSAGES + 50 - embedded == 50


def test_dry_run_writes_nothing(world: World) -> None:
    """A plan names what would be done and changes nothing."""
    pages = source(10)
    world.sync(pages)
    del pages.pages["3"]
    pages.pages["4"].version = "2"
    pages.pages["new"] = Page("New", "It is new.")
    change, fetched = world.catalog.change(), len(pages.fetched)
    plan = world.plan(pages)
    assert plan.counts == {"add": 1, "change": 1, "failed": 0, "delete": 1, "skip": 8, "documents": 10}
    steps = [(one.action, one.item.path) for one in plan.staging.steps("add", "change", "delete")]
    assert sorted(steps) == [("add", "New"), ("change", "Page 4"), ("delete", "Page 3")]
    assert world.catalog.change() == change
    assert len(pages.fetched) == fetched


def test_report_is_kept(world: World) -> None:
    """What the last sync did can be read afterwards, without the names of what failed."""
    pages = source()
    pages.pages["1"].text = "BROKEN"
    report = world.sync(pages)
    state = read_states(world.catalog)["s"]
    assert state.report is not None
    assert counts(state.report) == counts(report)
    assert state.report.failures == ()
    assert state.ended

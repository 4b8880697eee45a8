"""Loading: by name, by path, by day; overlays; and what a rulebook says of itself."""

import pickle
import shutil
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import attrs
import pytest
import yaml
from conftest import ROOT, bundled

import xtreme_rules as xr
from xtreme_rules.engines import engine_named
from xtreme_rules.language.template import LANGUAGES, Template, Text

XTREME = ROOT / "rules" / "xtreme"
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
CONTRACT = xr.Contract(
    id="c", package="elite", start=date(2026, 1, 1), until=date(2028, 1, 1), timezone="Europe/Amsterdam"
)


@pytest.fixture
def versions(tmp_path: Path) -> Path:
    """Two versions of the bundled rulebook side by side; the second asks for three weeks' notice."""
    for name, since, notice in (("first", "2016-01-01", "14"), ("second", "2027-01-01", "21")):
        shutil.copytree(XTREME, tmp_path / name)
        for file in ("rulebook.yaml", "entitlements.yaml"):
            text = (tmp_path / name / file).read_text(encoding="utf-8")
            text = text.replace("effective-from: 2016-01-01", f"effective-from: {since}")
            (tmp_path / name / file).write_text(text.replace("notice-days: 14", f"notice-days: {notice}"), "utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("on", "since"),
    [
        (None, "2027-01-01"),
        (date(2016, 1, 1), "2016-01-01"),
        (date(2026, 12, 31), "2016-01-01"),
        (date(2027, 1, 1), "2027-01-01"),
    ],
)
def test_the_version_that_holds_on_a_day_is_chosen(versions: Path, on: date | None, since: str) -> None:
    """Of versions side by side, the latest that took effect by the day holds; without a day, the latest."""
    rulebook = xr.load(versions, on=on)
    assert rulebook.identity["effective_from"] == since
    decision = rulebook.decide("online-groups", contract=CONTRACT, at=datetime(2026, 5, 1, tzinfo=AMSTERDAM))
    assert decision.rulebook == rulebook.identity


@pytest.mark.parametrize(
    ("where", "on", "message"),
    [
        ("xtrem", None, "unknown rulebook `xtrem`; did you mean `xtreme`? Or give the path of a folder that is there"),
        (
            "no/such/folder",
            None,
            "unknown rulebook `no/such/folder`; choose from `xtreme`; or give the path of a folder that is there",
        ),
        (
            Path("nowhere"),
            None,
            "unknown rulebook `nowhere`; choose from `xtreme`; or give the path of a folder that is there",
        ),
        ("xtreme", date(2015, 12, 31), "no version of `xtreme` held on 2015-12-31; the first holds from 2016-01-01"),
    ],
)
def test_a_rulebook_that_is_not_there_is_an_error(where: str | Path, on: date | None, message: str) -> None:
    """A wrong name, path or day says what there is instead."""
    with pytest.raises(xr.UnknownNameError) as error:
        xr.load(where, on=on)
    assert str(error.value) == message


def test_a_folder_of_nothing_or_of_several_rulebooks_is_an_error(
    tmp_path: Path, versions: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder must hold versions of one rulebook."""
    monkeypatch.chdir(versions)
    (versions / "empty").mkdir()
    with pytest.raises(xr.UnknownNameError) as error:
        xr.load("empty")
    assert str(error.value) == "no rulebook in `empty`; a rulebook is a folder with a `rulebook.yaml`"
    shutil.rmtree("empty")
    head = versions / "second" / "rulebook.yaml"
    head.write_text(head.read_text("utf-8").replace("name: xtreme", "name: other"), "utf-8")
    with pytest.raises(xr.UnknownNameError) as error:
        xr.load(".")
    assert str(error.value) == "`.` holds several rulebooks, other, xtreme; name the folder of one"


def test_a_version_whose_head_cannot_be_read_is_an_error(versions: Path) -> None:
    """A broken version is not passed over in silence."""
    (versions / "second" / "rulebook.yaml").write_text("a: [")
    with pytest.raises(xr.RulebookError, match="not YAML"):
        xr.load(versions)


def test_an_overlay_changes_single_values_and_says_so() -> None:
    """An overlay changes answers without touching the rulebook, and every answer names it."""
    overlay = ROOT / "examples" / "overlays" / "extended-hours.yaml"
    changed = xr.load(overlay=overlay)
    evening = {"contract": CONTRACT, "at": datetime(2026, 5, 4, 19, 30, tzinfo=AMSTERDAM)}
    assert not bundled().decide("phone-support", **evening).granted
    decision = changed.decide("phone-support", **evening)
    assert decision.granted
    assert decision.rulebook["overlays"] == ["extended-hours.yaml"]
    assert "extended-hours.yaml" in decision.explain("nl")
    assert changed.identity["digest"] != bundled().identity["digest"]


def test_overlays_are_laid_in_order(tmp_path: Path) -> None:
    """Of two overlays that change one value, the later wins."""
    files = []
    for days in (7, 28):
        file = tmp_path / f"{days}.yaml"
        file.write_text(f"entitlements:\n  special-event-weekend:\n    values:\n      notice-days: {days}\n")
        files.append(file)
    weekend = xr.WeekendRequest(
        id="w", saturday=date(2026, 6, 27), submitted_at=datetime(2026, 6, 13, tzinfo=AMSTERDAM)
    )
    unmet = {
        order: xr.load(overlay=order).decide("special-event-weekend", contract=CONTRACT, weekend=weekend).unmet
        for order in ((), (files[0], files[1]), (files[1], files[0]))
    }
    assert unmet == {(): (), (files[0], files[1]): ("two-weeks-notice",), (files[1], files[0]): ()}


def test_the_overview_has_23_options_in_five_areas() -> None:
    """The brochure's overview: 13 options from Xtreme on, 3 more with Premium, 7 more with Elite, in its five areas."""
    rulebook = bundled()
    counts = {
        name: sum(name in has for has in rulebook.matrix().to_dict().values()) for name in rulebook.rules.packages
    }
    assert counts == {"xtreme": 13, "premium": 16, "elite": 23}
    assert {item.area for item in rulebook.rules.entitlements.values()} == set(rulebook.rules.areas)
    assert len(rulebook.rules.areas) == 5
    for lang in LANGUAGES:
        for form in ("text", "html", "markdown"):
            shown = rulebook.matrix().show(lang, form)
            for item in rulebook.rules.entitlements.values():
                assert item.title.in_language(lang).plain.replace("'", "&#x27;" if form == "html" else "'") in shown
    assert str(rulebook.matrix()) == rulebook.matrix().show("en")
    assert rulebook.matrix()._repr_html_() == rulebook.matrix().show("en", "html")


def test_every_option_and_condition_cites_its_clause() -> None:
    """Every option cites the brochure; every condition, and whatever else decides, cites it or is an assumption."""
    rules = bundled().rules
    table = rules.response_times
    assert table is not None
    for item in bundled().rules.entitlements.values():
        assert item.sources
        for condition in item.conditions:
            assert condition.sources or condition.assumptions
    conditions = [c for e in (*rules.entitlements.values(), *table.clock) for c in e.conditions]
    used = {a.id for grounds in (*conditions, table, *rules.order) for a in grounds.assumptions}
    assert used == set(rules.assumptions) - {"effective-day"}


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: bundled().decide("special-evnt-weekend"),
            "unknown option `special-evnt-weekend`; did you mean `special-event-weekend`?",
        ),
        (lambda: bundled().decide("phone-support").explain("de"), "unknown language `de`; choose from `en`, `nl`"),
        (
            lambda: bundled().decide("phone-support").explain("nl", "pdf"),
            "unknown format `pdf`; choose from `html`, `markdown`, `text`",
        ),
        (lambda: bundled().matrix().show("fr"), "unknown language `fr`; choose from `en`, `nl`"),
        (lambda: xr.load(engine="compield"), "unknown engine `compield`; did you mean `compiled`?"),
    ],
)
def test_a_wrong_name_suggests_the_right_one(call: object, message: str) -> None:
    """Unknown options, languages, formats and engines are errors with a suggestion."""
    with pytest.raises(xr.UnknownNameError) as error:
        call()  # type: ignore[operator]
    assert str(error.value) == message


def test_errors_survive_pickling(tmp_path: Path) -> None:
    """Errors cross process boundaries with all that they hold."""
    (tmp_path / "rulebook.yaml").write_text("name: x")
    with pytest.raises(xr.RulebookError) as broken:
        xr.load(tmp_path)
    with pytest.raises(xr.FactError) as wrong:
        xr.Contract(id="", timezone="Nowhere")
    for error in (broken.value, wrong.value):
        again = pickle.loads(pickle.dumps(error))
        assert type(again) is type(error)
        assert str(again) == str(error)


def test_a_rulebook_shows_itself() -> None:
    """repr names the rulebook and its size; a decision names its option and outcome."""
    assert repr(bundled()) == "<Rulebook xtreme, effective 2016-01-01: 23 options>"
    assert repr(bundled().decide("online-groups")) == "<Decision online-groups: NEEDS_INFORMATION>"
    assert bundled().decide("online-groups") != "online-groups"


def test_rulebooks_and_decisions_cross_process_boundaries() -> None:
    """A rulebook, and a decision with its explanation, survive pickling."""
    rulebook = pickle.loads(pickle.dumps(bundled()))
    decision = bundled().decide("how-to", contract=CONTRACT)
    assert rulebook.decide("how-to", contract=CONTRACT) == decision
    again = pickle.loads(pickle.dumps(decision))
    assert again == decision
    assert again.explain("nl") == decision.explain("nl")


def test_the_rulebook_reads_the_same_without_libyaml(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where PyYAML has no compiled parser, the bundled rulebook is read to the same options."""
    monkeypatch.setattr("xtreme_rules.rulebook.nodes._LOADER", yaml.SafeLoader)
    assert xr.load().rules.entitlements == bundled().rules.entitlements


def test_names_that_are_not_there_are_errors() -> None:
    """A question for a fact that no condition asks for, and the tick of a package that does not exist."""
    decision, matrix = bundled().decide("how-to"), bundled().matrix()
    for call, message in (
        (lambda: decision.question("question.topc"), "unknown fact `question.topc`; did you mean `question.topic`?"),
        (lambda: matrix.has("elit", "how-to"), "unknown package `elit`; did you mean `elite`?"),
        (lambda: matrix.has("elite", "howto"), "unknown option `howto`; did you mean `how-to`?"),
    ):
        with pytest.raises(xr.UnknownNameError) as error:
            call()
        assert str(error.value) == message


def test_rule_texts_are_escaped() -> None:
    """What a rule file says is text: it is no markup in HTML, nor in Markdown."""
    rules = bundled().rules
    title = Text(*(Template(("<b>*x*</b> & <script>",)) for _ in LANGUAGES))
    item = attrs.evolve(rules.entitlements["online-groups"], title=title)
    rulebook = xr.Rulebook(attrs.evolve(rules, title=title, entitlements={item.id: item}), engine_named("reference"))
    for show in (rulebook.decide("online-groups").explain, rulebook.matrix().show):
        for form in ("html", "markdown"):
            shown = show("en", form)
            assert "<b>" not in shown.replace("\\<b", "")
            assert "<script>" not in shown.replace("\\<script", "")
            assert form == "html" or "\\*x\\*" in shown

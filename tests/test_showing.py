"""A table of decisions to look at: it says of each row what the masks say, in words, whatever the library."""

import re
from datetime import UTC, date, datetime
from html.parser import HTMLParser

import pytest
from conftest import bundled

import xtreme_rules as xr

pa = pytest.importorskip("pyarrow")
pytest.importorskip("narwhals")

from frames import LIBRARIES, engines, parameters  # noqa: E402  they need pyarrow

RULEBOOK = bundled()
WEEKEND = "special-event-weekend"
SHOWN = {"weekend.id": "Request", "contract.package": "Package", "weekend.saturday": "Weekend"}

ENGLISH = """\
Special event support (special-event-weekend)

  Request  Package         Weekend     Outcome            Why not, or what is missing
  w-1      Xtreme Elite    2026-12-12  GRANTED
  w-2      Xtreme Premium  2026-11-28  DENIED             Not met: On the weekend, the contract has the package Xtreme Elite.
                                                          Not met: The request was submitted at least 14 days before.
  w-3      unknown         2026-12-12  NEEDS INFORMATION  To be established: On the weekend, the contract has the package Xtreme Elite.
                                                          To be established: The customer accepts English as the working language.
  <b>&     gold            2026-12-12  NOT DECIDED        contract.package: unknown package `gold`; declared are `xtreme`, `premium`, `elite`

Rulebook xtreme, in effect from 2016-01-01"""

DUTCH = """\
### Ondersteuning bij speciale gebeurtenissen (special-event-weekend)

| Aanvraag | Uitkomst | Waarom niet, of wat ontbreekt |
|---|---|---|
| w-1 | TOEGEKEND |  |
| w-2 | AFGEWEZEN | Niet voldaan: Het contract heeft in het weekend het pakket Xtreme Elite.<br>Niet voldaan: De aanvraag is ten minste 14 dagen van tevoren ingediend. |
| w-3 | MEER INFORMATIE NODIG | Welk supportpakket heeft het contract?<br>Gaat de klant akkoord met Engels als voertaal? |

<sub>Eerste 3 van 4 rijen. Regelboek xtreme, geldig vanaf 2016-01-01"""


def requests():
    """One that is granted, one that is denied for two reasons, one that is open, and one that is wrong."""
    soon, later = date(2026, 11, 28), date(2026, 12, 12)
    columns = {
        "row": [0, 1, 2, 3],
        "weekend.id": ["w-1", "w-2", "w-3", "<b>&"],
        "contract.id": ["C-1"] * 4,
        "contract.package": ["elite", "premium", None, "gold"],
        "contract.start": [date(2026, 3, 1)] * 4,
        "contract.until": [date(2029, 3, 1)] * 4,
        "contract.timezone": ["Europe/Amsterdam"] * 4,
        "weekend.saturday": [later, soon, later, later],
        "weekend.submitted_at": pa.array([datetime(2026, 11, 20, 9, 0, tzinfo=UTC)] * 4, pa.timestamp("us", "UTC")),
        "weekend.products[].standard": [True, True, True, True],
        "weekend.accepts_english": [True, True, None, True],
        "weekend.implementation_consulting": [False] * 4,
    }
    return pa.table(columns)


FACTS = {"bookings": [], "values": {"contract.timezone": ["Europe/Amsterdam"]}}


def decided(frame, **more):
    return RULEBOOK.decide_frame(frame, WEEKEND, **FACTS, **more)


@pytest.fixture(scope="module")
def answers():
    return decided(requests())


@pytest.fixture(scope="module", autouse=True)
def running():
    """Engines that were started are stopped in the end."""
    with engines():
        yield


def rows_of(text):
    """The lines of a table, its title and footer left out."""
    return text.split("\n\n")[1].splitlines()


class Page(HTMLParser):
    """The tags that there are, and the texts of the cells of a table, by row."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.rows, self.inside = set(), [], False
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        match tag:
            case "tr":
                self.rows.append([])
            case "th" | "td":
                self.rows[-1].append("")
                self.inside = True
            case "br":
                self.rows[-1][-1] += " "

    def handle_endtag(self, tag):
        self.inside = self.inside and tag not in ("th", "td")

    def handle_data(self, data):
        if self.inside:
            self.rows[-1][-1] += data


def page_of(frame, option=WEEKEND, **more):
    return Page(RULEBOOK.table(frame, option, **more)._repr_html_())


def test_it_prints_as_a_table(answers):
    shown = RULEBOOK.table(answers, WEEKEND, columns=SHOWN)
    assert re.sub(r" \(\w{12}\)$", "", str(shown)) == ENGLISH
    assert repr(shown) == "<DecisionTable of special-event-weekend: 4 rows>"


def test_it_speaks_dutch_asks_for_what_is_missing_and_says_that_there_is_more():
    answers = decided(requests(), add="missing")
    shown = RULEBOOK.table(answers, WEEKEND, columns={"weekend.id": "Aanvraag"}, rows=3, lang="nl")
    assert re.sub(r" \(\w{12}\)</sub>$", "", shown.show(format="markdown")) == DUTCH
    assert "First 3 of 4 rows. " in shown.show("en")
    assert "MEER INFORMATIE NODIG" in shown._repr_html_()


def test_html_shows_texts_as_they_are(answers):
    page = page_of(answers, columns={"weekend.id": "<i>Request</i>", "row": "&amp;"})
    assert page.tags == {"div", "table", "thead", "tbody", "tr", "th", "td", "span", "br"}
    assert page.rows[0][:2] == ["<i>Request</i>", "&amp;"]
    assert [row[0] for row in page.rows[1:]] == requests()["weekend.id"].to_pylist()
    assert [row[2] for row in page.rows[1:]] == ["GRANTED", "DENIED", "NEEDS INFORMATION", "NOT DECIDED"]


@pytest.mark.parametrize("lang", ["en", "nl"])
def test_the_reasons_are_those_that_can_be_added(lang):
    answers = decided(requests().slice(0, 3), add="reasons", lang=lang)
    _, *shown = page_of(answers, columns=[], lang=lang).rows
    assert [row[-1] for row in shown] == [text or "" for text in answers["reasons"].to_pylist()]


@pytest.mark.parametrize("library", parameters(LIBRARIES))
def test_every_library_shows_the_same(library, answers):
    if library.lacks:
        pytest.skip(library.lacks)
    columns = ["row", *SHOWN]
    shown = RULEBOOK.table(library.frame(answers), WEEKEND, columns=columns)
    header, *lines = rows_of(str(shown))
    expected, *rows = rows_of(str(RULEBOOK.table(answers, WEEKEND, columns=columns)))
    assert header == expected
    assert sorted(lines) == sorted(rows) if library.lazy else lines == rows
    two = RULEBOOK.table(library.frame(answers), WEEKEND, rows=2)
    assert "2 rows" in repr(two)
    assert ("First 2 rows. " if library.lazy else "First 2 of 4 rows. ") in str(two)


def test_any_option_of_a_table_of_all_is_shown(answers):
    everything = RULEBOOK.decide_all_frame(requests(), **FACTS)
    one, same = (RULEBOOK.table(frame, WEEKEND, columns=SHOWN) for frame in (answers, everything))
    assert str(one) == str(same)
    assert "Support by telephone" in str(RULEBOOK.table(everything, "phone-support"))


def test_without_names_it_shows_what_the_frame_had(answers):
    for frame in (answers, RULEBOOK.decide_all_frame(requests(), add=["reasons"], **FACTS)):
        assert page_of(frame).rows[0][:-2] == requests().column_names


def test_values_are_said_as_people_say_them():
    moment = pa.array([datetime(2026, 6, 1, 15, 0, tzinfo=UTC), None], pa.timestamp("us", "Europe/Amsterdam"))
    columns = {
        "incident.severity": [2, None],
        "incident.submitted_at": moment,
        "contract.start": pa.array([date(2026, 1, 1), None]),
        "programme.planning_allows": [False, None],
        "vip": [True, None],
        "standing": ["at_risk", None],
        "note": [1.5, None],
    }
    answers = RULEBOOK.decide_frame(pa.table(columns), "phone-support")
    _, known, unknown = page_of(answers, "phone-support", lang="nl").rows
    assert known[:7] == ["2 (hoog)", "2026-06-01 17:00 CEST", "2026-01-01", "nee", "ja", "DREIGT TE LAAT", "1.5"]
    assert unknown[:7] == ["onbekend", "onbekend", "onbekend", "onbekend", "", "", ""]


def test_mistakes_are_told():
    frame = decided(requests())
    with pytest.raises(xr.UnknownNameError, match="did you mean `phone-support`"):
        RULEBOOK.table(frame, "phone-suport")
    with pytest.raises(xr.UnknownNameError, match="unknown language `fr`"):
        RULEBOOK.table(frame, WEEKEND, lang="fr")
    with pytest.raises(xr.UnknownNameError, match="unknown format `pdf`"):
        RULEBOOK.table(frame, WEEKEND).show(format="pdf")
    with pytest.raises(xr.FactError, match=r"has no column `weekend\.saterday`; did you mean `weekend\.saturday`"):
        RULEBOOK.table(frame, WEEKEND, columns=["weekend.saterday"])
    with pytest.raises(xr.FactError, match="has no column `outcome`; give what `decide_all_frame` gave"):
        RULEBOOK.table(requests(), WEEKEND)
    with pytest.raises(xr.FactError, match="expected a data frame, got list"):
        RULEBOOK.table([], WEEKEND)

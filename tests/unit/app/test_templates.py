"""What holds for every template."""

from html.parser import HTMLParser
from pathlib import Path

import pytest

TEMPLATES = sorted((Path(__file__).parents[3] / "app" / "templates").glob("*.html"))


class Forms(HTMLParser):
    """The forms that no server and no dialog answers, and which of their buttons can be pressed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.pressable: list[str] = []
        self._is_inside = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self._is_inside = "method" not in given
            self.found += [self.get_starttag_text() or ""] * self._is_inside
        submits = tag == "button" and given.get("type", "submit") == "submit" and "disabled" not in given
        self.pressable += [self.get_starttag_text() or ""] * (self._is_inside and submits)

    def handle_endtag(self, tag: str) -> None:
        self._is_inside = self._is_inside and tag != "form"


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_form_that_a_script_answers_cannot_be_sent_before_it_is_there(path: Path) -> None:
    assert Forms(path.read_text()).pressable == []


def test_such_forms_are_found() -> None:
    assert sum(len(Forms(path.read_text()).found) for path in TEMPLATES) >= 4
    assert Forms("<form><button>Send</button></form>").pressable == ["<button>"]

"""The critic is only worth something if it can find fault: each of its rules is provoked here."""

import pytest

from tests.critic import criticise

GOOD = (
    '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Worklist – Records</title>'
    '<script nonce="n">1</script><script src="/a.js"></script></head><body><main>'
    '<h1>Worklist</h1><h2>Open</h2><img src="/a.png" alt=""><p>{body}</p>'
    '<form method="post" action="#"><input type="hidden" name="csrf_token" value="t">'
    '<label for="a">Name</label><input id="a" name="a"><button type="submit">Save</button></form>'
    '<table><tr><th scope="col">A</th></tr><tr><td>1</td></tr></table>'
    "</main></body></html>"
)


def page(body: str = "") -> str:
    return GOOD.replace("{body}", body)


def test_a_good_page_is_left_in_peace() -> None:
    assert criticise(page()) == []


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("<!DOCTYPE html>", "", "not valid HTML"),
        ("<p>", "<p><b>", "not valid HTML"),
        (' lang="en"', "", "language"),
        ("<title>Worklist – Records</title>", "", "no title"),
        ("<title>Worklist – Records</title>", "<title> – </title>", "no title"),
        ("<title>Worklist – Records</title>", "<title> – Records</title>", "says nothing"),
        ("<h1>Worklist</h1>", "<h1>Worklist</h1><h1>Again</h1>", "2 h1"),
        ("<h1>Worklist</h1><h2>", "<h2>", "0 h1"),
        ("<h2>Open</h2>", "<h3>Open</h3>", "skips from level 1 to 3"),
        ("<h2>Open</h2>", '<h2><span aria-hidden="true">x</span></h2>', "has no words"),
        ("<main>", "<div>", "0 main parts"),
        ('<label for="a">Name</label>', "", "has no label"),
        ('<label for="a">Name</label>', '<label for="a"></label>', "has no label"),
        ('name="a"', "", "has no name"),
        ("<p>", '<p id="a">', "'a' is there 2 times"),
        ("<p>", '<p aria-describedby="gone">', "'gone', which is not there"),
        ("<p>", '<p><a href="#gone">x</a>', "not on the page"),
        ("<p>", '<p><a href="/x"></a>', "has no words"),
        (">Save<", "><", "has no words"),
        ("<p>", '<p style="color:red">', "style of its own"),
        ("</head>", "<style>p{}</style></head>", "style element"),
        ("<p>", '<p onclick="x()">', "handler onclick"),
        (' nonce="n"', "", "neither an address nor a nonce"),
        ('src="/a.js"', 'src="https://cdn.example/a.js"', "from another place"),
        ('src="/a.js"', 'src="//cdn.example/a.js"', "from another place"),
        ("<p>", '<p><a href="javascript:x()">x</a>', "runs a script"),
        (' alt=""', "", "has no alt"),
        ("<p>", '<p><svg viewBox="0 0 1 1"></svg>', "neither hidden nor named"),
        ('<input type="hidden" name="csrf_token" value="t">', "", "without a csrf_token"),
        ('method="post"', 'method="get"', "into the address"),
        ('method="post" ', "", "how it is sent"),
        ('<input id="a" name="a">', '<input id="a" name="a" type="file">', "would not be sent"),
        (' scope="col"', "", "without scope"),
        ('<th scope="col">A</th>', "<td>A</td>", "has no headings"),
        ("<p>", "<p>GDS Transport", "may not use"),
        ("<p>", '<p class="govuk-header__logotype">', "may not use"),
        ("<p>", '<p class="govuk-footer__crown">', "may not use"),
        ("<p>", '<p class="govuk-crest">', "may not use"),
    ],
)
def test_every_fault_is_found(old: str, new: str, fault: str) -> None:
    html = page()
    assert old in html
    found = criticise(html.replace(old, new, 1))
    assert any(fault in one for one in found), found


def test_an_error_page_may_begin_its_title_with_error_but_must_go_on() -> None:
    assert criticise(page().replace("<title>Worklist", "<title>Error: Worklist")) == []
    assert criticise(page().replace("<title>Worklist", "<title>Error: "))

"""What somebody does who has no mouse: Tab to it, Enter, type, Escape."""

from __future__ import annotations

_FOCUSED = "one => one === document.activeElement"
_BEHIND = """() => {
  const here = document.activeElement?.closest("a, button, input, select, textarea");
  return !here || document.querySelector("dialog[open]").contains(here) ? "" : here.outerHTML;
}"""
_OUTLINED = """one => {
  const style = getComputedStyle(one);
  const seen = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  return one.matches(":focus-visible") && seen;
}"""
MOST = 40


def reach(page, thing, key: str = "Tab") -> None:
    """Press the key until the focus is there, and can be seen there."""
    thing.wait_for()
    for _ in range(MOST):
        if thing.evaluate(_FOCUSED):
            break
        page.keyboard.press(key)
    assert thing.evaluate(_FOCUSED), f"{key} does not lead to {thing}"
    assert thing.evaluate(_OUTLINED), f"nobody sees that the focus is at {thing}"


def opened(page, button):
    """The dialog that a button opens: the focus is in it, stays in it, and Escape gives it back."""
    reach(page, button)
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    dialog.wait_for()
    for key in ("Tab", "Tab", "Tab", "Tab", "Tab", "Tab", "Tab", "Shift+Tab"):
        page.keyboard.press(key)
        behind = page.evaluate(_BEHIND)
        assert behind == "", f"{key} leads out of the dialog, to {behind}"
    there = dialog.element_handle()
    page.keyboard.press("Escape")
    # Closed, it is hidden, and taken out a moment later: until then the button has opened it already.
    page.wait_for_function("one => !one.isConnected", arg=there)
    assert button.evaluate(_FOCUSED), "the focus is not given back"
    page.keyboard.press("Enter")
    dialog.wait_for()
    return dialog


def done(page, dialog, verb: str, reason: str | None = None) -> None:
    """Say why, for the first time that is longer than the usual, and do it. The focus is not lost."""
    if reason is not None:
        reach(page, dialog.get_by_role("textbox").last)
        page.keyboard.type(reason)
    lasts = dialog.get_by_role("combobox")
    if lasts.count():
        usual = lasts.input_value()
        reach(page, lasts)
        page.keyboard.press("ArrowDown")
        assert int(lasts.input_value()) > int(usual)
    reach(page, dialog.get_by_role("button", name=verb, exact=True))
    page.keyboard.press("Enter")
    dialog.wait_for(state="detached")


def at(page, text: str) -> None:
    """The focus comes to what says that and no more."""
    page.wait_for_function("text => document.activeElement.textContent === text", arg=text)


def stays(page) -> None:
    """The focus is somewhere: whoever goes on does not begin at the top of the page."""
    assert page.evaluate("document.activeElement !== document.body"), "the focus is lost"

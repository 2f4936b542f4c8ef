"""A report's text in the application: raised notes, parts, and the long list counted."""

from __future__ import annotations

from advisor.tui.report_text import parts

MARKDOWN = """# Bank

Gain **+5 points[^12]**

## Every number

| Number | Value |
| --- | --- |
| a | 1 [^1] |
| b | 2 [^12] |

[^1]: journal.jsonl
[^12]: runs/x/events.jsonl
"""


def test_each_section_is_a_part_and_notes_stand_at_the_end() -> None:
    first, numbers, notes = parts(MARKDOWN)
    assert first == "# Bank\n\nGain **+5 points¹²**\n\n"
    assert "2 numbers" in numbers
    assert "| a |" not in numbers
    assert notes == "## Notes\n\n- ¹ journal.jsonl\n- ¹² runs/x/events.jsonl"


def test_a_text_without_sections_is_one_part() -> None:
    assert parts("plain\n") == ("plain\n",)
    assert parts("") == ()

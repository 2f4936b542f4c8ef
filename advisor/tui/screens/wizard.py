"""The questions, one at a time, beside the verdict on what is known so far; every answer is kept at once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from textual import getters, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Footer, Input, OptionList, Static
from textual.widgets.option_list import Option

from advisor.decide.records import Decision
from advisor.errors import BadInput
from advisor.profile import Profile
from advisor.questions import BY_ID, Question, next_question, open_questions, parse_answer, previous_question
from advisor.tui.case import Case
from advisor.tui.commands_shown import command, near
from advisor.tui.figures import bar
from advisor.tui.screens.base import Page
from advisor.tui.screens.confirm import ConfirmScreen
from advisor.tui.screens.save_path import PathScreen
from advisor.tui.widgets.chrome import CommandLine, TitleBar
from advisor.tui.widgets.text import clean, one_line
from advisor.tui.words import APPROACH_NAMES, APPROACH_VERDICTS, field_name
from advisor.workflow.records import Draft

UNSURE = "?"
"""How the questions spell “I don't know”."""
UNSAVED = "ctrl+s saves the answers as a file, for tunewise advise FILE"
YES_NO = (("yes", "Yes"), ("no", "No"))


class WizardScreen(Page):
    """Asks, keeps, and shows what follows."""

    CSS_PATH = "wizard.tcss"
    help_topic = "wizard"
    BINDING_GROUP_TITLE = "Wizard"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f2,pageup", "back", "Back", id="wizard.back", priority=True, key_display="F2", tooltip="The question before"),
        Binding("f3,pagedown", "skip", "Skip", id="wizard.skip", priority=True, key_display="F3", tooltip="Leave it as it is"),
        Binding("f4", "unsure", "Don't know", id="wizard.unsure", tooltip="Nobody knows: unknown is a value"),
        Binding("f5", "example", "Example", id="wizard.example", tooltip="Fill in the embedded example's answers"),
        Binding("f6", "decide", "Decide", id="wizard.decide", tooltip="Go to the decision with what is known"),
        Binding("escape", "leave", "Home", id="wizard.home", tooltip="Back to the start; the answers are kept"),
        Binding("ctrl+s", "save", "Save profile", id="wizard.save", show=False, tooltip="Write the profile as YAML"),
        Binding("ctrl+r", "restart", "Start over", id="wizard.restart", show=False, tooltip="Forget the answers"),
    ]  # fmt: skip

    choices = getters.query_one("#choices", OptionList)
    entry = getters.query_one("#entry", Input)

    @dataclass
    class Thought(Message):
        """The verdict on what is known so far."""

        decision: Decision

        def can_replace(self, message: Message) -> bool:
            """A newer verdict makes an older one worthless."""
            return isinstance(message, WizardScreen.Thought)

    def __init__(self) -> None:
        super().__init__()
        self.profile = Profile()
        self.question: Question | None = None
        self.saved_as: Path | None = None

    def profile_at_hand(self) -> Profile | None:
        """What has been answered so far."""
        return self.profile

    def compose(self) -> ComposeResult:
        """Question on the left, verdict on the right."""
        yield TitleBar("Wizard", "answers are kept as you give them")
        with Horizontal(id="sides"):
            with VerticalScroll(id="asking", can_focus=False):
                yield Static(id="progress")
                yield Static(id="question")
                yield Static(id="why")
                yield OptionList(id="choices", markup=False)
                with Horizontal(id="entry-row"):
                    yield Input(id="entry")
                    yield Static(id="unit")
                yield Static(id="refused")
            with Vertical(id="so-far"):
                yield Static("Verdict so far", classes="heading")
                yield Static(id="thought")
        yield CommandLine("", otherwise=UNSAVED)
        yield Footer(compact=True)

    def on_mount(self) -> None:
        """Take up the draft, or begin."""
        draft = self.shell.workflow.load_draft()
        self.profile = draft.profile if draft is not None else Profile()
        asked = BY_ID.get(draft.question) if draft is not None and draft.question else None
        self.ask(asked or next_question(self.profile))

    # -- asking ------------------------------------------------------------------------------------------------
    def ask(self, question: Question | None) -> None:
        """Show a question, keep where the person is, and think anew; after the last one comes the decision."""
        self.shell.workflow.save_draft(
            Draft(profile=self.profile, question=question.id if question is not None else None)
        )
        if question is None:
            self.action_decide()
            return
        self.question = question
        self._show_question(question)
        self.think(self.profile)
        self.refresh_bindings()

    def _show_question(self, question: Question) -> None:
        still = len(open_questions(self.profile))
        known = len(self.profile.known())
        progress = f"{known} answered, {still} open"
        self.query_one("#progress", Static).update(
            Content.assemble((question.section, "bold $text-primary"), (f"   {progress}", "$foreground-muted"))
        )
        self.query_one("#question", Static).update(Content(question.title))
        why = Content.assemble(question.why, ("\nTypical: ", "$text-accent"), question.typical)
        self.query_one("#why", Static).update(why)
        self.query_one("#refused", Static).update("")
        self._show_answers(question)

    def _show_answers(self, question: Question) -> None:
        answers = YES_NO if question.kind == "yes_no" else tuple((one.value, one.label) for one in question.choices)
        self.choices.display, self.query_one("#entry-row").display = bool(answers), not answers
        if answers:
            self._show_choices(question, answers)
        else:
            self._show_entry(question)

    def _show_choices(self, question: Question, answers: tuple[tuple[str, str], ...]) -> None:
        given = answer_text(getattr(self.profile, question.id))
        self.choices.clear_options()
        for value, label in answers:
            mark = "●" if value == given else "○"
            self.choices.add_option(Option(Content(f"{mark} {label}"), id=value))
        self.choices.add_option(Option(Content.assemble(("? I don't know", "$foreground-muted")), id=UNSURE))
        values = [value for value, _ in answers]
        self.choices.highlighted = values.index(given) if given in values else 0
        self.choices.focus()

    def _show_entry(self, question: Question) -> None:
        self.entry.placeholder = f"for example {question.example}" if question.example else ""
        self.entry.value = answer_text(getattr(self.profile, question.id))
        self.query_one("#unit", Static).update(Content(question.unit))
        self.entry.focus()

    # -- answering ---------------------------------------------------------------------------------------------
    def answer(self, text: str) -> None:
        """Take an answer and ask the next question, or say why it is refused."""
        if self.question is None:
            return
        try:
            value = parse_answer(self.question, text)
        except BadInput as error:
            self.query_one("#refused", Static).update(Content(clean(f"✗ {error.message}\n{error.hint}")))
            return
        self._change(self.profile.with_answer(self.question.id, value))
        self.ask(next_question(self.profile, self.question.id))

    def _change(self, profile: Profile) -> None:
        """Take in other answers; a file that was saved does not hold them."""
        if profile != self.profile and self.saved_as is not None:
            self.saved_as = None
            self.query_one(CommandLine).show("")
        self.profile = profile

    @on(OptionList.OptionSelected, "#choices")
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        self.answer(event.option_id or UNSURE)

    @on(Input.Submitted, "#entry")
    def _entered(self, event: Input.Submitted) -> None:
        if event.value.strip():
            self.answer(event.value)
        else:
            self.action_skip()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002 - overrides
        """Nothing lies before the first question; a window on top has the keys to itself."""
        if action in ("back", "skip") and not self.is_current:
            return False
        if action == "back" and self.question is not None:
            return True if previous_question(self.profile, self.question.id) is not None else None
        return True

    def action_back(self) -> None:
        """The question before, answered or not."""
        before = previous_question(self.profile, self.question.id) if self.question is not None else None
        if before is not None:
            self.ask(before)

    def action_skip(self) -> None:
        """The next one; what was answered stays."""
        if self.question is not None:
            self.ask(next_question(self.profile, self.question.id))

    def action_unsure(self) -> None:
        """Nobody knows."""
        self.answer(UNSURE)

    def action_example(self) -> None:
        """The example's answers, then what is still open."""
        self._change(self.shell.workflow.example_profile())
        self.ask(next_question(self.profile))
        self.notify("The example's answers are filled in. F6 shows the decision.", timeout=3)

    def action_decide(self) -> None:
        """The decision on what is known."""
        self.shell.open_room("decision", Case(profile=self.profile, profile_path=self.saved_as))

    def action_leave(self) -> None:
        """Back to the start."""
        self.dismiss()

    @work(group="ask")
    async def action_save(self) -> None:
        """Ask where, then write the profile."""
        path = await self.app.push_screen_wait(PathScreen("Save the profile as", "profile.yaml"))
        if path is not None:
            self.shell.workflow.save_profile(self.profile, path)
            self.saved_as = path
            self.query_one(CommandLine).show(command("advise", near(path)))
            self.notify(one_line(str(path)), title="Saved", timeout=3, markup=False)

    @work(group="ask")
    async def action_restart(self) -> None:
        """Ask, then forget the answers."""
        body = Content("All answers of this wizard are forgotten. Saved profiles and journeys stay.")
        if await self.app.push_screen_wait(ConfirmScreen("Start over?", body, yes="Start over", no="Keep them")):
            self._change(Profile())
            self.ask(next_question(self.profile))

    # -- thinking ----------------------------------------------------------------------------------------------
    @work(thread=True, exclusive=True, exit_on_error=False, group="think")
    def think(self, profile: Profile) -> None:
        """Decide on what is known so far."""
        self.post_message(self.Thought(self.shell.workflow.decide(profile)))

    def on_wizard_screen_thought(self, event: Thought) -> None:
        """Show the verdict so far."""
        self.query_one("#thought", Static).update(thought_text(event.decision))


def answer_text(value: object) -> str:
    """A profile value as it would be typed."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def thought_text(decision: Decision) -> Content:
    """Approach, confidence, the runners-up, and what is worth knowing."""
    chances = sorted(decision.probability_best.items(), key=lambda pair: -pair[1])[:3]
    lines = [
        Content.assemble(f"{APPROACH_NAMES[name]:<15} ", (f"{bar(chance, 6):<6}", "$text-primary"), f" {chance:.2f}")
        for name, chance in chances
    ]
    sure = f"\nconfidence {decision.confidence:.2f} {bar(decision.confidence, 8)}\n\n"
    said = (APPROACH_VERDICTS[decision.approach], "bold")
    verdict = Content.assemble(said, (sure, "$text-accent"), Content("\n").join(lines))
    probe = decision.next_probe
    if probe is None:
        return Content("\n\n").join([verdict, Content("Nothing cheap is left to learn.")])
    learns = field_name(probe.learns)
    worth = Content.assemble(("Still worth knowing\n", "bold $text-primary"), (learns, "bold"), f"\n{clean(probe.why)}")
    return Content("\n\n").join([verdict, worth])

"""Where everything comes from: model, data, machine, journals, catalog, answers, and every number."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.report.facts import ReportFacts
from advisor.report.ledger import Ledger
from advisor.report.numbers import count, millions
from advisor.report.records import Block, Line, Paragraph, Quote, Section, Table
from advisor.report.sections.decision import words


def provenance_section(facts: ReportFacts, ledger: Ledger) -> Section:
    """The appendix before the list of numbers."""
    blocks: list[Block] = [
        _model(facts, ledger),
        _data(facts, ledger),
        *_profile(facts),
        *_catalog(facts),
        _machine(facts),
        _journals(facts),
    ]
    return Section(id="provenance", title="Where it comes from", blocks=tuple(blocks))


def _model(facts: ReportFacts, ledger: Ledger) -> Paragraph:
    prepared = facts.prepared
    params = ledger.recorded(
        "prepare",
        "model.params",
        millions(prepared.model.total_params),
        prepared.model.total_params,
        unit="parameters",
        how="counted from the weights' headers",
    )
    line: Line = (
        "Model: ",
        Quote(text=prepared.model_name),
        ", ",
        params,
        f" parameters, {prepared.model.architecture}",
    )
    for note in prepared.model_notes:
        line = (*line, "; ", Quote(text=note))
    return Paragraph(line=(*line, f". Fingerprint {prepared.model_sha256}."))


def _data(facts: ReportFacts, ledger: Ledger) -> Paragraph:
    data = facts.prepared.dataset
    rows = [
        ledger.recorded("prepare", f"data.{split}", count(number), number, unit="rows", how=f"dataset.rows.{split}")
        for split, number in data.rows.items()
    ]
    twice = ledger.recorded(
        "prepare",
        "data.duplicates",
        count(data.duplicates_removed),
        data.duplicates_removed,
        unit="rows",
        how="dataset.duplicates_removed",
    )
    across = ledger.recorded(
        "prepare",
        "data.overlaps",
        count(data.overlaps_removed),
        data.overlaps_removed,
        unit="rows",
        how="dataset.overlaps_removed",
    )
    line: Line = ("Data: ", Quote(text=data.name))
    for split, number in zip(data.rows, rows, strict=True):
        line = (*line, f"; {split} ", number)
    line = (*line, "; removed as duplicates ", twice, ", as overlaps between splits ", across)
    origin: Line = (". Source: ", Quote(text=data.source), ". Licence: ", Quote(text=data.license))
    credit: Line = (". Attribution: ", Quote(text=data.attribution)) if data.attribution else ()
    return Paragraph(line=(*line, *origin, *credit, f". SHA-256 of its manifest {facts.prepared.data_sha256}."))


def _profile(facts: ReportFacts) -> Iterator[Block]:
    known = facts.profile.known()
    if known:
        yield Table(
            caption="The profile: what was answered, and by whom",
            header=("Question", "Answer", "Where from"),
            rows=tuple(_answer(facts, name) for name in known),
            note=f"Unknown: {', '.join(words(name) for name in facts.profile.unknown()) or 'nothing'}.",
        )


def _answer(facts: ReportFacts, name: str) -> tuple[Line, ...]:
    value, origin = getattr(facts.profile, name), facts.profile.origin(name)
    shown = (
        ", ".join(map(str, value))
        if isinstance(value, tuple)
        else ("yes" if value else "no")
        if isinstance(value, bool)
        else str(value)
    )
    parts = [origin.kind, *([origin.source] if origin.source else []), *([str(origin.as_of)] if origin.as_of else [])]
    return (words(name),), (Quote(text=shown),), (Quote(text=", ".join(parts)),)


def _catalog(facts: ReportFacts) -> Iterator[Block]:
    if facts.catalog:
        yield Table(
            caption="Facts of the catalog that were used",
            header=("Fact", "Value", "Source", "As of"),
            rows=tuple(
                ((Quote(text=fact.name),), (Quote(text=fact.value),), (Quote(text=fact.source),), (str(fact.as_of),))
                for fact in facts.catalog
            ),
        )


def _machine(facts: ReportFacts) -> Table:
    machine = facts.prepared.machine
    rows = [
        ("Processor", f"{machine.cpu}, {machine.cores} cores"),
        ("Memory", f"{machine.memory_gib:.1f} GiB"),
        ("GPU", machine.gpu or "none"),
    ]
    if machine.fp32_gflops is not None:
        rows.append(("Measured speed", f"{machine.fp32_gflops:.0f} GFLOP/s in single precision"))
    if facts.evaluation is not None:
        rows.append(("Engine", facts.evaluation.result.engine))
    rows += [
        ("tunewise", facts.version),
        *sorted((name, version) for name, version in machine.versions.items() if name != "tunewise"),
    ]
    return Table(
        caption="Machine and versions",
        header=("What", "Which"),
        rows=tuple(((name,), (Quote(text=value),)) for name, value in rows),
    )


def _journals(facts: ReportFacts) -> Table:
    rows = tuple(
        ((origin.replace("_", " "),), (Quote(text=ref.path),), ("" if ref.seq is None else str(ref.seq),), (ref.hash,))
        for origin, ref in facts.journal.items()
    )
    return Table(
        caption="Records that this report is made from",
        header=("What", "File", "Record", "SHA-256"),
        rows=rows,
        note="Journals are hash-chained: a changed line is named by `tunewise verify`. Each hash is that of the record named.",
    )

"""Assets and checks that judge a build: the gate, compliance per step, and the audit.

How results are shown to operators belongs here; what is judged is in `expectations/`, what follows in `night.py`.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence

import dagster as dg

from expectations import audit, gate
from expectations.rules import CheckResult
from orchestration import checking
from orchestration.assets.book import NightBook
from orchestration.assets.models import GATE_KEY

STEP_RESULTS = dg.AssetKey(["marts", "fct_step_results"])
AUDIT_KEY = dg.AssetKey(["audit"])


def gate_asset(book: NightBook, judged: Sequence[dg.AssetKey]) -> dg.AssetsDefinition:
    """The gate: what is odd in a connection's data holds that connection, and staging is built again without it."""

    @dg.asset(
        key=GATE_KEY,
        deps=judged,
        group_name="quality",
        description="Judges each connection's canonical tables. A connection that fails is held: the night goes on "
        "with its last good data (or without it).",
        check_specs=[dg.AssetCheckSpec(rule, asset=GATE_KEY, description=text) for rule, text in gate.RULES.items()],
    )
    def gate_step(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:  # type: ignore[type-arg]
        with book.step(context.run.run_id) as night:
            night.say("Gate…")
            results = night.gate()
            if reasons := checking.to_hold(results):
                night.hold(reasons)
            night.settle()
            yield dg.MaterializeResult(asset_key=GATE_KEY, metadata={"held": ", ".join(night.held) or "none"})
            yield from _as_checks(results, GATE_KEY, tuple(gate.RULES))

    return gate_step


def _as_checks(
    results: Sequence[CheckResult], asset: dg.AssetKey, rules: Sequence[str]
) -> Iterator[dg.AssetCheckResult]:
    """One check per rule, whatever the number of connections: a rule passes when it does for all of them."""
    by_rule: dict[str, list[CheckResult]] = defaultdict(list)
    for result in results:
        by_rule[result.rule].append(result)
    for rule in rules:
        failed = [result for result in by_rule[rule] if not result.passed]
        error = any(result.severity == "error" for result in failed)
        yield dg.AssetCheckResult(
            check_name=rule,
            asset_key=asset,
            passed=not failed,
            severity=dg.AssetCheckSeverity.ERROR if error else dg.AssetCheckSeverity.WARN,
            metadata=_metadata(failed),
        )


def _metadata(failed: Sequence[CheckResult]) -> dict[str, dg.MetadataValue]:
    if not failed:
        return {}
    lines = [f"- {r.connection + ': ' if r.connection else ''}{r.message}" for r in failed]
    sample = [deal for result in failed for deal in result.sample][:20]
    return {
        "count": dg.MetadataValue.int(sum(result.count for result in failed)),
        "what": dg.MetadataValue.md("\n".join(lines)),
        "sample": dg.MetadataValue.json(sample),
    }


def compliance_checks(book: NightBook) -> dg.AssetChecksDefinition:
    """One check per step of the process: which deals left its stage without it. News for the business, not an error."""
    steps = {step.key: step for _, step in book.workspace.process.steps()}

    @dg.multi_asset_check(
        name="compliance",
        specs=[
            dg.AssetCheckSpec(key, asset=STEP_RESULTS, description=f"{step.name}. {step.why}")
            for key, step in steps.items()
        ],
    )
    def compliance_step(context: dg.AssetCheckExecutionContext) -> Iterator[dg.AssetCheckResult]:
        with book.step(context.run.run_id) as night:
            night.say("Compliance, step by step…")
            for result in night.compliance():
                yield dg.AssetCheckResult(
                    check_name=result.rule,
                    asset_key=STEP_RESULTS,
                    passed=result.passed,
                    severity=dg.AssetCheckSeverity.WARN,
                    metadata=step_metadata(result),
                )

    return compliance_step


def step_metadata(result: CheckResult) -> dict[str, dg.MetadataValue]:
    """Count, rate, sample and links of one step; where nobody owed it there is no rate."""
    known = _metadata([] if result.passed else [result])
    if result.rates is not None:
        low, high = result.rates
        known["rate"] = dg.MetadataValue.text(f"between {low:.1%} and {high:.1%} of those who owed it have it in time")
        known["rate_low"], known["rate_high"] = dg.MetadataValue.float(low), dg.MetadataValue.float(high)
    if result.links:
        lines = [f"- [{deal}](<{result.links[deal]}>)" for deal in result.sample if deal in result.links]
        known["in_the_crm"] = dg.MetadataValue.md("\n".join(lines))
    return {**known, "deals": dg.MetadataValue.md(_deals(result.rule))}


def _deals(step_key: str) -> str:
    """The link from a check to its deals: a query of the published warehouse."""
    return (
        f'```\nplumbline query "select d.deal_name, d.amount_home, r.state, d.deal_url from marts.fct_step_results r '
        f"join marts.dim_deals d using (deal_key) where r.step_key = '{step_key}' and r.is_due and not r.is_ok "
        'order by d.amount_home desc"\n```'
    )


def audit_asset(book: NightBook, judged: Sequence[dg.AssetKey]) -> dg.AssetsDefinition:
    """The audit: a build that contradicts itself is not published."""

    @dg.asset(
        key=AUDIT_KEY,
        deps=judged,
        group_name="quality",
        description="All or nothing: every deal has a result for every step, totals agree. If not, nothing goes out.",
        check_specs=[dg.AssetCheckSpec(rule, asset=AUDIT_KEY, description=text) for rule, text in audit.RULES.items()],
    )
    def audit_step(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:  # type: ignore[type-arg]
        with book.step(context.run.run_id) as night:
            night.say("Audit…")
            results = night.audit()
            yield from _as_checks(results, AUDIT_KEY, tuple(audit.RULES))
            checking.raise_if_failed(results, "audit")
            yield dg.MaterializeResult(asset_key=AUDIT_KEY)

    return audit_step

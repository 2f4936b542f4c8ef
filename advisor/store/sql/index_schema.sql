create table schema_version (version integer not null);

create table records (
    journal varchar not null,     -- path inside the workspace
    seq integer not null,
    written_at varchar not null,          -- ISO 8601, UTC
    kind varchar not null,
    hash varchar not null,
    end_offset bigint not null,   -- bytes of the journal up to and with this record
    body json not null
);

create view run_records as
select regexp_extract(journal, '^runs/([^/]+)/events\.jsonl$', 1) as run_id, seq, written_at, kind, body
from records
where journal like 'runs/%/events.jsonl';

create view journeys as
select body ->> 'journey' as journey, written_at as started_at, body -> 'inputs' as inputs
from records
where journal = 'journal.jsonl' and kind = 'journey_started';

create view runs as
with starts as (
    select body ->> 'run_id' as run_id, any_value(body ->> 'journey') as journey
    from records
    where journal = 'journal.jsonl' and kind = 'run_started'
    group by body ->> 'run_id'
),
seen as (
    select
        run_id,
        arg_min(body ->> 'run_kind', seq) filter (where kind = 'run_started') as kind,
        min(written_at) as started_at,
        count(*) filter (where kind = 'run_started') as sessions,
        count(*) as records,
        arg_max(kind, seq) as last_kind,
        max(written_at) as last_at,
        arg_max((body ->> 'elapsed_s')::double, seq) as elapsed_s
    from run_records
    group by run_id
)
select
    seen.run_id, seen.kind, starts.journey, seen.started_at, seen.sessions, seen.records,
    seen.last_kind, seen.last_at, seen.elapsed_s
from seen
left join starts on starts.run_id = seen.run_id;

create view steps as
select
    run_id, seq, written_at,
    (body ->> 'step')::integer as step,
    (body ->> 'total_steps')::integer as total_steps,
    (body ->> 'loss')::double as loss,
    (body ->> 'learning_rate')::double as learning_rate,
    (body ->> 'grad_norm')::double as grad_norm,
    (body ->> 'tokens')::bigint as tokens,
    (body ->> 'tokens_per_second')::double as tokens_per_second,
    (body ->> 'peak_memory_gib')::double as peak_memory_gib,
    (body ->> 'usd_so_far')::decimal(24, 10) as usd_so_far,
    (body ->> 'elapsed_s')::double as elapsed_s,
    body
from run_records
where kind = 'step';

create view arms as
select
    run_id, seq, written_at,
    body -> 'score' ->> 'arm' as arm,
    (body -> 'score' ->> 'items')::integer as items,
    (body -> 'score' ->> 'correct')::integer as correct,
    (body -> 'score' ->> 'format_valid')::integer as format_valid,
    (body -> 'score' ->> 'errors')::integer as errors,
    (body -> 'score' ->> 'seconds')::double as seconds,
    body -> 'score' as score
from run_records
where kind = 'arm_finished';

create view items as
with batches as (
    select
        regexp_extract(journal, '^runs/([^/]+)/items\.jsonl$', 1) as run_id, seq,
        unnest(from_json(body -> 'items', '["json"]')) as item,
        generate_subscripts(from_json(body -> 'items', '["json"]'), 1) as position
    from records
    where journal like 'runs/%/items.jsonl' and kind = 'items'
)
select
    run_id, seq, position,
    item ->> 'arm' as arm,
    item ->> 'item' as item_id,
    item ->> 'input' as input,
    item ->> 'target' as target,
    item ->> 'output' as output,
    item ->> 'prediction' as prediction,
    (item ->> 'correct')::boolean as correct,
    (item ->> 'format_valid')::boolean as format_valid,
    item ->> 'error' as error,
    item
from batches;

create view plan_components as
with lines as (
    select
        seq, written_at,
        body ->> 'journey' as journey,
        body -> 'plan' ->> 'id' as plan_id,
        unnest(from_json(body -> 'plan' -> 'components', '["json"]')) as component,
        generate_subscripts(from_json(body -> 'plan' -> 'components', '["json"]'), 1) as position
    from records
    where journal = 'journal.jsonl' and kind = 'planned'
)
select
    seq, written_at, journey, plan_id, position,
    component ->> 'id' as component_id,
    component ->> 'stage' as stage,
    component ->> 'name' as name,
    component ->> 'recurring' as recurring,
    (component -> 'quantity' ->> 'expected')::double as quantity,
    component ->> 'unit' as unit,
    (component ->> 'unit_price_usd')::decimal(24, 10) as unit_price_usd,
    (component -> 'usd' ->> 'low')::decimal(24, 10) as usd_low,
    (component -> 'usd' ->> 'expected')::decimal(24, 10) as usd_expected,
    (component -> 'usd' ->> 'high')::decimal(24, 10) as usd_high,
    component ->> 'source' as source,
    (component ->> 'as_of')::date as as_of
from lines;

create view comparisons as
select
    seq, written_at,
    body ->> 'journey' as journey,
    body -> 'comparison' ->> 'id' as comparison_id,
    body -> 'comparison' ->> 'verdict' as verdict,
    body -> 'comparison' ->> 'because' as because,
    (body -> 'comparison' -> 'primary' ->> 'difference')::double as difference,
    (body -> 'comparison' -> 'primary' -> 'interval' ->> 0)::double as difference_low,
    (body -> 'comparison' -> 'primary' -> 'interval' ->> 1)::double as difference_high,
    (body -> 'comparison' -> 'primary' ->> 'p_value')::double as p_value,
    (body -> 'comparison' -> 'primary' ->> 'n')::integer as n
from records
where journal = 'journal.jsonl' and kind = 'compared';

create view ledger as
with told as (
    select body ->> 'run_id' as run_id, arg_min(body -> 'expected', seq) as expected
    from records
    where journal = 'journal.jsonl' and kind = 'run_started' and (body -> 'expected') is not null
    group by body ->> 'run_id'
),
ended as (
    select run_id, arg_max(body -> 'result', seq) as result, arg_max(written_at, seq) as finished_at
    from run_records
    where kind = 'finished'
    group by run_id
),
warm as (
    select
        run_id,
        any_value(tokens) filter (where step = 2) as warm_tokens,
        any_value(tokens_per_second) filter (where step = 2) as warm_tokens_per_second
    from steps
    group by run_id
)
select
    ended.run_id, ended.finished_at, runs.sessions, told.expected, ended.result,
    warm.warm_tokens, warm.warm_tokens_per_second
from ended
join told on told.run_id = ended.run_id
join runs on runs.run_id = ended.run_id
left join warm on warm.run_id = ended.run_id;

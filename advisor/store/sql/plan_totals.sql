-- Sums of what is priced and counted, once and a month; a kind without components is zero.
with kinds as (
    select unnest(['once', 'monthly']) as recurring
)

select
    kinds.recurring,
    coalesce(sum(priced_component.usd_low), 0)::decimal(38, 4) as usd_low,
    coalesce(sum(priced_component.usd_expected), 0)::decimal(38, 4) as usd_expected,
    coalesce(sum(priced_component.usd_high), 0)::decimal(38, 4) as usd_high
from kinds
left join priced_component
    on kinds.recurring = priced_component.recurring and priced_component.counted
group by kinds.recurring
order by kinds.recurring desc

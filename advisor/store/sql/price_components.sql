-- Quantity times unit price, rounded half up to four places; a component without a price has no amount.
create or replace temp table priced_component as
with components as (
    select
        unnest($position) as position,
        unnest($name) as name,
        unnest($recurring) as recurring,
        unnest($counted) as counted,
        unnest($unit_price_usd)::decimal(14, 8) as unit_price_usd,
        unnest($quantity_low)::decimal(24, 6) as quantity_low,
        unnest($quantity_expected)::decimal(24, 6) as quantity_expected,
        unnest($quantity_high)::decimal(24, 6) as quantity_high
)

select
    position,
    name,
    recurring,
    counted,
    round((quantity_low * unit_price_usd)::decimal(38, 14), 4) as usd_low,
    round((quantity_expected * unit_price_usd)::decimal(38, 14), 4) as usd_expected,
    round((quantity_high * unit_price_usd)::decimal(38, 14), 4) as usd_high
from components
order by position asc

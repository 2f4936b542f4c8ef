select
    position,
    usd_low,
    usd_expected,
    usd_high
from priced_component
order by position asc

-- What the work that is done once costs on every offer, those that may be chosen first, cheapest first.
-- A stale price counts double, since it may have moved; an outdated one comes after all others.
with offers as (
    select
        unnest($offer_ids) as offer_id,
        unnest($gpus)::decimal(6, 0) as gpus,
        unnest($usd_per_gpu_hour)::decimal(14, 6) as usd_per_gpu_hour,
        unnest($eligible) as eligible,
        unnest($outdated) as outdated,
        case when unnest($stale) then 2 else 1 end as weight,
        unnest($hours_low)::decimal(24, 6) as hours_low,
        unnest($hours_expected)::decimal(24, 6) as hours_expected,
        unnest($hours_high)::decimal(24, 6) as hours_high
)

select
    offer_id,
    (gpus * usd_per_gpu_hour)::decimal(14, 6) as usd_per_hour,
    round((hours_low * (gpus * usd_per_gpu_hour)::decimal(14, 6))::decimal(38, 12), 4) as usd_low,
    round((hours_expected * (gpus * usd_per_gpu_hour)::decimal(14, 6))::decimal(38, 12), 4) as usd_expected,
    round((hours_high * (gpus * usd_per_gpu_hour)::decimal(14, 6))::decimal(38, 12), 4) as usd_high
from offers
order by eligible desc, outdated asc, usd_expected * weight asc, usd_high * weight asc, offer_id asc

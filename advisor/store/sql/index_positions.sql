select
    journal,
    count(*) as records,
    count(distinct seq) as different,
    max(seq) + 1 as expected,
    arg_max(hash, seq) as head,
    max(end_offset) as end_offset
from records
group by journal
order by journal

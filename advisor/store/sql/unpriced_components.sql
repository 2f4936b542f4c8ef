select name
from priced_component
where usd_expected is null
order by position asc

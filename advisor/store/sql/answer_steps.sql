select body
from steps
where run_id = $run_id
order by seq

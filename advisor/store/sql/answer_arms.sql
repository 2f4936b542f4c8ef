select score
from arms
where run_id = $run_id
order by seq

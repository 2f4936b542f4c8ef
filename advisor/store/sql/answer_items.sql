select item
from items
where run_id = $run_id
    and ($arm::varchar is null or arm = $arm)
    and ($correct::boolean is null or correct = $correct)
    and ($contains::varchar is null or contains(lower(input), lower($contains)))
order by seq, position

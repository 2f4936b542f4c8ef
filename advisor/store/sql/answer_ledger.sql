select run_id, finished_at, sessions, expected::varchar, result::varchar, warm_tokens, warm_tokens_per_second
from ledger
order by finished_at, run_id;

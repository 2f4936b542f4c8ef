select run_id, kind, journey, started_at, sessions, records, last_kind, last_at, elapsed_s
from runs
order by started_at desc, run_id desc

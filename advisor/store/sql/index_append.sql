insert into records (journal, seq, written_at, kind, hash, end_offset, body)
select
    $journal, unnest($seq::integer[]), unnest($written_at::varchar[]), unnest($kind::varchar[]), unnest($hash::varchar[]),
    unnest($end_offset::bigint[]), unnest($body::json[])

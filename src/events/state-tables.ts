/** The tables of a state store and the statements over them. */
import type { Dialect } from './state-database.js'

export const stateFormatVersion = 3

/** What makes the tables where they are missing. */
export function tableDefinitions({ text, tableEnd }: Dialect): string[] {
  return [
    `create table if not exists widedeep_format (version integer primary key, past_per_user integer not null)${tableEnd}`,
    `create table if not exists widedeep_positions (log ${text} primary key, segment integer not null, byte_offset double precision not null)${tableEnd}`,
    `create table if not exists widedeep_items (id ${text} primary key, title ${text}, is_hidden integer not null, features ${text} not null)${tableEnd}`,
    `create table if not exists widedeep_users (id ${text} primary key, features ${text} not null)${tableEnd}`,
    `create table if not exists widedeep_erased (id ${text} primary key)${tableEnd}`,
    `create table if not exists widedeep_past (user_id ${text}, is_action integer, slot integer, ordinal integer not null, items ${text} not null, moment double precision not null, kind ${text}, request_id ${text}, primary key (user_id, is_action, slot))${tableEnd}`,
    `create table if not exists widedeep_past_counts (user_id ${text}, is_action integer, n integer not null, primary key (user_id, is_action))${tableEnd}`,
    'create index if not exists widedeep_past_moment on widedeep_past (moment, user_id, is_action, slot)',
  ]
}

/** Statements by what they do; `elements` of those that write is their one parameter, an array of arrays. */
export function stateStatements({ parameter, elements }: Dialect) {
  const given = `(select value->>0 from ${elements})`
  const key = 'moment, user_id, is_action, slot'
  const from = `(${[1, 2, 3, 4].map((place) => parameter(place)).join(', ')})`
  return {
    format: 'select version, past_per_user from widedeep_format',
    putFormat: `insert into widedeep_format (version, past_per_user)
      select cast(value->>0 as integer), cast(value->>1 as integer) from ${elements} where true
      on conflict (version) do update set past_per_user = excluded.past_per_user`,
    position: `select segment, byte_offset from widedeep_positions where log = ${parameter(1)}`,
    putPosition: `insert into widedeep_positions (log, segment, byte_offset)
      select value->>0, cast(value->>1 as integer), cast(value->>2 as double precision) from ${elements} where true
      on conflict (log) do update set segment = excluded.segment, byte_offset = excluded.byte_offset`,
    item: `select id, title, is_hidden, features from widedeep_items where id = ${parameter(1)}`,
    itemsGiven: `select id, title, is_hidden, features from widedeep_items where id in ${given}`,
    itemsAfter: `select id, title, is_hidden, features from widedeep_items where id > ${parameter(1)} order by id limit ${parameter(2)}`,
    putItems: `insert into widedeep_items (id, title, is_hidden, features)
      select value->>0, value->>1, cast(value->>2 as integer), value->>3 from ${elements} where true
      on conflict (id) do update set title = excluded.title, is_hidden = excluded.is_hidden, features = excluded.features`,
    user: `select id, features from widedeep_users where id = ${parameter(1)}`,
    usersGiven: `select id, features from widedeep_users where id in ${given}`,
    putUsers: `insert into widedeep_users (id, features) select value->>0, value->>1 from ${elements} where true
      on conflict (id) do update set features = excluded.features`,
    addUsers: `insert into widedeep_users (id, features) select value->>0, value->>1 from ${elements}
      where value->>0 not in (select id from widedeep_erased) on conflict (id) do nothing`,
    putErased: `insert into widedeep_erased (id) select value->>0 from ${elements} where true on conflict (id) do nothing`,
    pastCountsGiven: `select user_id, is_action, n from widedeep_past_counts where user_id in ${given}`,
    putPastCounts: `insert into widedeep_past_counts (user_id, is_action, n)
      select value->>0, cast(value->>1 as integer), cast(value->>2 as integer) from ${elements} where true
      on conflict (user_id, is_action) do update set n = excluded.n`,
    putPast: `insert into widedeep_past (user_id, is_action, slot, ordinal, items, moment, kind, request_id)
      select value->>0, cast(value->>1 as integer), cast(value->>2 as integer), cast(value->>3 as integer), value->>4,
        cast(value->>5 as double precision), value->>6, value->>7 from ${elements} where true
      on conflict (user_id, is_action, slot) do update
      set ordinal = excluded.ordinal, items = excluded.items, moment = excluded.moment, kind = excluded.kind, request_id = excluded.request_id`,
    pastOf: `select user_id, items, moment, kind, request_id from widedeep_past where user_id = ${parameter(1)} order by moment, is_action, ordinal`,
    pastAfter: `select user_id, items, moment, kind, request_id, is_action, slot from widedeep_past
      where (${key}) > ${from} order by ${key} limit ${parameter(5)}`,
    newestLists: `select user_id, request_id, items from widedeep_past where request_id is not null order by moment desc limit ${parameter(1)}`,
    /** What is older than the newest events of a user and kind, as many as the first element says. */
    trimPast: `delete from widedeep_past where ordinal < cast(${given} as integer) * -1 +
      (select n from widedeep_past_counts counts where counts.user_id = widedeep_past.user_id and counts.is_action = widedeep_past.is_action)`,
    /** Slots by ordinal, for as many slots as the first element says; aside at first, since no two may be in one place meanwhile. */
    clearSlots: 'update widedeep_past set slot = -1 - ordinal',
    assignSlots: `update widedeep_past set slot = ordinal % cast(${given} as integer)`,
    deleteUsers: ['widedeep_users', 'widedeep_past', 'widedeep_past_counts'].map(
      (table) => `delete from ${table} where ${table === 'widedeep_users' ? 'id' : 'user_id'} in ${given}`,
    ),
    counts: `select (select count(*) from widedeep_items), (select count(*) from widedeep_users), (select count(*) from widedeep_past)`,
  }
}

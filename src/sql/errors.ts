import { defineError } from '../base/index.js'

export const statementFailed = defineError<{ reason: string; sql: string }>(
  'SQL_STATEMENT_FAILED',
  'data',
  ({ reason, sql }) =>
    `the database must be able to run a statement over the data; got: ${reason}; the statement begins ${JSON.stringify(sql.slice(0, 160))}`,
)

export const memoryExhausted = defineError<{ limit: number; reason: string }>(
  'SQL_MEMORY_EXHAUSTED',
  'environment',
  ({ limit, reason }) =>
    `the database must work within ${String(Math.round(limit / (1 << 20)))} MiB of memory; got: ${reason}; free memory and try again`,
)

export const diskFull = defineError<{ directory: string; reason: string }>(
  'SQL_DISK_FULL',
  'environment',
  ({ directory, reason }) =>
    `the disk must have room for what is written, and for what does not fit into memory (in ${directory}); got: ${reason}; free disk space and run it again: what was there before is intact`,
)

/** A real PostgreSQL server of its own on a free port, in a temporary directory; PostgreSQL refuses to run as root. */
import { spawnSync } from 'node:child_process'
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface PostgresServer {
  /** Makes an empty database and answers with its address. */
  createDatabase(): string
  stop(): void
}

/** Where Debian and its kin put the servers' programs. */
const debianPrograms = '/usr/lib/postgresql'

/** The folder of `initdb` and `pg_ctl`; `null` where there is no server. */
export function postgresPrograms(): string | null {
  const versions = existsSync(debianPrograms) ? readdirSync(debianPrograms).sort((a, b) => Number(b) - Number(a)) : []
  const folders = [...versions.map((version) => join(debianPrograms, version, 'bin')), ...pathFolders()]
  return folders.find((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'pg_ctl'))) ?? null
}

const pathFolders = (): string[] => (process.env['PATH'] ?? '').split(':').filter((folder) => folder !== '')

/** The number of a user or group, by the option of `id`. */
function numberOf(option: '-u' | '-g', user: string): number {
  return Number(run('id', [option, user], []))
}

function run(command: string, args: readonly string[], before: readonly string[]): string {
  const [first = command, ...rest] = [...before, command, ...args]
  const { status, stdout, stderr, error } = spawnSync(first, rest, { encoding: 'utf8', cwd: tmpdir() })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed: ${error?.message ?? stderr}`)
  return stdout
}

async function freePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve))
  const { port } = probe.address() as AddressInfo
  await new Promise((resolve) => probe.close(resolve))
  return port
}

export async function startPostgres(programs: string): Promise<PostgresServer> {
  const home = mkdtempSync(join(tmpdir(), 'widedeep-postgres-'))
  const isRoot = process.getuid?.() === 0
  if (isRoot) chownSync(home, numberOf('-u', 'postgres'), numberOf('-g', 'postgres'))
  const asUser = isRoot ? ['runuser', '-u', 'postgres', '--'] : []
  const [data, port] = [join(home, 'data'), await freePort()]
  const server = (command: string, args: readonly string[]): string => run(join(programs, command), args, asUser)
  server('initdb', ['-D', data, '-U', 'tester', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync'])
  const settings = `-p ${String(port)} -h 127.0.0.1 -k ${home}`
  server('pg_ctl', ['-D', data, '-o', settings, '-l', join(home, 'log'), '-w', 'start'])
  const connection = ['-h', '127.0.0.1', '-p', String(port), '-U', 'tester']
  let databases = 0
  return {
    createDatabase() {
      const name = `state${String(++databases)}`
      server('createdb', [...connection, name])
      return `postgres://tester@127.0.0.1:${String(port)}/${name}`
    },
    stop() {
      server('pg_ctl', ['-D', data, '-m', 'immediate', '-w', 'stop'])
      rmSync(home, { recursive: true, force: true })
    },
  }
}

/** Every `curl` of the pages that show one, as it stands there, against a server that is started as docs/serving.md says. */
import { execFile, spawn, spawnSync } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { simulate, simulatedConfig } from '../src/simulator/index.js'
import { launcher } from './command-line.js'
import { root } from './house.js'
import { freshDirectory } from './opaque-bundle.js'

const hasCurl = spawnSync('sh', ['-c', 'curl --version']).status === 0
const readPage = (path: string): string => readFileSync(join(root, path), 'utf8')

interface Shown {
  readonly page: string
  readonly command: string
  /** The JSON that the page shows behind it. */
  readonly answer: unknown
}

/** Whether a shell would wait for more: a quote is open, or the line goes on. */
const isOpen = (command: string): boolean => command.split("'").length % 2 === 0 || command.endsWith('\\')

/** The commands of a page: lines of indented code from `curl` on, with the answer in the next line or the next block of JSON. */
function shownOn(page: string): Shown[] {
  const lines = readPage(page).split('\n')
  return lines.flatMap((line, at) => {
    const begin = /^ {4}(?:\$ )?(curl .*)$/.exec(line)?.[1]
    if (begin === undefined) return []
    let [command, next] = [begin, at + 1]
    for (; isOpen(command); next++) command += `\n${lines[next]?.slice(4) ?? ''}`
    const inline = lines[next]?.trim() ?? ''
    const block = /```json\n([\s\S]*?)```/.exec(lines.slice(next).join('\n'))?.[1] ?? ''
    return { page, command, answer: JSON.parse(inline.startsWith('{') ? inline : block) as unknown }
  })
}

const shown = ['README.md', 'docs/serving.md', 'docs/serving-standards.md'].flatMap(shownOn)

/** What a text says but for its numbers. */
const withoutNumbers = (text: string): string => text.replace(/\d+/g, '#')

let server: ChildProcess
let port = ''
const said: string[] = []

describe.skipIf(!hasCurl)('curl', () => {
  beforeAll(async () => {
    const cwd = freshDirectory()
    simulate({ directory: cwd, users: 100, apps: 60, impressions: 4000, labelled: true, baseLogit: -2 })
    const config = simulatedConfig(true).replace("validation: '1d', test: '1d'", 'validation: 0.1, test: 0.1')
    writeFileSync(join(cwd, 'widedeep.config.ts'), config.replace('epochs: 8', 'epochs: 1'))
    const page = readPage('docs/serving.md')
    const [, commands = ''] = /((?: {4}npx widedeep .*\n)+)/.exec(page) ?? []
    const env = { ...process.env, WIDEDEEP_DATA: '', WIDEDEEP_REGISTRY: '' }
    const toRun = commands.trim().split('\n').map(asRunHere)
    for (const command of toRun.slice(0, -1)) await promisify(execFile)('sh', ['-c', command], { cwd, env })
    server = spawn('sh', ['-c', `exec ${toRun.at(-1) ?? ''}`], { cwd, env, stdio: ['ignore', 'pipe', 'inherit'] })
    if (!server.stdout) throw new Error('no output to read')
    for await (const line of createInterface({ input: server.stdout })) {
      said.push(line)
      port = / is ready;/.test(line) ? (/:(\d+) /.exec(line)?.[1] ?? '') : ''
      if (port !== '') break
    }
  }, 180_000)

  afterAll(async () => {
    server.kill('SIGTERM')
    await once(server, 'exit')
  })

  it('finds a server that has said what the page shows', () => {
    const [, output = ''] = /```\n(champion: [\s\S]*?)```/.exec(readPage('docs/serving.md')) ?? []
    expect(said.map(withoutNumbers)).toEqual(output.trim().split('\n').map(withoutNumbers))
  })

  it('is on the pages', () => {
    expect(shown.length).toBeGreaterThanOrEqual(6)
  })

  it.each(shown)('gets what $page shows: $command', async ({ command, answer }) => {
    const here = command.replace(/localhost:\d+/, `127.0.0.1:${port}`)
    const { stdout } = await promisify(execFile)('sh', ['-c', `${here} --silent --write-out '\\n%{http_code}'`])
    const [status, ...body] = stdout.trim().split('\n').reverse()
    const got = JSON.parse(body.reverse().join('\n')) as object
    expect(Object.keys(got)).toEqual(Object.keys(answer as object))
    expect(shapeOf(got)).toEqual(shapeOf(answer))
    if ('error' in got) expect(got).toEqual(answer)
    expect(status).toBe('error' in got ? '400' : '200')
  })
})

/** The launcher of this checkout, and a port that is free. */
const asRunHere = (command: string): string =>
  command.replaceAll('npx widedeep', `'${process.execPath}' '${launcher}'`).replace(/--port \d+/, '--port 0')

/** What is where, with how many of it; not which numbers and texts. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shapeOf)
  if (typeof value !== 'object' || value === null) return typeof value
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, shapeOf(part)]))
}

import { registryDirectory } from '../../registry/index.js'
import { createServer } from '../../serving/index.js'
import { bundleOption } from '../bundle-option.js'
import type { CliCommand } from '../command.js'
import { countOption, textOption } from '../command.js'
import { registryOption } from '../registry-options.js'

export const command: CliCommand = {
  options: [
    ['--models <aliases>', 'aliases of the registry to follow, the first is the default (default: champion)'],
    registryOption,
    ['--bundle <dir>', 'one bundle instead of the registry'],
    ['--state <dir>', 'where events and state lie (default: .widedeep/serving)'],
    ['--store <url>', 'postgres://… for the state (default: SQLite in --state)'],
    ['--host <address>', 'where to listen (default: 127.0.0.1); another address needs --keys'],
    ['--port <n>', 'where to listen (default: 8080; 0: any that is free)'],
    ['--keys <file>', 'API keys with their roles'],
    ['--threads <n>', 'threads that score (default: 2)'],
    ['--item-memory <MiB>', 'memory for what is computed once an item (default: 512)'],
    ['--part-size <n>', 'most candidates that one thread scores of a request (default: 200)'],
    ['--deadline <ms>', 'after so long a list has what is scored by then (default: 100)'],
    ['--rate <n>', 'requests a second of one key or address (default: any)'],
    ['--name <name>', 'named in every answer (default: widedeep)'],
  ],
  example: 'npx widedeep serve --port 8080',
  async run(options, output) {
    const stop = stopped()
    const bundle = bundleOption(options)
    const perSecond = countOption(options, 'rate', { fallback: 0 })
    const server = await createServer({
      models: bundle === undefined ? followed(options) : { bundle },
      directory: textOption(options, 'state', '.widedeep/serving'),
      store: textOption(options, 'store', undefined),
      host: textOption(options, 'host', '127.0.0.1'),
      port: countOption(options, 'port', { minimum: 0, fallback: 8080 }),
      keys: textOption(options, 'keys', undefined),
      threads: countOption(options, 'threads', { fallback: 2 }),
      itemPartBytes: 2 ** 20 * countOption(options, 'itemMemory', { fallback: 512 }),
      partSize: countOption(options, 'partSize', { fallback: 200 }),
      deadlineMs: countOption(options, 'deadline', { fallback: 100 }),
      name: textOption(options, 'name', 'widedeep'),
      limits: { perSecond },
      log: (line) => {
        output.line(line)
      },
    })
    const url = await server.listen()
    const { status, models } = server.ready()
    output.line(`${url} is ${status}; ${url}/docs describes the API`)
    await stop
    output.line('stopping: requests that came are answered')
    await server.close()
    output.result({ url, models }, 'stopped')
  },
}

const followed = (options: Readonly<Record<string, unknown>>): { registry: string; aliases: string[] } => ({
  registry: registryDirectory(textOption(options, 'registry', undefined)),
  aliases: textOption(options, 'models', 'champion')
    .split(',')
    .map((alias) => alias.trim()),
})

/** Resolves at the first Ctrl-C or SIGTERM; the second ends the process at once. */
function stopped(): Promise<void> {
  return new Promise((resolve) => {
    let count = 0
    const onSignal = (): void => {
      if (++count > 1) process.exit(130)
      resolve()
    }
    process.on('SIGINT', onSignal).on('SIGTERM', onSignal)
  })
}

/** What all parts of the serving benchmark share: bundles in a registry, servers over them, and requests for them. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { randomInteger, randomKey } from '../../dist/base/index.js'
import { openRegistry } from '../../dist/registry/index.js'
import { startGenerator } from '../load/start-generator.js'
import { requestBytes } from '../load/connection.js'
import { startServer } from '../load/start-server.js'
import { paperConfig, paperRow, writeRandomBundle } from '../random-bundle.js'

export const candidateCount = 200
export const itemCount = 10_000
export const userCount = 1000
/** The alias that the servers follow: it needs no blessing, and pointing it elsewhere reads no file. */
export const alias = 'bench'

/** A user and 200 of the items, as DESIGN's request has them; the same for every side. */
export function rankBodies(count = 256) {
  return Array.from({ length: count }, (_, seed) => ({
    user: `u${seed % userCount}`,
    items: Array.from({ length: candidateCount }, (_, i) => `i${randomInteger(randomKey(seed, 'rank'), i, itemCount)}`),
    k: 10,
  }))
}

export const rankRequests = (count) => rankBodies(count).map((body) => requestBytes('/v1/rank', body))

/** A place for bundles, and a registry with two versions of the paper's model. */
export async function openBench() {
  const home = mkdtempSync(join(tmpdir(), 'bench-serving-'))
  const registry = openRegistry(join(home, 'registry'))
  const open = []
  let servers = 0
  const bundle = async (name, options) => {
    const directory = join(home, name)
    await writeRandomBundle(directory, { rowOf: paperRow, itemCount, userCount, ...options })
    return directory
  }
  const publish = async (seed) => {
    const directory = await bundle(`bundle-${seed}`, { config: paperConfig(), seed })
    return registry.publish({
      bundle: directory,
      lineage: { data: null, code: 'bench', parent: null },
      metrics: {},
      report: null,
    })
  }
  const versions = [await publish(1), await publish(2)]
  registry.setAlias(alias, versions[0])
  return {
    home,
    registry,
    versions,
    bundle,
    /** A server with a state of its own, and a generator for it. */
    async serve(args, { models = ['--registry', registry.directory, '--models', alias], ...options } = {}) {
      const state = join(home, `state-${servers++}`)
      // A deadline would make the server answer less where the machine is busy.
      const server = await startServer([...models, '--state', state, '--deadline', '30000', ...args], options)
      const generator = await startGenerator({ port: server.port, requests: rankRequests() })
      const side = { server, generator, state }
      open.push(side)
      // Item parts are filled and compilers have settled.
      await generator.run({ concurrency: 4, seconds: 2 })
      return side
    },
    async stop(side) {
      open.splice(open.indexOf(side), 1)
      side.generator.close()
      await side.server.stop()
    },
    async close() {
      for (const { server, generator } of open) {
        generator.close()
        await server.kill()
      }
      rmSync(home, { recursive: true })
    },
  }
}

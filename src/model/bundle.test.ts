import { expect, it } from 'vitest'
import { randomStoreRow, withRandomBundle } from '../../test/explained-bundle.js'
import { randomKey, randomNormal } from '../base/index.js'
import { cross } from '../features/index.js'
import { createTableMemories } from '../tables/index.js'
import { openBundle } from './bundle.js'

// The second has more rows than are read or written at once.
it.each([
  { hashBuckets: 30, tableBytes: 600 },
  { hashBuckets: 70_000, tableBytes: 200_000 },
])(
  'scores alike whether tables fit in one memory or lie in many, also where another thread opens them: %o',
  async (given) => {
    const model = { wide: [cross('installed', 'app', { name: 'pair', hashBuckets: given.hashBuckets })] }
    await withRandomBundle({ model }, async (whole) => {
      const memories = createTableMemories({ buffers: 2 ** 32 - given.tableBytes })
      const parted = await openBundle(whole.directory, { memories })
      const attached = await openBundle(whole.directory, { shared: structuredClone(parted.sharedTables()) })
      try {
        const rows = whole.encoder.encode(Array.from({ length: 40 }, (_, seed) => randomStoreRow(seed)))
        const scores = await whole.score(rows)
        expect(memories.all.length).toBeGreaterThan(2)
        for (const other of [parted, attached]) {
          expect(await other.score(rows)).toEqual(scores)
          for (const { name, rowCount, dimension } of whole.tables) {
            expect(other.readWeights(name)).toEqual(whole.readWeights(name))
            const last = randomNormal(randomKey(1, name), (rowCount - 1) * dimension)
            expect(other.readRow(name, rowCount - 1)[0]).toBe(Math.fround(last))
          }
        }
      } finally {
        await parted.close()
        await attached.close()
      }
    })
  },
)

/** A disk that is full in the middle of a preparation: a small file system in memory, which only root can mount. `npm run test:services`. */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { widedeepIn } from './command-line.js'

const home = mkdtempSync(join(tmpdir(), 'widedeep-full-disk-'))
const disk = join(home, 'disk')
mkdirSync(disk)
const isMounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', disk]).status === 0
const filler = join(disk, 'filler')

function configWith(price: string): void {
  writeFileSync(
    join(disk, 'widedeep.config.ts'),
    `import { categorical, defineConfig, numeric } from 'widedeep'
    export default defineConfig({
      data: { examples: '${join(home, 'examples.csv')}', label: { column: 'click' }, split: { by: 'random', validation: 0.2, seed: 1 } },
      features: { user: categorical(), item: categorical(), price: ${price} },
      model: { deep: { hidden: [4] } },
    })`,
  )
}

/** Checksums of all that was prepared. */
function prepared(): Record<string, string> {
  const directory = join(disk, '.widedeep')
  const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return Object.fromEntries(
    files.map(({ parentPath, name }) => {
      const path = join(parentPath, name)
      return [path, createHash('sha256').update(readFileSync(path)).digest('hex')]
    }),
  )
}

function leaveFree(kilobytes: number): void {
  rmSync(filler, { force: true })
  const { bavail, bsize } = statfsSync(disk)
  writeFileSync(filler, Buffer.alloc(Math.max(0, bavail * bsize - kilobytes * 1024)))
}

beforeAll(() => {
  const lines = Array.from({ length: 20_000 }, (_, row) =>
    [`user ${String((row * 7) % 3001)}`, `item ${String((row * 13) % 501)}`, row % 97, row % 3 === 0 ? 1 : 0].join(','),
  )
  writeFileSync(join(home, 'examples.csv'), `user,item,price,click\n${lines.join('\n')}\n`)
})
afterAll(() => {
  if (isMounted) spawnSync('umount', [disk])
  rmSync(home, { recursive: true, force: true })
})

describe.skipIf(!isMounted)('a preparation on a disk that is full', () => {
  it('says so wherever it happens, leaves what was prepared before as it was, and can be run again', () => {
    configWith('numeric()')
    expect(widedeepIn(disk, ['prepare'])).toMatchObject({ code: 0 })
    const before = prepared()
    configWith("numeric({ normalize: 'quantiles' })")
    for (const kilobytes of [0, 24, 64, 128, 192]) {
      leaveFree(kilobytes)
      const { code, stderr } = widedeepIn(disk, ['prepare'])
      expect({ kilobytes, code, stderr }).toEqual({
        kilobytes,
        code: 5,
        stderr: expect.stringMatching(/no space left|disk/i) as string,
      })
      expect(prepared()).toEqual(before)
    }
    rmSync(filler)
    expect(widedeepIn(disk, ['prepare'])).toMatchObject({ code: 0 })
    expect(prepared()).not.toEqual(before)
  })
})

/** Five ways in which a bundle is damaged: each is refused with the name of the file, and the champion stays and answers. */
import { cpSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { freshDirectory } from '../../test/opaque-bundle.js'
import { trainSmallBundle } from '../../test/trained-bundle.js'
import { openBundle, writeManifest } from '../model/index.js'
import type { Registry } from './index.js'
import { askGolden, dryRun, openRegistry } from './index.js'

let bundles: string[] = []
let registry: Registry
const author = { by: 'ada', reason: 'a test' }
const table = join('tables', 'embedding%2Fapp.f32')

const contentsOf = (bundle: string) => {
  const lineage = { data: null, code: '0.1.0', parent: null }
  return { bundle, lineage, metrics: {}, report: null }
}

/** 32-bit floats written again as 64-bit ones. */
function widen(file: string): void {
  const bytes = Uint8Array.from(readFileSync(file))
  writeFileSync(file, Float64Array.from(new Float32Array(bytes.buffer)))
}

function flip(file: string): void {
  const bytes = readFileSync(file)
  bytes[100] = (bytes[100] ?? 0) ^ 1
  writeFileSync(file, bytes)
}

const damages: [name: string, file: string, damage: (file: string, other: string) => void][] = [
  [
    'a truncated table',
    table,
    (file) => {
      truncateSync(file, statSync(file).size - 4)
    },
  ],
  ['a flipped byte', 'model.onnx', flip],
  [
    'a missing file',
    join('feature-state', 'state.json'),
    (file) => {
      rmSync(file)
    },
  ],
  ['a wrong type of numbers', table, widen],
  [
    'the manifest of another version',
    'manifest.json',
    (file, other) => {
      cpSync(other, file)
    },
  ],
]

beforeAll(async () => {
  const homes = [freshDirectory(), freshDirectory()]
  bundles = [await trainSmallBundle(homes[0] ?? '', 1), await trainSmallBundle(homes[1] ?? '', 2)]
})

beforeEach(async () => {
  registry = openRegistry(join(freshDirectory(), 'registry'))
  for (const bundle of bundles) await registry.publish(contentsOf(bundle), author)
  await registry.promote(1, { ...author, isForced: true })
})

/** The champion is whole, and a server that follows it gets the trainer's scores. */
async function expectFirstToServe(): Promise<void> {
  const { version, directory } = registry.resolve('champion')
  expect(version).toBe(1)
  await registry.verify(1)
  const bundle = await openBundle(directory)
  expect((await askGolden(bundle)).largestDifference).toBeLessThan(1e-5)
  await bundle.close()
}

describe.each(damages)('%s', (_name, file, damage) => {
  it('is not promoted, not loaded, and fails its dry run, each with the name of the file', async () => {
    const { directory } = registry.resolve(2)
    damage(join(directory, file), join(registry.resolve(1).directory, file))
    const promotion = registry.promote(2, { ...author, isForced: true })
    await expect(promotion).rejects.toMatchObject({
      exitCode: 3,
      message: expect.stringContaining(join(directory, file)) as string,
    })
    // A manifest that fits itself names the file that does not fit it.
    const named = file === 'manifest.json' ? directory : join(directory, file)
    await expect(openBundle(directory)).rejects.toThrow(named)
    const { verdict, reasons } = await dryRun(directory)
    expect([verdict, reasons.join().includes(named)]).toEqual(['REFUSED', true])
    await expectFirstToServe()
  })

  it('is not rolled back to', async () => {
    await registry.promote(2, { ...author, isForced: true })
    const { directory } = registry.resolve(1)
    damage(join(directory, file), join(registry.resolve(2).directory, file))
    await expect(registry.rollback(author)).rejects.toThrow(join(directory, file))
    expect(registry.resolve('champion').version).toBe(2)
  })

  it('is not published', async () => {
    const copy = join(freshDirectory(), 'bundle')
    cpSync(bundles[1] ?? '', copy, { recursive: true })
    damage(join(copy, file), join(bundles[0] ?? '', file))
    await expect(registry.publish(contentsOf(copy), author)).rejects.toThrow(copy)
    expect(Object.keys(registry.state().versions)).toEqual(['1', '2'])
    await expectFirstToServe()
  })
})

it('of the wrong type is refused also where the manifest was written anew', async () => {
  const copy = join(freshDirectory(), 'bundle')
  cpSync(bundles[1] ?? '', copy, { recursive: true })
  widen(join(copy, table))
  const { content } = JSON.parse(readFileSync(join(copy, 'manifest.json'), 'utf8')) as { content: object }
  await writeManifest(copy, { ...content })
  await expect(openBundle(copy)).rejects.toMatchObject({
    code: 'BUNDLE_TABLE_WRONG',
    message: expect.stringContaining(join(copy, table)) as string,
  })
})

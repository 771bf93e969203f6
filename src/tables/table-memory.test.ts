/** What a memory of tables rounds, and what it asks of the system as it grows. */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import type { TableMemory } from './table-memory.js'
import { createTableMemory } from './table-memory.js'

const settingFile = '/sys/kernel/mm/transparent_hugepage/enabled'
const setting = existsSync(settingFile) ? (/\[(\w+)\]/.exec(readFileSync(settingFile, 'utf8'))?.[1] ?? '') : 'absent'

/** Bytes of this process in large pages that were asked for. */
function askedBytes(): number {
  const mappings = readFileSync('/proc/self/smaps', 'utf8').split(/^(?=[0-9a-f]+-[0-9a-f]+ )/m)
  return mappings
    .filter((mapping) => /^VmFlags:.* hg\b/m.test(mapping))
    .reduce((sum, mapping) => sum + 1024 * Number(/^AnonHugePages: +(\d+)/m.exec(mapping)?.[1]), 0)
}

function fill(memory: TableMemory, mebibytes: number): void {
  memory.float32(memory.allocate(mebibytes * 2 ** 20), mebibytes * 2 ** 18).fill(1)
}

describe('a rounding', () => {
  it('is to the nearest number of bfloat16, at a place that the next one writes over', () => {
    const memory = createTableMemory()
    const values = memory.float32(memory.allocate(12), 3)
    values.set([1, 1.00390625, -3.015625])
    const round = memory.createRounding()
    const first = round(values)
    expect([...first]).toEqual([0x3f80, 0x3f80, 0xc041])
    values[0] = 2
    expect([...round(values)]).toEqual([0x4000, 0x3f80, 0xc041])
    expect(first[0]).toBe(0x4000)
    expect([...memory.createRounding()(values.subarray(2))]).toEqual([0xc041])
  })
})

describe.skipIf(setting !== 'madvise')(
  `large pages, which the system gives where they are asked for: ${setting}`,
  () => {
    it('are none for a small memory', () => {
      fill(createTableMemory(), 12)
      expect(askedBytes()).toBe(0)
    })

    it('hold what is written after each growth of a large one, whoever grows it', () => {
      const memory = createTableMemory()
      let before = 0
      for (const opened of [memory, memory, createTableMemory(memory.memory)]) {
        fill(opened, 32)
        const after = askedBytes()
        expect(after - before).toBeGreaterThan(16 * 2 ** 20)
        before = after
      }
    })
  },
)

it('is filled all the same where the system cannot be asked', () => {
  const module = pathToFileURL('dist/tables/table-memory.js').href
  const program = `
    import { createTableMemory } from ${JSON.stringify(module)}
    const memory = createTableMemory()
    const values = memory.float32(memory.allocate(2 ** 26), 2 ** 24).fill(1)
    console.log(values.length, values[0] + values.at(-1))`
  const node = ['--no-addons', '--input-type=module', '--eval', program]
  expect(execFileSync(process.execPath, node, { encoding: 'utf8' })).toBe('16777216 2\n')
})

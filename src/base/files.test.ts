import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { readFloats, readLargeFile, writeLargeFile } from './files.js'

const home = mkdtempSync(join(tmpdir(), 'widedeep-files-'))
afterAll(() => {
  rmSync(home, { recursive: true })
})

it('fills views one after the other, wherever they lie, and takes each before the next is asked for', () => {
  const path = join(home, 'numbers.f32')
  const shared = new Float32Array(new SharedArrayBuffer(32), 4, 5)
  writeLargeFile(path, [Float32Array.of(1, 2, 3), shared.fill(4), Float32Array.of(5)])
  expect([...readFloats(path)]).toEqual([1, 2, 3, 4, 4, 4, 4, 4, 5])
  const target = new Float32Array(new SharedArrayBuffer(32), 8, 4)
  const taken: number[] = []
  function* views(): Iterable<Float32Array> {
    for (let view = 0; view < 3; view++) {
      yield target.fill(0)
      taken.push(...target)
    }
  }
  readLargeFile(path, views())
  // The file ends within the third, which is not taken.
  expect(taken).toEqual([1, 2, 3, 4, 4, 4, 4, 4])
  expect(target[0]).toBe(5)
})

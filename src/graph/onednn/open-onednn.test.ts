import { describe, expect, it } from 'vitest'
import { openOnednn } from './open-onednn.js'

const found = openOnednn()
const reasonOf = (...names: string[]): string => {
  const library = openOnednn(names)
  return 'reason' in library ? library.reason : ''
}

describe('a search for oneDNN', () => {
  it('says what is missing and what to install, and throws nothing', () => {
    const reason = reasonOf('libnothing.so.7', 'libnothing.so.6')
    expect(reason).toMatch(/^libnothing.so.7 is not installed, libnothing.so.6 is not installed \(.*apt-get install/)
  })

  it.skipIf(process.platform !== 'linux')('is not taken in by another library', () => {
    expect(reasonOf('libc.so.6')).toContain('libc.so.6 is no oneDNN')
  })
})

describe.skipIf('reason' in found)('oneDNN as it is installed', () => {
  if ('reason' in found) return

  it('has a version that is known', () => {
    expect([2, 3]).toContain(found.major)
    expect(found.version).toMatch(/^\d+\.\d+\.\d+$/)
  })

  it('multiplies, in memory of any kind', () => {
    const plain = Float32Array.of(1, 2, 3, 4)
    const compiled = new Float32Array(new WebAssembly.Memory({ initial: 1, maximum: 1, shared: false }).buffer)
    const n = 'N'.charCodeAt(0)
    found.useThreads(1)
    const result = compiled.subarray(8, 12)
    expect(found.product(n, n, 2, 2, 2, 1, plain, 2, plain, 2, 0, result, 2)).toBe(0)
    expect([...result]).toEqual([7, 10, 15, 22])
  })
})

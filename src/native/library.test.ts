import { describe, expect, it } from 'vitest'
import { loadNative } from './library.js'

describe.skipIf(process.platform !== 'linux')('a library in C, that of the system (Linux)', () => {
  const library = process.platform === 'linux' ? loadNative().open('libc.so.6') : null

  it('has functions by their declarations, and no others', () => {
    expect(library?.bind<(value: number) => number>('int abs(int)')(-3)).toBe(3)
    expect(() => library?.bind('int no_such_function(int)')).toThrow()
  })

  it('writes into the numbers that it is given', () => {
    const numbers = Int32Array.of(1, 2, 3)
    const place = library?.bind<(to: Int32Array, from: Int32Array, bytes: number) => bigint>(
      'void *memcpy(void *, void *, size_t)',
    )(numbers, Int32Array.of(4, 5), 8)
    expect([...numbers]).toEqual([4, 5, 3])
    expect(loadNative().readInts(place ?? 0n, 3)).toEqual(numbers)
  })
})

it('is missed where there is none of the name', () => {
  expect(() => loadNative().open('libnothing.so.7')).toThrow()
})

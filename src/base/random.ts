/**
 * Counter-based random numbers: a pure function of a key and a counter, so that nothing depends on call order,
 * workers or restarts. The mixer is "lowbias32" (C. Wellons, hash-prospector): two rounds of it per number.
 */

function mix(value: number): number {
  let x = value >>> 0
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d)
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b)
  return (x ^ (x >>> 16)) >>> 0
}

/** A 32-bit key from a seed and words (strings or integers): the same words give the same key. */
export function randomKey(seed: number, ...words: readonly (string | number)[]): number {
  let key = mix(seed ^ 0x9e3779b9)
  for (const word of words) {
    if (typeof word === 'number') key = mix((key ^ mix(word >>> 0)) + 0x85ebca6b)
    else for (let i = 0; i < word.length; i++) key = mix((key ^ word.charCodeAt(i)) + 0x85ebca6b)
  }
  return key
}

/**
 * A uniform 32-bit integer: counter `counter` of stream `key`. Make keys with `randomKey`: streams of small integers used as
 * keys overlap.
 */
export function randomUint32(key: number, counter: number): number {
  const high = Math.floor(counter / 0x100000000)
  return mix((mix((counter >>> 0) ^ key) + mix(high + 0x9e3779b9)) ^ (key >>> 16))
}

/** Uniform in `[0, 1)`. */
export function randomUniform(key: number, counter: number): number {
  return randomUint32(key, counter) / 0x100000000
}

/** Standard normal, by Box and Muller from counters `2c` and `2c + 1`. */
export function randomNormal(key: number, counter: number): number {
  const radius = Math.sqrt(-2 * Math.log(1 - randomUniform(key, 2 * counter)))
  return radius * Math.cos(2 * Math.PI * randomUniform(key, 2 * counter + 1))
}

/** A uniform integer in `[0, bound)`, `bound ≤ 2^32`. */
export function randomInteger(key: number, counter: number, bound: number): number {
  return Math.floor(randomUniform(key, counter) * bound)
}

/** A permutation of `0 … count - 1` (Fisher and Yates). */
export function permutation(count: number, key: number): Uint32Array {
  const order = new Uint32Array(count)
  for (let i = 0; i < count; i++) order[i] = i
  for (let i = count - 1; i > 0; i--) {
    const j = randomInteger(key, i, i + 1)
    const value = order[i] ?? 0
    order[i] = order[j] ?? 0
    order[j] = value
  }
  return order
}

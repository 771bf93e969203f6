/** Keys of the API: who may read, send events, administer. Compared in constant time, kept as digests. */
import { createHash, timingSafeEqual } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Role } from '../protocol/index.js'
import { keyMissing, keysInvalid, keyWrong, roleMissing } from './errors.js'

export interface ApiKeys {
  /** Throws where a key is missing, wrong, or has another role; returns a name of the key for limits. */
  require(given: string | undefined, role: Role): string
}

interface KnownKey {
  readonly digest: Buffer
  readonly roles: readonly Role[]
}

const roles: readonly Role[] = ['read', 'events', 'admin']
const shortestKey = 16

/** Reads `{ "keys": [{ "key": …, "roles": […] }] }`; throws `SERVING_KEYS_INVALID`. */
export function readKeys(file: string): ApiKeys {
  const known = parseKeys(file).map(({ key, roles: own }) => ({ digest: digestOf(key), roles: own }))
  return {
    require(given, role) {
      if (given === undefined) throw keyMissing({})
      const digest = digestOf(given)
      // Every key is compared, so that time tells nothing of which one it is.
      const found = known.reduce<KnownKey | null>(
        (match, one) => (timingSafeEqual(one.digest, digest) ? one : match),
        null,
      )
      if (!found) throw keyWrong({})
      if (!found.roles.includes(role) && !found.roles.includes('admin')) throw roleMissing({ role, has: found.roles })
      return digest.toString('hex')
    },
  }
}

const digestOf = (key: string): Buffer => createHash('sha256').update(key).digest()

function parseKeys(file: string): { key: string; roles: Role[] }[] {
  let parsed: unknown
  try {
    parsed = JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    throw keysInvalid({ file, reason: error instanceof Error ? error.message : String(error) }, { cause: error })
  }
  const { keys } = (parsed ?? {}) as { keys?: unknown }
  if (!Array.isArray(keys) || keys.length === 0) throw keysInvalid({ file, reason: 'it has no keys' })
  return keys.map((entry: unknown, index) => {
    const { key, roles: own } = (entry ?? {}) as { key?: unknown; roles?: unknown }
    const at = `keys[${String(index)}]`
    if (typeof key !== 'string' || key.length < shortestKey)
      throw keysInvalid({ file, reason: `${at}.key is no text of ${String(shortestKey)} characters` })
    if (!Array.isArray(own) || own.length === 0 || !own.every((role) => roles.includes(role as Role)))
      throw keysInvalid({ file, reason: `${at}.roles must name some of ${roles.join(', ')}` })
    return { key, roles: own as Role[] }
  })
}

import { defineError, shown } from '../base/index.js'

export const requestInvalid = defineError<{ faults: readonly string[] }>(
  'SERVING_REQUEST_INVALID',
  'usage',
  ({ faults }) =>
    `the request has ${faults.length === 1 ? 'a fault' : `${String(faults.length)} faults`}: ${faults.join('; ')}`,
)
export const bodyUnreadable = defineError<{ reason: string }>(
  'SERVING_BODY_UNREADABLE',
  'usage',
  ({ reason }) => `the body must be JSON; ${reason}`,
)
export const bodyTooLarge = defineError<{ limit: number }>(
  'SERVING_BODY_TOO_LARGE',
  'tooLarge',
  ({ limit }) =>
    `the body must have ${String(limit)} bytes at most; send less at once, or start the server with a larger limits.bodyBytes`,
)
export const contentTypeWrong = defineError<{ got: string; known: readonly string[] }>(
  'SERVING_CONTENT_TYPE_WRONG',
  'wrongType',
  ({ got, known }) => `the content type must be ${known.join(' or ')}; got ${shown(got)}`,
)
export const explainerUnavailable = defineError<{ version: string }>(
  'SERVING_EXPLAINER_UNAVAILABLE',
  'unavailable',
  ({ version }) =>
    `version ${version} must be readable to explain its scores, and its bundle is not there any more or damaged; lists go on; publish it again or serve another`,
)
export const routeUnknown = defineError<{ method: string; path: string; hint: string }>(
  'SERVING_ROUTE_UNKNOWN',
  'unknown',
  ({ method, path, hint }) => `there is no ${method} ${shown(path)}; ${hint}`,
)
export const methodWrong = defineError<{ method: string; path: string; allowed: readonly string[] }>(
  'SERVING_METHOD_WRONG',
  'wrongMethod',
  ({ method, path, allowed }) => `${shown(path)} takes ${allowed.join(', ')}; got ${method}`,
)
export const requestUnparsable = defineError<{ reason: string }>(
  'SERVING_REQUEST_UNPARSABLE',
  'usage',
  ({ reason }) => `what came is no HTTP request that this server reads: ${reason}`,
)
export const bodyTaken = defineError<{ path: string }>(
  'SERVING_BODY_TAKEN',
  'bug',
  ({ path }) =>
    `the body of the request for ${shown(path)} was read before it came to the handler; mount the handler before whatever parses bodies`,
)
export const keyMissing = defineError<object>(
  'SERVING_KEY_MISSING',
  'unauthorized',
  () => 'this server asks for a key: send it as `Authorization: Bearer <key>` or `X-API-Key: <key>`',
)
export const keyWrong = defineError<object>(
  'SERVING_KEY_WRONG',
  'unauthorized',
  () => 'the key is none of this server; ask whoever runs it for one',
)
export const roleMissing = defineError<{ role: string; has: readonly string[] }>(
  'SERVING_ROLE_MISSING',
  'forbidden',
  ({ role, has }) => `this needs a key with the role ${role}; the key has ${has.join(', ')}`,
)
export const keysNeeded = defineError<{ host: string }>(
  'SERVING_KEYS_NEEDED',
  'usage',
  ({ host }) =>
    `a server on ${host} can be reached from other machines and must have keys; give some with --keys <file>, or stay on 127.0.0.1`,
)
export const keysInvalid = defineError<{ file: string; reason: string }>(
  'SERVING_KEYS_INVALID',
  'usage',
  ({ file, reason }) =>
    `${file} must be like { "keys": [{ "key": "<16 characters or more>", "roles": ["read", "events", "admin"] }] }; ${reason}`,
)
export const userUnknown = defineError<{ user: string }>(
  'SERVING_USER_UNKNOWN',
  'unknown',
  ({ user }) => `nothing is known of the user ${shown(user)}`,
)
export const itemUnknown = defineError<{ item: string }>(
  'SERVING_ITEM_UNKNOWN',
  'unknown',
  ({ item }) => `the catalogue has no item ${shown(item)}; add it with an event of type item`,
)
export const modelUnknown = defineError<{ asked: string; hint: string }>(
  'SERVING_MODEL_UNKNOWN',
  'unknown',
  ({ asked, hint }) => `this server has no model ${shown(asked)}; ${hint}`,
)
export const versionUnknown = defineError<{ version: string; loaded: readonly string[] }>(
  'SERVING_VERSION_UNKNOWN',
  'unknown',
  ({ version, loaded }) =>
    `no alias of this server has version ${shown(version)} loaded; ${loaded.length === 0 ? 'none is' : `loaded: ${loaded.join(', ')}`}`,
)
export const requestMalformed = defineError<{ method: string; path: string }>(
  'SERVING_REQUEST_MALFORMED',
  'usage',
  ({ method, path }) => `Malformed request: ${method} ${path}; GET /openapi.json describes what there is`,
)
export const listGone = defineError<{ requestId: string; limit: number }>(
  'SERVING_LIST_GONE',
  'unknown',
  ({ requestId, limit }) =>
    `no list of the request ${shown(requestId)} is kept (the newest ${String(limit)} are); ask /v1/recommend again`,
)
export const notReady = defineError<{ why: string }>(
  'SERVING_NOT_READY',
  'unavailable',
  ({ why }) => `no model serves yet: ${why}`,
)
export const cannotListen = defineError<{ host: string; port: number; reason: string }>(
  'SERVING_CANNOT_LISTEN',
  'environment',
  ({ host, port, reason }) =>
    `the server must be able to listen on ${host}, port ${String(port)}; got ${reason}; choose another with --host and --port (0: any that is free)`,
)
export const overloaded = defineError<{ limit: number }>(
  'SERVING_OVERLOADED',
  'unavailable',
  ({ limit }) => `${String(limit)} requests are being answered or wait already; try again in a moment`,
)
export const tooManyRequests = defineError<{ perSecond: number }>(
  'SERVING_TOO_MANY_REQUESTS',
  'tooMany',
  ({ perSecond }) => `a key may ask ${String(perSecond)} times a second; try again in a moment`,
)
export const catalogueMissing = defineError<{ directory: string }>(
  'SERVING_CATALOGUE_MISSING',
  'usage',
  ({ directory }) =>
    `${directory} must have catalogue/items.ndjson, which serving ranks; name data.item in the config and train again (bundles of earlier releases have none)`,
)
export const memoryShort = defineError<{ version: string; needs: number; available: number }>(
  'SERVING_MEMORY_SHORT',
  'environment',
  ({ version, needs, available }) =>
    `version ${version} may need ${String(Math.ceil(needs / 2 ** 20))} MiB beside what serves, and ${String(Math.floor(available / 2 ** 20))} MiB are available; take fewer --threads or a smaller --item-memory, or a larger machine`,
)

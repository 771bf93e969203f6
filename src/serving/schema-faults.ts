/** What a JSON Schema validator found, as sentences: where, what it must be, what is near. */
import { suggestion } from '../base/index.js'

/** Of Ajv's errors what is used; Fastify gives the same. */
export interface SchemaError {
  readonly keyword: string
  readonly instancePath: string
  readonly message?: string | undefined
  readonly params: Readonly<Record<string, unknown>>
  readonly parentSchema?: unknown
}

export interface SchemaFault {
  /** JSON pointer. */
  readonly pointer: string
  readonly message: string
}

/** Most faults that are told; a body may have millions. */
const most = 50

/** Sentences without repetition, in the order found. */
export function faultsOf(errors: readonly SchemaError[]): SchemaFault[] {
  const faults = errors.slice(0, 10 * most).map(faultOf)
  const seen = new Set<string>()
  return faults.filter(({ pointer, message }) => {
    const key = `${pointer} ${message}`
    return seen.size < most && !seen.has(key) && Boolean(seen.add(key))
  })
}

function faultOf({ keyword, instancePath, message = 'is wrong', params, parentSchema }: SchemaError): SchemaFault {
  const where = instancePath === '' ? 'the request' : instancePath.slice(1).replaceAll('/', '.')
  if (keyword === 'additionalProperties') {
    const name = String(params['additionalProperty'])
    const known = Object.keys((parentSchema as { properties?: object } | undefined)?.properties ?? {})
    const near = known.length > 0 ? `; ${suggestion(name, known)}` : ''
    return { pointer: `${instancePath}/${escaped(name)}`, message: `${where} has no ${name}${near}` }
  }
  if (keyword === 'required') {
    const name = String(params['missingProperty'])
    return { pointer: `${instancePath}/${escaped(name)}`, message: `${where} must have ${name}` }
  }
  if (keyword === 'enum' || keyword === 'const') {
    const allowed = params['allowedValues'] ?? [params['allowedValue']]
    return { pointer: instancePath, message: `${where} must be one of ${JSON.stringify(allowed)}` }
  }
  // The one pattern is that of ids.
  if (keyword === 'pattern')
    return {
      pointer: instancePath,
      message: `${where} must be a text without NUL characters and halves of surrogate pairs`,
    }
  return { pointer: instancePath, message: `${where} ${message}` }
}

const escaped = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1')

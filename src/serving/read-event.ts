/** One event of a call against the schema of its type, with every fault. */
import { suggestion } from '../base/index.js'
import type { EventInput } from '../protocol/index.js'
import { eventSchemas } from '../protocol/index.js'
import { requestInvalid } from './errors.js'
import type { SchemaFault } from './schema-faults.js'
import { schemaValidator } from './schema-validator.js'

export interface EventFault extends SchemaFault {
  readonly code: string
}

const validators = new Map(Object.entries(eventSchemas).map(([type, schema]) => [type, schemaValidator(schema)]))

/** The event, or what is wrong with it. */
export function readEvent(input: unknown): { readonly event: EventInput } | { readonly faults: readonly EventFault[] } {
  const type = typeof input === 'object' && input !== null ? (input as { type?: unknown }).type : undefined
  const validate = validators.get(String(type))
  const unknown = {
    pointer: '/type',
    message: `type must be a kind of event; ${suggestion(String(type), validators.keys())}`,
  }
  const faults = validate ? validate(input) : [unknown]
  return faults.length === 0
    ? { event: input as EventInput }
    : { faults: faults.map((fault) => ({ code: requestInvalid.code, ...fault })) }
}

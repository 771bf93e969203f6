/** Validates by JSON Schema, with every fault as a sentence. The sole file that knows ajv. */
import { Ajv2020 } from 'ajv/dist/2020.js'
import type { SchemaFault } from './schema-faults.js'
import { faultsOf } from './schema-faults.js'

/** Answers the faults of a value; none: it is right, and defaults are filled in. */
export type Validate = (value: unknown) => readonly SchemaFault[]

/**
 * Our own schemas need no schema at every start, and code that is not polished runs as fast: compiling those of a server took 0.30 s of its
 * start, and takes 0.12 s.
 */
const compiling = { validateSchema: false, code: { optimize: false } } as const
const options = { allErrors: true, strict: false, useDefaults: true, verbose: true, ...compiling } as const
const bodies = new Ajv2020(options)
/** Of what stands in an address everything is text. */
const addresses = new Ajv2020({ ...options, coerceTypes: true })

export function schemaValidator(schema: object, isAddress = false): Validate {
  const validate = (isAddress ? addresses : bodies).compile(schema)
  return (value) => (validate(value) ? [] : faultsOf(validate.errors ?? []))
}

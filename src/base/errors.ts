/**
 * The error registry: every error of the product is declared once, with a code, a sentence and an exit code.
 * The sentence says where, what it must be, what it got, and the way out.
 */

export interface ErrorDeclaration {
  readonly code: string
  readonly exitCode: number
  readonly status: number
}

/** One fault found by validation; many are collected and reported at once. */
export interface Issue {
  readonly code: string
  /** Where: a path such as `features.user.age.normalize`, or a file and line. */
  readonly path: string
  /** What it must be, what it got, the way out. */
  readonly message: string
}

/** Every fault that a user can meet; `code` is stable and documented in docs/errors.md. */
export class WideDeepError extends Error {
  override readonly name = 'WideDeepError'
  readonly code: string
  readonly exitCode: number
  readonly status: number
  readonly issues: readonly Issue[]

  constructor(
    declaration: ErrorDeclaration,
    message: string,
    options?: { cause?: unknown; issues?: readonly Issue[] },
  ) {
    super(message, options?.cause === undefined ? undefined : { cause: options.cause })
    this.code = declaration.code
    this.exitCode = declaration.exitCode
    this.status = declaration.status
    this.issues = options?.issues ?? []
  }
}

/** Exit codes of DESIGN §8. */
export const exitCodes = { bug: 1, usage: 2, data: 3, notBlessed: 4, environment: 5 } as const

/** What kind of fault it is: the exit code of a command, and the HTTP status of an answer. */
const kinds = {
  bug: { exitCode: exitCodes.bug, status: 500 },
  usage: { exitCode: exitCodes.usage, status: 400 },
  data: { exitCode: exitCodes.data, status: 500 },
  /** In conflict with what is promoted. */
  notBlessed: { exitCode: exitCodes.notBlessed, status: 409 },
  environment: { exitCode: exitCodes.environment, status: 500 },
  // Of requests to a server; what a command does with them is usage.
  unauthorized: { exitCode: exitCodes.usage, status: 401 },
  forbidden: { exitCode: exitCodes.usage, status: 403 },
  unknown: { exitCode: exitCodes.usage, status: 404 },
  wrongMethod: { exitCode: exitCodes.usage, status: 405 },
  tooLarge: { exitCode: exitCodes.usage, status: 413 },
  wrongType: { exitCode: exitCodes.usage, status: 415 },
  tooMany: { exitCode: exitCodes.usage, status: 429 },
  unavailable: { exitCode: exitCodes.environment, status: 503 },
} as const

export interface DefinedError<P extends object> {
  (parameters: P, options?: { cause?: unknown; issues?: readonly Issue[] }): WideDeepError
  readonly code: string
}

const declared = new Map<string, ErrorDeclaration>()

/**
 * Declares an error once and returns its constructor: `throw fileMissing({ path })`.
 * `sentence` is a function of named parameters, so that a template cannot name a parameter that is not given.
 */
export function defineError<P extends object>(
  code: string,
  kind: keyof typeof kinds,
  sentence: (parameters: P) => string,
): DefinedError<P> {
  if (declared.has(code)) throw new Error(`internal: error code ${code} is declared twice`)
  const declaration = { code, ...kinds[kind] }
  declared.set(code, declaration)
  const create = (parameters: P, options?: { cause?: unknown; issues?: readonly Issue[] }): WideDeepError =>
    new WideDeepError(declaration, sentence(parameters), options)
  return Object.assign(create, { code })
}

/** Every declared error, by code: what docs/errors.md is tested against. */
export const declaredErrors: ReadonlyMap<string, ErrorDeclaration> = declared

/** A value shortened to 80 characters, for "got …" in a sentence. */
export function shown(value: unknown): string {
  // JSON has no text for these; everything else it can say.
  const isPlain = value === undefined || typeof value === 'function' || typeof value === 'bigint' || Number.isNaN(value)
  const text = isPlain ? String(value) : (JSON.stringify(value) ?? 'nothing')
  return text.length > 80 ? `${text.slice(0, 77)}...` : text
}

/** Errors between threads: a structured clone would lose their code. */
import { WideDeepError } from '../base/index.js'

/** An error as plain data. */
export interface ErrorData {
  readonly message: string
  readonly stack: string
  /** Its declaration, where it has one: an undeclared error is a fault of ours or of the runtime. */
  readonly declaration: { readonly code: string; readonly exitCode: number; readonly status: number } | null
}

/** What another thread makes the error of again. */
export function errorData(error: unknown): ErrorData {
  const { message, stack = message } = error instanceof Error ? error : new Error(String(error))
  if (!(error instanceof WideDeepError)) return { message, stack, declaration: null }
  const { code, exitCode, status } = error
  return { message, stack, declaration: { code, exitCode, status } }
}

/** The error again, its stack in the other thread as the cause. */
export function errorOf({ message, stack, declaration }: ErrorData): Error {
  const cause = new Error(stack)
  return declaration ? new WideDeepError(declaration, message, { cause }) : new Error(message, { cause })
}

import { modelConfigInvalid } from './errors.js'
import type { ResolvedModel } from './model-spec.js'

/** Throws `MODEL_CONFIG_INVALID` where an architecture makes another number of logits than its head reads. */
export function requireLogits(width: number, { architecture, head }: ResolvedModel, logitWidth: number): void {
  if (width === logitWidth) return
  const { name } = architecture.architecture
  const message = `model.architecture must make ${String(logitWidth)} logits for head "${head}"; got ${name}, of which a part makes ${String(width)}; take "wide-deep" or "dcn-v2"`
  throw modelConfigInvalid({ issues: [message] })
}

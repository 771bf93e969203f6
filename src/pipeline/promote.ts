/** Promotion as one function: the dry run first, then the registry, which asks for a blessing. */
import type { DryRunResult, JournalEntry, Promotion } from '../registry/index.js'
import { dryRun, openRegistry, registryDirectory } from '../registry/index.js'
import { dryRunFailed } from './errors.js'

export interface PromoteOptions extends Omit<Promotion, 'tryOut'> {
  /** Number or alias. */
  readonly version: string | number
  /** Default: `registryDirectory()`. */
  readonly registry?: string | undefined
}

export interface PromoteResult {
  readonly version: number
  readonly entry: JournalEntry
  readonly dryRun: DryRunResult
}

/** Makes a version the champion once it has passed its dry run (`PIPELINE_DRY_RUN_FAILED`), which no force spares it. */
export async function promoteVersion(options: PromoteOptions): Promise<PromoteResult> {
  const { version: asked, registry: named, ...promotion } = options
  const registry = openRegistry(registryDirectory(named))
  const { version, directory } = registry.resolve(asked)
  let result: DryRunResult | undefined
  const tryOut = async (): Promise<void> => {
    result = await dryRun(directory)
    const { verdict, reasons } = result
    if (verdict !== 'PASSED') throw dryRunFailed({ version, verdict, reasons })
  }
  const entry = await registry.promote(version, { ...promotion, tryOut })
  if (!result) throw new Error('internal: promoted without a dry run')
  return { version, entry, dryRun: result }
}

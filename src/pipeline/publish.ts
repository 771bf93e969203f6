/** Publishing: a bundle, with what its run has to say of it, becomes a version of the registry. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { packageVersion } from '../base/index.js'
import { openRegistry, registryDirectory } from '../registry/index.js'
import type { Author } from '../registry/index.js'
import type { TrainResult } from './train.js'

export interface PublishOptions extends Author {
  readonly bundle: string
  /** Default: `registryDirectory()`. */
  readonly registry?: string | undefined
  readonly tags?: Record<string, string> | undefined
  /** An alias to point at the new version, such as `challenger`. */
  readonly alias?: string | undefined
  /** Number or alias of the version that training started from. */
  readonly parent?: string | undefined
  /** Which code it was, a commit for example. Default: the release of this package. */
  readonly code?: string | undefined
}

export interface PublishResult {
  readonly version: number
  /** Directory of the published bundle. */
  readonly directory: string
  readonly metrics: Readonly<Record<string, number | null>>
}

/** Publishes a bundle; data fingerprint, metrics and the course of training come from the report beside it, where there is one. */
export async function publishBundle(options: PublishOptions): Promise<PublishResult> {
  const { tags, alias, parent, by, reason } = options
  const registry = openRegistry(registryDirectory(options.registry))
  const report = reportOf(resolve(options.bundle))
  const version = await registry.publish(
    {
      bundle: options.bundle,
      lineage: {
        data: report?.dataFingerprint ?? null,
        code: options.code ?? `widedeep ${packageVersion()}`,
        parent: parent === undefined ? null : registry.resolve(parent).version,
      },
      metrics: report?.metrics ?? {},
      report,
    },
    { by, reason, ...(tags ? { tags } : {}) },
  )
  if (alias !== undefined) registry.setAlias(alias, version, { by, reason })
  return { version, directory: registry.resolve(version).directory, metrics: report?.metrics ?? {} }
}

type Report = Omit<TrainResult, 'bundle' | 'run'>

/** What `train` wrote of this bundle into the run's directory, without the paths. */
function reportOf(bundle: string): Report | null {
  const files = [join(dirname(bundle), 'report.json'), join(`${bundle}.run`, 'report.json')]
  for (const file of files.filter((path) => existsSync(path))) {
    const { bundle: own, run: _run, ...report } = JSON.parse(readFileSync(file, 'utf8')) as TrainResult
    if (resolve(own) === bundle) return report
  }
  return null
}

/** A published version as a run of an MLflow tracking server: settings, metrics by epoch, lineage and files. */
import { readdirSync, statSync } from 'node:fs'
import { join, sep } from 'node:path'
import { openRegistry, registryDirectory, showVersion } from '../registry/index.js'
import type { VersionDetails } from '../registry/index.js'
import { mlflowServer } from './mlflow-server.js'
import type { MlflowServer } from './mlflow-server.js'
import type { TrainResult } from './train.js'

export interface MlflowExport {
  /** Number or alias. */
  readonly version: string
  /** Address of the tracking server. */
  readonly server: string
  /** Default `widedeep`; made where it is not there. */
  readonly experiment?: string | undefined
  /** Default: `registryDirectory()`. */
  readonly registry?: string | undefined
}

export interface MlflowExportResult {
  readonly version: number
  readonly experimentId: string
  readonly runId: string
  /** The same version was exported before: nothing was sent. */
  readonly isUnchanged: boolean
  readonly metrics: number
  readonly parameters: number
  readonly files: number
}

/** What MLflow takes in one request. */
const metricsAtOnce = 1000
const parametersAtOnce = 100
/** Characters of a parameter that every store of MLflow takes. */
const longestParameter = 500

/** Exports a version once: a second export of it finds the first. A run that was cut short stays `RUNNING` and is left alone. */
export async function exportToMlflow(options: MlflowExport): Promise<MlflowExportResult> {
  const details = await showVersion(openRegistry(registryDirectory(options.registry)), options.version)
  const server = mlflowServer(options.server)
  const experimentId = await experimentOf(server, options.experiment ?? 'widedeep')
  const checksum = details.record?.parts['bundle'] ?? ''
  const known = await finishedRun(server, experimentId, checksum)
  const found = { version: details.version, experimentId }
  if (known !== null) return { ...found, runId: known, isUnchanged: true, metrics: 0, parameters: 0, files: 0 }
  const run = await beginRun(server, experimentId, details)
  const metrics = metricsOf(details)
  const parameters = parametersOf(details)
  for (const part of parts(metrics, metricsAtOnce))
    await server.post('runs/log-batch', { run_id: run.id, metrics: part })
  for (const part of parts(parameters, parametersAtOnce))
    await server.post('runs/log-batch', { run_id: run.id, params: part })
  const files = await uploadFiles(server, run.artifactUri, details)
  await server.post('runs/update', { run_id: run.id, status: 'FINISHED', end_time: timeOf(details) })
  const counts = { metrics: metrics.length, parameters: parameters.length, files }
  return { ...found, runId: run.id, isUnchanged: false, ...counts }
}

async function experimentOf(server: MlflowServer, name: string): Promise<string> {
  const found = await server.get('experiments/get-by-name', { experiment_name: name })
  if (found) return (found['experiment'] as { experiment_id: string }).experiment_id
  return (await server.post('experiments/create', { name }))['experiment_id'] as string
}

async function finishedRun(server: MlflowServer, experimentId: string, checksum: string): Promise<string | null> {
  const filter = `tags.\`widedeep.bundle\` = '${checksum}' and attributes.status = 'FINISHED'`
  const { runs = [] } = await server.post('runs/search', { experiment_ids: [experimentId], filter, max_results: 1 })
  return (runs as { info: { run_id: string } }[])[0]?.info.run_id ?? null
}

async function beginRun(
  server: MlflowServer,
  experimentId: string,
  details: VersionDetails,
): Promise<{ id: string; artifactUri: string }> {
  const { version, record, tags } = details
  const own = { ...record?.lineage, version, bundle: record?.parts['bundle'] }
  const all = [
    ...Object.entries(tags).map(([key, value]) => ({ key, value })),
    ...Object.entries(own).map(([key, value]) => ({ key: `widedeep.${key}`, value: String(value ?? '') })),
  ]
  const ask = { experiment_id: experimentId, run_name: `version ${String(version)}`, start_time: timeOf(details) }
  const { run } = await server.post('runs/create', { ...ask, tags: all })
  const { info } = run as { info: { run_id: string; artifact_uri: string } }
  return { id: info.run_id, artifactUri: info.artifact_uri }
}

interface Metric {
  readonly key: string
  readonly value: number
  readonly timestamp: number
  readonly step: number
}

/** Metrics of each epoch by its number from 1, and those of the bundle as `bundle/<name>`; undefined ones are left out. */
function metricsOf(details: VersionDetails): Metric[] {
  const { epochs = [] } = (details.report ?? {}) as Partial<Pick<TrainResult, 'epochs'>>
  const byEpoch = epochs.map(({ epoch, loss, metrics }) => ({ step: epoch + 1, values: { ...metrics, loss } }))
  const last = Object.entries(details.record?.metrics ?? {}).map(([name, value]): [string, number | null] => [
    `bundle/${name}`,
    value,
  ])
  const all = [...byEpoch, { step: epochs.length, values: Object.fromEntries(last) }]
  return all.flatMap(({ step, values }) =>
    Object.entries(values).flatMap(([key, value]) =>
      typeof value === 'number' ? [{ key, value, timestamp: timeOf(details), step }] : [],
    ),
  )
}

function parametersOf({ settings }: VersionDetails): { key: string; value: string }[] {
  return Object.entries(settings).map(([key, value]) => {
    const text = typeof value === 'string' ? value : JSON.stringify(value)
    return { key, value: text.slice(0, longestParameter) }
  })
}

/** The report, and the bundle as scoring loads it, below `bundle/`. */
async function uploadFiles(server: MlflowServer, uri: string, { directory }: VersionDetails): Promise<number> {
  const version = join(directory, '..')
  const files = readdirSync(version, { recursive: true, encoding: 'utf8' })
    .filter((name) => !name.startsWith(join('bundle', 'training-state')) && statSync(join(version, name)).isFile())
    .sort()
  let count = 0
  for (const name of files) {
    if (await server.upload(uri, name.split(sep).join('/'), join(version, name))) count++
  }
  return count
}

function parts<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, index) => all.slice(index * size, (index + 1) * size))
}

const timeOf = ({ publishedAt }: VersionDetails): number => Date.parse(publishedAt)

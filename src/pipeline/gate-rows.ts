/** The same raw rows as two models see them: each encodes them with its own vocabularies, and they must come out as the same rows. */
import { resolve } from 'node:path'
import { encodeFiles, encodeSplit } from '../data/index.js'
import type { EncodedFiles } from '../data/index.js'
import type { Config } from '../features/index.js'
import type { Bundle } from '../model/index.js'
import type { LoadedConfig } from './config-file.js'
import { gateForeign, gateRowsMissing } from './errors.js'
import { scoreSplit } from './validation.js'

export interface RowsSource {
  /** Labelled files, instead of a split of the config's data. */
  readonly files?: readonly string[] | undefined
  readonly loaded?: LoadedConfig | undefined
  /** Default: `test`, or `validation` where that has no rows. */
  readonly split?: string | undefined
}

export interface ModelRows extends Awaited<ReturnType<typeof scoreSplit>> {
  readonly encoded: EncodedFiles
}

/** Encodes and scores the rows with a bundle. */
export async function rowsOf(bundle: Bundle, source: RowsSource): Promise<ModelRows & { readonly source: string }> {
  const { encoded, name } = await encodedRows(bundle, source)
  if (encoded.dataset.rowCount === 0) {
    await encoded.close()
    throw gateRowsMissing({ source: name })
  }
  const scored = await scoreSplit(encoded.dataset, (features) => bundle.predict(features))
  return { ...scored, encoded, source: name }
}

/** Throws unless two models were given the same rows in the same order. */
export function requireSameRows(challenger: ModelRows, champion: ModelRows): void {
  const [expected, got] = [challenger.labels.length, champion.labels.length]
  if (expected !== got) throw gateForeign({ what: 'number of labels', expected: String(expected), got: String(got) })
  const at = challenger.labels.findIndex((label, index) => label !== champion.labels[index])
  if (at < 0) return
  const labelOf = ({ labels }: ModelRows): string => String(labels[at])
  throw gateForeign({ what: `label at ${String(at)}`, expected: labelOf(challenger), got: labelOf(champion) })
}

async function encodedRows(bundle: Bundle, source: RowsSource): Promise<{ encoded: EncodedFiles; name: string }> {
  const { files, loaded } = source
  const common = {
    config: rowConfig(bundle.config, loaded),
    configDirectory: loaded?.directory ?? process.cwd(),
    state: bundle.featureState,
  }
  if (files) {
    const encoded = await encodeFiles({ ...common, files: files.map((file) => resolve(file)) })
    return { encoded, name: files.join(', ') }
  }
  const split = source.split ?? 'test'
  const encoded = await encodeSplit({ ...common, split })
  if (source.split !== undefined || encoded.dataset.rowCount > 0) return { encoded, name: `the ${split} split` }
  await encoded.close()
  return { encoded: await encodeSplit({ ...common, split: 'validation' }), name: 'the validation split' }
}

/** The features and model of a bundle over the data of the config at hand; what only the bundle's past knows is kept. */
export function rowConfig(own: Config, loaded: LoadedConfig | undefined): Config {
  if (!loaded) return own
  const { data, training } = loaded.config
  const history = own.data.history || data.history ? { history: { ...own.data.history, ...data.history } } : {}
  return { ...own, data: { ...data, ...history }, ...(training ? { training } : {}) }
}

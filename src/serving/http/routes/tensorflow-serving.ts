/** TensorFlow Serving's REST over the models of the server: rows are scored as they come, whoever they are of. */
import { suggestion } from '../../../base/index.js'
import type { RawRow } from '../../../features/index.js'
import type { ExamplesRequest, ModelParams, PredictRequest, TensorFlowVerb } from '../../../protocol/index.js'
import { tensorFlowModels, tensorFlowRoutes } from '../../../protocol/index.js'
import { requestInvalid } from '../../errors.js'
import type { NamedModels } from '../../model-choice.js'
import { loadedVersions, requireName, useNamed } from '../../model-choice.js'
import { rowsOfColumns, rowsOfObjects } from '../../raw-rows.js'
import { predictionsByRow, predictRows } from '../../row-predictions.js'
import type { RowMetrics } from '../../row-predictions.js'
import type { ServedModel } from '../../served-model.js'
import { notReady, versionUnknown } from '../../errors.js'
import { readJson } from '../body.js'
import type { Answer, HandledRequest, Route } from '../route.js'
import type { Standard } from '../standard.js'
import { signatureNames, tensorFlowMetadata } from './tensorflow-metadata.js'

export interface StandardParts extends NamedModels {
  readonly metrics: RowMetrics
}

type Handler = (request: HandledRequest, params: ModelParams) => Promise<Answer> | Answer

export function tensorFlowServing(parts: StandardParts): Standard {
  const handlers: Readonly<Record<TensorFlowVerb, Handler>> = {
    status: (_, params) => statusOf(parts, params),
    metadata: (_, params) =>
      useNamed(parts, params, (model) => Promise.resolve({ body: tensorFlowMetadata(parts.name, model) })),
    predict: ({ body }, params) => predict(parts, params, body as PredictRequest),
    classify: ({ body }, params) =>
      examples(parts, params, { operation: 'classify', request: body as ExamplesRequest, result: classesOf }),
    regress: ({ body }, params) =>
      examples(parts, params, { operation: 'regress', request: body as ExamplesRequest, result: numberOf }),
  }
  const ofModels = tensorFlowRoutes.map(({ verb, spec }): Route => ({
    spec,
    handle: (request) => handlers[verb](request, request.params as ModelParams),
  }))
  const models = { spec: tensorFlowModels, handle: (): Answer => ({ body: { models: [parts.name] } }) }
  return { path: '/v1/models', routes: [models, ...ofModels], readBody: readJson }
}

/** All versions that serve, or the one that is named. */
function statusOf(parts: StandardParts, { model, version, label }: ModelParams): Promise<Answer> | Answer {
  requireName(parts, model)
  const available = (versions: readonly string[]): Answer => ({
    body: {
      model_version_status: versions.map((one) => ({
        version: one,
        state: 'AVAILABLE',
        status: { error_code: 'OK', error_message: '' },
      })),
    },
  })
  if (label !== undefined)
    return useNamed(parts, { model, label }, (served) => Promise.resolve(available([served.version])))
  const loaded = loadedVersions(parts)
  if (version !== undefined && !loaded.includes(version)) throw versionUnknown({ version, loaded })
  if (loaded.length === 0) throw notReady({ why: 'no version is loaded' })
  return available(version === undefined ? loaded : [version])
}

async function predict(parts: StandardParts, params: ModelParams, request: PredictRequest): Promise<Answer> {
  const { signature_name: signature, instances, inputs } = request
  checkSignature(signature)
  if ((instances === undefined) === (inputs === undefined))
    throw invalid('', 'the request must have instances or inputs, and not both')
  const rowsFor = (model: ServedModel): RawRow[] =>
    instances === undefined
      ? rowsOfColumns(model.inputs, Object.entries(inputs ?? {}), 'inputs')
      : rowsOfObjects(model.inputs, instances, { key: 'instances' })
  return useNamed(parts, params, async (model, alias) => {
    const predicted = await predictRows(parts, { model, alias, operation: 'predict' }, rowsFor(model))
    const values = predictionsByRow(predicted)
    return { body: instances === undefined ? { outputs: values } : { predictions: values } }
  })
}

interface Asked {
  readonly operation: string
  readonly request: ExamplesRequest
  /** What a prediction is called here; a class that has a name is told by it. */
  result(prediction: number | readonly number[], model: ServedModel): unknown
}

function examples(parts: StandardParts, params: ModelParams, { operation, request, result }: Asked): Promise<Answer> {
  const { signature_name: signature, context = {}, examples: own } = request
  checkSignature(signature)
  return useNamed(parts, params, async (model, alias) => {
    const rows = rowsOfObjects(model.inputs, own, { key: 'examples', shared: context })
    const predicted = await predictRows(parts, { model, alias, operation }, rows)
    return { body: { results: predictionsByRow(predicted).map((one) => result(one, model)) } }
  })
}

/** Pairs of class and probability; a model of one probability has the classes 0 and 1, as TensorFlow's has. */
function classesOf(prediction: number | readonly number[], { labels, config }: ServedModel): [string, number][] {
  if (config.model?.head === 'regression') throw invalid('', 'the model predicts a number; ask :regress')
  if (typeof prediction === 'number')
    return [
      ['0', 1 - prediction],
      ['1', prediction],
    ]
  return prediction.map((probability, index) => [labels[index] ?? '', probability])
}

function numberOf(prediction: number | readonly number[]): number {
  if (typeof prediction === 'number') return prediction
  throw invalid('', 'the model has several classes; ask :classify')
}

function checkSignature(name: string | undefined): void {
  if (name === undefined || name === '' || signatureNames.includes(name)) return
  throw invalid('/signature_name', `Serving signature name: "${name}" not found; ${suggestion(name, signatureNames)}`)
}

const invalid = (path: string, message: string): Error =>
  requestInvalid({ faults: [message] }, { issues: [{ code: requestInvalid.code, path, message }] })

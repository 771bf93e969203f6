/** The Open Inference Protocol over the models of the server: a tensor for each feature, a row for each item to score. */
import { packageVersion, suggestion } from '../../../base/index.js'
import type { RawInput } from '../../../features/index.js'
import type { InferRequest, ModelParams, OpenInferenceVerb } from '../../../protocol/index.js'
import { openInferenceRoutes } from '../../../protocol/index.js'
import { requestInvalid } from '../../errors.js'
import { loadedVersions, useNamed } from '../../model-choice.js'
import { rowsOfColumns } from '../../raw-rows.js'
import { predictRows } from '../../row-predictions.js'
import type { ServedModel } from '../../served-model.js'
import { columnsOfTensors } from '../../tensors.js'
import { readInferBody } from '../infer-body.js'
import type { Answer, HandledRequest, Route } from '../route.js'
import type { Standard } from '../standard.js'
import type { StandardParts } from './tensorflow-serving.js'

type Handler = (request: HandledRequest, params: ModelParams) => Promise<Answer> | Answer

export function openInference(parts: StandardParts & { isReady(): boolean }): Standard {
  const { name } = parts
  const handlers: Readonly<Record<OpenInferenceVerb, Handler>> = {
    server: () => ({ body: { name: 'widedeep', version: packageVersion(), extensions: ['binary_tensor_data'] } }),
    live: () => ({ body: { live: true } }),
    ready: () => ({ status: parts.isReady() ? 200 : 503, body: { ready: parts.isReady() } }),
    metadata: (_, params) =>
      useNamed(parts, params, (model) =>
        Promise.resolve({ body: { name, versions: loadedVersions(parts), ...metadataOf(model) } }),
      ),
    modelReady: (_, params) => useNamed(parts, params, () => Promise.resolve({ body: { name, ready: true } })),
    infer: ({ body }, params) => infer(parts, params, body as InferRequest),
  }
  const routes = openInferenceRoutes.map(({ verb, spec }): Route => ({
    spec,
    handle: (request) => handlers[verb](request, request.params as ModelParams),
  }))
  return { path: '/v2', routes, readBody: readInferBody }
}

const datatypes = { text: 'BYTES', integer: 'INT64', number: 'FP32' } as const

function metadataOf({ inputs, labels }: ServedModel): object {
  const tensorOf = ({ name, type, isList }: RawInput): object => ({
    name,
    datatype: datatypes[type],
    shape: isList ? [-1, -1] : [-1],
  })
  return {
    platform: 'widedeep',
    inputs: [...new Set(inputs.values())].map(tensorOf),
    outputs: [{ name: outputName(labels), datatype: 'FP32', shape: labels.length > 0 ? [-1, labels.length] : [-1] }],
  }
}

const outputName = (labels: readonly string[]): string => (labels.length > 0 ? 'probabilities' : 'score')

function infer(parts: StandardParts, params: ModelParams, request: InferRequest): Promise<Answer> {
  const { id, inputs, outputs } = request
  return useNamed(parts, params, async (model, alias) => {
    const name = outputName(model.labels)
    for (const output of outputs ?? []) if (output.name !== name) throw outputUnknown(output.name, name)
    const rows = rowsOfColumns(model.inputs, columnsOfTensors(inputs, model.inputs), 'inputs')
    const { values, labels } = await predictRows(parts, { model, alias, operation: 'infer' }, rows)
    const shape = labels.length > 0 ? [rows.length, labels.length] : [rows.length]
    return {
      body: {
        model_name: parts.name,
        model_version: model.version,
        ...(id === undefined ? {} : { id }),
        outputs: [{ name, datatype: 'FP32', shape, data: [...values] }],
      },
    }
  })
}

function outputUnknown(asked: string, name: string): Error {
  const message = `the model has no output ${asked}; ${suggestion(asked, [name])}`
  return requestInvalid({ faults: [message] }, { issues: [{ code: requestInvalid.code, path: '/outputs', message }] })
}

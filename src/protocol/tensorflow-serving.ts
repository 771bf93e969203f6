/** TensorFlow Serving's REST: its routes and bodies, in its words. */
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { BriefError, largestRowBatch, RowValues } from './raw-rows.js'
import type { RouteSpec } from './route-spec.js'
import { verbRoutes } from './verb-routes.js'

const SignatureName = Type.Optional(
  Type.String({ description: 'serving_default, predict, classification, regression' }),
)

export const PredictRequest = Type.Object({
  signature_name: SignatureName,
  instances: Type.Optional(Type.Array(RowValues, { minItems: 1, maxItems: largestRowBatch, description: 'by row' })),
  inputs: Type.Optional(
    Type.Record(Type.String(), Type.Array(Type.Unknown(), { maxItems: largestRowBatch }), {
      minProperties: 1,
      description: 'by column, all of one length',
    }),
  ),
})
export type PredictRequest = Static<typeof PredictRequest>

export const ExamplesRequest = Type.Object({
  signature_name: SignatureName,
  context: Type.Optional(Type.Unsafe<RowValues>({ ...RowValues, description: 'what all examples share' })),
  examples: Type.Array(RowValues, { minItems: 1, maxItems: largestRowBatch }),
})
export type ExamplesRequest = Static<typeof ExamplesRequest>

/** What names a model in the address; without a version or a label it is the server's default. */
export interface ModelParams {
  readonly model: string
  readonly version?: string
  readonly label?: string
}

const Status = Type.Object({
  model_version_status: Type.Array(
    Type.Object({
      version: Type.String(),
      state: Type.String({ description: 'AVAILABLE' }),
      status: Type.Object({ error_code: Type.String(), error_message: Type.String() }),
    }),
  ),
})
const Predictions = Type.Object({
  predictions: Type.Optional(Type.Array(Type.Unknown())),
  outputs: Type.Optional(Type.Array(Type.Unknown())),
})
const Results = Type.Object({ results: Type.Array(Type.Unknown()) })

const role = 'read'

/** Every verb of a model, of one of its versions, and of one of its labels. */
export const tensorFlowRoutes = verbRoutes(
  {
    status: { method: 'GET', path: '', role, summary: 'Which versions are loaded', answers: { 200: Status } },
    metadata: {
      method: 'GET',
      path: '/metadata',
      role,
      summary: 'What the model takes and gives: names, types, shapes',
      answers: { 200: Type.Unknown() },
    },
    predict: {
      method: 'POST',
      path: '::predict',
      role,
      summary: 'Scores of raw rows, by row or by column',
      body: PredictRequest,
      answers: { 200: Predictions },
    },
    classify: {
      method: 'POST',
      path: '::classify',
      role,
      summary: 'Classes with their probabilities, of examples with a shared context',
      body: ExamplesRequest,
      answers: { 200: Results },
    },
    regress: {
      method: 'POST',
      path: '::regress',
      role,
      summary: 'Scores of examples with a shared context: ranks candidates',
      body: ExamplesRequest,
      answers: { 200: Results },
    },
  },
  {
    protocol: 'TensorFlow Serving',
    operation: 'tensorFlow',
    paths: {
      '': '/v1/models/:model',
      Version: '/v1/models/:model/versions/:version',
      Label: '/v1/models/:model/labels/:label',
    },
  },
)
export type TensorFlowVerb = (typeof tensorFlowRoutes)[number]['verb']

/** The list of models. */
export const tensorFlowModels: RouteSpec = {
  operation: 'tensorFlowModels',
  method: 'GET',
  path: '/v1/models',
  summary: 'TensorFlow Serving: the names of the models',
  role,
  answers: { 200: Type.Object({ models: Type.Array(Type.String()) }) },
  error: BriefError,
}

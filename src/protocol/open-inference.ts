/** The Open Inference Protocol, version 2 of KServe's and Triton's: its routes and bodies, in its words. */
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { verbRoutes } from './verb-routes.js'

const Parameters = Type.Optional(Type.Record(Type.String(), Type.Unknown()))

export const InputTensor = Type.Object({
  name: Type.String(),
  shape: Type.Array(Type.Integer({ minimum: 0 }), {
    minItems: 1,
    maxItems: 2,
    description: '[n] or [n, 1]; of a list also [n, k]',
  }),
  datatype: Type.String({ description: 'BYTES, BOOL, INT32, INT64, FP32, FP64 and their kin' }),
  parameters: Parameters,
  data: Type.Optional(
    Type.Array(Type.Unknown(), { description: 'row by row; absent where it is binary behind the JSON' }),
  ),
})
export type InputTensor = Static<typeof InputTensor>

export const InferRequest = Type.Object({
  id: Type.Optional(Type.String()),
  parameters: Parameters,
  inputs: Type.Array(InputTensor, { minItems: 1, maxItems: 1000 }),
  outputs: Type.Optional(Type.Array(Type.Object({ name: Type.String(), parameters: Parameters }))),
})
export type InferRequest = Static<typeof InferRequest>

const MetadataTensor = Type.Object({
  name: Type.String(),
  datatype: Type.String(),
  shape: Type.Array(Type.Integer({ description: '-1: any length' })),
})

const Server = Type.Object({ name: Type.String(), version: Type.String(), extensions: Type.Array(Type.String()) })
const Live = Type.Object({ live: Type.Boolean() })
const Ready = Type.Object({ ready: Type.Boolean() })
const ModelReady = Type.Object({ name: Type.String(), ready: Type.Boolean() })
const Metadata = Type.Object({
  name: Type.String(),
  versions: Type.Array(Type.String()),
  platform: Type.String(),
  inputs: Type.Array(MetadataTensor),
  outputs: Type.Array(MetadataTensor),
})
const Inferred = Type.Object({
  model_name: Type.String(),
  model_version: Type.String(),
  id: Type.Optional(Type.String()),
  outputs: Type.Array(Type.Object({ ...MetadataTensor.properties, data: Type.Array(Type.Number()) })),
})

const protocol = 'Open Inference Protocol'
const operation = 'openInference'

const serverRoutes = verbRoutes(
  {
    server: { method: 'GET', path: '', role: null, summary: 'The server', answers: { 200: Server } },
    live: {
      method: 'GET',
      path: '/health/live',
      role: null,
      summary: 'Whether the process answers',
      answers: { 200: Live },
    },
    ready: {
      method: 'GET',
      path: '/health/ready',
      role: null,
      summary: 'Whether a model is loaded',
      answers: { 200: Ready, 503: Ready },
    },
  },
  { protocol, operation, paths: { '': '/v2' } },
)

const modelRoutes = verbRoutes(
  {
    metadata: {
      method: 'GET',
      path: '',
      role: 'read',
      summary: 'What the model takes and gives',
      answers: { 200: Metadata },
    },
    modelReady: {
      method: 'GET',
      path: '/ready',
      role: null,
      summary: 'Whether the model is loaded',
      answers: { 200: ModelReady },
    },
    infer: {
      method: 'POST',
      path: '/infer',
      role: 'read',
      summary: 'Scores of raw rows, a tensor for each feature',
      body: InferRequest,
      answers: { 200: Inferred },
    },
  },
  { protocol, operation, paths: { '': '/v2/models/:model', Version: '/v2/models/:model/versions/:version' } },
)

/** Every verb of the server, of a model, and of one of its versions. */
export const openInferenceRoutes = [...serverRoutes, ...modelRoutes]
export type OpenInferenceVerb = (typeof openInferenceRoutes)[number]['verb']

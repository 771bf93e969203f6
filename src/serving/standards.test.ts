/** The protocols of others over real HTTP, with the bodies that their documents and clients have. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { freshDirectory } from '../../test/opaque-bundle.js'
import { trainServedBundle } from '../../test/served-bundle.js'
import type { RawRow } from '../features/index.js'
import type { Bundle } from '../model/index.js'
import { openBundle } from '../model/index.js'
import type { RankedList, RouteSpec } from '../protocol/index.js'
import { openInferenceRoutes, routes, tensorFlowModels, tensorFlowRoutes } from '../protocol/index.js'
import { publishBundle } from '../pipeline/index.js'
import { openRegistry } from '../registry/index.js'
import { pathPattern } from './http/route.js'
import type { Server } from './index.js'
import { schemaValidator } from './schema-validator.js'
import { createServer } from './index.js'

let server: Server
let url = ''
let bundle: Bundle

beforeAll(async () => {
  const home = freshDirectory()
  const directory = await trainServedBundle(home)
  bundle = await openBundle(directory)
  server = await createServer({ models: { bundle: directory }, directory: join(home, 'state'), port: 0, threads: 1 })
  url = await server.listen()
}, 120_000)

afterAll(async () => {
  await server.close()
  await bundle.close()
})

interface Answered {
  readonly status: number
  readonly body: Record<string, unknown>
}

/** As `curl -d` sends it: as a form, whatever it is. */
async function post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Answered> {
  const type = { 'content-type': 'application/x-www-form-urlencoded', ...headers }
  const bytes = body instanceof Uint8Array ? Buffer.from(body) : JSON.stringify(body)
  const response = await fetch(`${url}${path}`, { method: 'POST', headers: type, body: bytes })
  return asDescribed('POST', path, {
    status: response.status,
    body: (await response.json()) as Record<string, unknown>,
  })
}

async function get(path: string): Promise<Answered> {
  const response = await fetch(`${url}${path}`)
  return asDescribed('GET', path, { status: response.status, body: (await response.json()) as Record<string, unknown> })
}

const described = [
  ...Object.values(routes),
  tensorFlowModels,
  ...[...tensorFlowRoutes, ...openInferenceRoutes].map(({ spec }) => spec),
]

/** Every answer of these tests has the form that the description says. */
function asDescribed(method: string, path: string, answered: Answered): Answered {
  const spec: RouteSpec | undefined = described.find((one) => one.method === method && pathPattern(one.path).test(path))
  const schema = spec?.answers[answered.status] ?? (answered.status >= 400 ? spec?.error : undefined)
  if (schema) expect(schemaValidator(schema)(answered.body)).toEqual([])
  else expect(answered.status).toBeGreaterThanOrEqual(400)
  return answered
}

/** Scores of whole rows, position as at serving, straight from the bundle. */
async function scores(rows: readonly RawRow[]): Promise<number[]> {
  return [...(await bundle.score(bundle.encoder.encode(rows.map((row) => ({ position: 1, ...row })))))]
}

const rows = [
  { country: 'de', language: 'de', installed: ['a1', 'a7'], app: 'a3', category: 'games', hour: 20, device: 'phone' },
  { country: 'fr', app: 'a1', hour: 3 },
  { app: 'a9' },
  { country: 'nowhere', installed: [], app: 'a new one', device: null },
]

function expectClose(got: unknown, expected: readonly number[]): void {
  expect(got).toHaveLength(expected.length)
  for (const [index, value] of expected.entries()) expect((got as number[])[index]).toBeCloseTo(value, 6)
}

describe('TensorFlow Serving', () => {
  it('says which models and versions there are', async () => {
    const available = {
      model_version_status: [{ version: 'model', state: 'AVAILABLE', status: { error_code: 'OK', error_message: '' } }],
    }
    expect(await get('/v1/models')).toEqual({ status: 200, body: { models: ['widedeep'] } })
    for (const path of ['', '/versions/model', '/labels/bundle'])
      expect(await get(`/v1/models/widedeep${path}`)).toEqual({ status: 200, body: available })
    expect(await get('/v1/models/widedeep/versions/7')).toMatchObject({ status: 404 })
    expect(await get('/v1/models/half')).toEqual({
      status: 404,
      body: { error: expect.stringContaining('no model "half"') },
    })
  })

  it('describes its inputs by the columns of the config', async () => {
    const { status, body } = await get('/v1/models/widedeep/metadata')
    expect(status).toBe(200)
    expect(body['model_spec']).toEqual({ name: 'widedeep', signature_name: '', version: 'model' })
    const { inputs } = (
      body['metadata'] as { signature_def: { signature_def: { serving_default: { inputs: Record<string, object> } } } }
    ).signature_def.signature_def.serving_default
    expect(Object.keys(inputs)).toEqual([
      'country',
      'language',
      'installed',
      'app',
      'category',
      'hour',
      'device',
      'position',
      'timesShown',
    ])
    const any = { size: '-1', name: '' }
    expect(inputs['hour']).toMatchObject({ dtype: 'DT_INT64', tensor_shape: { dim: [any] } })
    expect(inputs['installed']).toMatchObject({ dtype: 'DT_STRING', tensor_shape: { dim: [any, any] } })
  })

  it('predicts rows, whichever are missing what, by row and by column', async () => {
    const expected = await scores(rows)
    for (const model of ['widedeep', 'widedeep/versions/model', 'widedeep/labels/bundle']) {
      const byRow = await post(`/v1/models/${model}:predict`, { signature_name: 'serving_default', instances: rows })
      expect(byRow.status).toBe(200)
      expectClose(byRow.body['predictions'], expected)
    }
    const inputs = {
      country: [['de'], ['fr'], [null], ['nowhere']],
      language: ['de', null, null, null],
      installed: [['a1', 'a7'], [], [], []],
      app: ['a3', 'a1', { b64: Buffer.from('a9').toString('base64') }, 'a new one'],
      category: ['games', null, null, null],
      hour: [[20], [3], [], []],
      device: ['phone', null, null, null],
    }
    const byColumn = await post('/v1/models/widedeep:predict', { inputs })
    expectClose(byColumn.body['outputs'], expected)
  })

  it('ranks: examples that share a context have the scores of /v1/rank', async () => {
    const ids = ['a1', 'a2', 'a3', 'a4', 'a5', 'a6']
    const about = {
      features: { country: 'de', language: 'de', installed: ['a9'] },
      context: { hour: 8, device: 'tablet' },
    }
    const native = await fetch(`${url}/v1/rank`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...about, items: ids, deadlineMs: 10_000 }),
    })
    const { items } = (await native.json()) as RankedList
    const examples = await Promise.all(
      ids.map(async (id) => (await get(`/v1/items/${id}`)).body['features'] as Record<string, unknown>),
    )
    const request = { context: { ...about.features, ...about.context }, examples }
    const regressed = await post('/v1/models/widedeep:regress', request)
    const byId = new Map(items.map(({ id, score }) => [id, score]))
    expectClose(
      regressed.body['results'],
      ids.map((id) => byId.get(id) ?? Number.NaN),
    )
    const classified = await post('/v1/models/widedeep:classify', { signature_name: 'classification', ...request })
    const pairs = classified.body['results'] as [[string, number], [string, number]][]
    for (const [index, [[no, against], [yes, probability]]] of pairs.entries()) {
      expect([no, yes]).toEqual(['0', '1'])
      expect(against + probability).toBeCloseTo(1, 12)
      expect(probability).toBeCloseTo(byId.get(ids[index] ?? '') ?? Number.NaN, 6)
    }
  })

  it('tells every fault in its own form', async () => {
    const faults: readonly (readonly [string, unknown, RegExp])[] = [
      [
        ':predict',
        { instances: [{ countri: 'de' }, { country: ['a', 'b'] }] },
        /no input countri; did you mean "country"\?; instances.1.country must be one value; got 2/,
      ],
      [':predict', {}, /instances or inputs/],
      [':predict', { instances: rows, inputs: { app: ['a'] } }, /not both/],
      [':predict', { instances: [] }, /instances/],
      [':predict', { inputs: { app: ['a', 'b'], hour: [1] } }, /hour must have as many rows as app, 2; got 1/],
      [':predict', { instances: rows, signature_name: 'serve_default' }, /not found; did you mean "serving_default"/],
      [
        ':regress',
        { examples: [{ app: 'a1' }], context: { app: 'a2' } },
        /app must not be in the context and in examples.0/,
      ],
      [':regress', { context: {} }, /must have examples/],
      [':regress', { examples: [{ app: { x: 1 } }] }, /examples.0.app must be a text/],
      [':forget', { instances: rows }, /^Malformed request: POST \/v1\/models\/widedeep:forget/],
    ]
    for (const [verb, body, message] of faults)
      expect([verb, await post(`/v1/models/widedeep${verb}`, body)]).toEqual([
        verb,
        { status: 400, body: { error: expect.stringMatching(message) } },
      ])
    const garbage = await post('/v1/models/widedeep:predict', Buffer.from('{"instances": [1.0, Nan]}'))
    expect(garbage).toEqual({ status: 400, body: { error: expect.stringContaining('must be JSON') } })
    expect(await post('/v1/models/widedeep/labels/canary:predict', { instances: rows })).toMatchObject({ status: 404 })
    const huge = await post('/v1/models/widedeep:predict', { instances: [{ app: 'x'.repeat(5_000_000) }] })
    expect(huge).toEqual({ status: 413, body: { error: expect.stringContaining('bytes at most') } })
  })

  it('predicts ten thousand rows, and no more', async () => {
    const many = Array.from({ length: 10_000 }, (_, index) => ({ app: `a${String(index % 60)}` }))
    const { body } = await post('/v1/models/widedeep:predict', { instances: many })
    expectClose(body['predictions'], await scores(many))
    expect((await post('/v1/models/widedeep:predict', { instances: [...many, {}] })).status).toBe(400)
  })
})

describe('the Open Inference Protocol', () => {
  const text = (name: string, data: readonly string[], shape = [data.length]): object => ({
    name,
    shape,
    datatype: 'BYTES',
    data,
  })

  it('says who it is and what it takes', async () => {
    expect((await get('/v2')).body).toMatchObject({ name: 'widedeep', extensions: ['binary_tensor_data'] })
    expect(await get('/v2/health/live')).toEqual({ status: 200, body: { live: true } })
    expect(await get('/v2/health/ready')).toEqual({ status: 200, body: { ready: true } })
    expect(await get('/v2/models/widedeep/versions/model/ready')).toMatchObject({ status: 200 })
    expect(await get('/v2/models/other/ready')).toEqual({ status: 404, body: { error: expect.any(String) } })
    const { body } = await get('/v2/models/widedeep')
    expect(body).toMatchObject({
      name: 'widedeep',
      versions: ['model'],
      outputs: [{ name: 'score', datatype: 'FP32', shape: [-1] }],
    })
    expect(body['inputs']).toContainEqual({ name: 'installed', datatype: 'BYTES', shape: [-1, -1] })
    expect(body['inputs']).toContainEqual({ name: 'hour', datatype: 'INT64', shape: [-1] })
  })

  it('infers from a tensor for each feature, lists as JSON or padded', async () => {
    const expected = await scores([
      { country: 'de', installed: ['a1', 'a7'], app: 'a3', hour: 20 },
      { country: 'fr', installed: ['a2'], app: 'a1', hour: 3 },
    ])
    const others = [
      text('country', ['de', 'fr'], [2, 1]),
      text('app', ['a3', 'a1']),
      { name: 'hour', shape: [2, 1], datatype: 'INT32', data: [[20], [3]] },
    ]
    const lists = [
      text('installed', ['["a1","a7"]', '["a2"]']),
      text('installed', ['a1|a7', 'a2'], [2, 1]),
      text('installed', ['a1', 'a7', 'a2', ''], [2, 2]),
      { ...text('installed', ['a1', 'a7', 'a2', '-'], [2, 2]), parameters: { padding: '-' } },
    ]
    for (const list of lists) {
      const request = { id: '42', inputs: [...others, list], outputs: [{ name: 'score' }] }
      const { status, body } = await post('/v2/models/widedeep/infer', request)
      expect(status).toBe(200)
      expect(body).toMatchObject({
        model_name: 'widedeep',
        model_version: 'model',
        id: '42',
        outputs: [{ name: 'score', datatype: 'FP32', shape: [2] }],
      })
      expectClose((body['outputs'] as { data: unknown }[])[0]?.data, expected)
    }
  })

  it('reads tensors that are bytes behind the JSON', async () => {
    const words = ['a3', 'ä1'].map((word) => Buffer.from(word))
    const bytes = Buffer.concat(words.flatMap((word) => [Buffer.from(Uint32Array.of(word.length).buffer), word]))
    const hours = Buffer.from(BigInt64Array.of(20n, 3n).buffer)
    const tensor = (name: string, datatype: string, { length }: Buffer): object => ({
      name,
      shape: [2, 1],
      datatype,
      parameters: { binary_data_size: length },
    })
    const inputs = [tensor('app', 'BYTES', bytes), text('country', ['de', 'fr']), tensor('hour', 'INT64', hours)]
    const json = Buffer.from(JSON.stringify({ inputs, parameters: { binary_data_output: true } }))
    const headers = { 'inference-header-content-length': String(json.length) }
    const { body } = await post('/v2/models/widedeep/infer', Buffer.concat([json, bytes, hours]), headers)
    const expected = await scores([
      { app: 'a3', country: 'de', hour: 20 },
      { app: 'ä1', country: 'fr', hour: 3 },
    ])
    expectClose((body['outputs'] as { data: unknown }[])[0]?.data, expected)
    const short = await post('/v2/models/widedeep/infer', Buffer.concat([json, bytes]), headers)
    expect(short).toEqual({ status: 400, body: { error: expect.stringContaining('ends before') } })
  })

  it('tells every fault in its own form', async () => {
    const faults: readonly (readonly [object, RegExp])[] = [
      [{ inputs: [text('ap', ['a'])] }, /no input ap; did you mean "app"/],
      [{ inputs: [text('app', ['a', 'b'], [3])] }, /shape \[3\], 3; got 2/],
      [{ inputs: [{ name: 'hour', shape: [1], datatype: 'INT64', data: ['a'] }] }, /must be of datatype INT64/],
      [{ inputs: [{ name: 'hour', shape: [1], datatype: 'WORDS', data: ['a'] }] }, /datatype must be one of BYTES/],
      [{ inputs: [text('app', ['a']), text('app', ['b'])] }, /app must come once/],
      [{ inputs: [text('app', ['a', 'b']), text('device', ['a'])] }, /device must have as many rows as app/],
      [{ inputs: [text('app', ['a'])], outputs: [{ name: 'logits' }] }, /no output logits/],
      [{ inputs: [] }, /inputs/],
    ]
    for (const [body, message] of faults)
      expect(await post('/v2/models/widedeep/infer', body)).toEqual({
        status: 400,
        body: { error: expect.stringMatching(message) },
      })
    expect(await get('/v2/nothing')).toEqual({ status: 400, body: { error: expect.stringContaining('Malformed') } })
  })
})

describe('the description', () => {
  it('has the routes of all protocols, with their errors', async () => {
    const { body } = await get('/openapi.json')
    const paths = body['paths'] as Record<string, Record<string, { responses: { default: { content: object } } }>>
    expect(Object.keys(paths)).toEqual(
      expect.arrayContaining([
        '/v1/models/{model}:predict',
        '/v1/models/{model}/versions/{version}:classify',
        '/v1/models/{model}/labels/{label}:regress',
        '/v2/models/{model}/infer',
        '/v2/models/{model}/versions/{version}/ready',
      ]),
    )
    const { default: fault } = paths['/v1/models/{model}:predict']?.['post']?.responses ?? {}
    expect(Object.keys(fault?.content ?? {})).toEqual(['application/json'])
  })
})

describe('versions and labels of a registry', () => {
  it('are numbers and aliases; what is not loaded is not there, and keys are asked for', async () => {
    const home = freshDirectory()
    const registry = openRegistry(join(home, 'registry'))
    for (let count = 0; count < 3; count++)
      await publishBundle({ bundle: bundle.directory, registry: registry.directory })
    registry.setAlias('stable', 1)
    registry.setAlias('canary', 3)
    const keys = join(home, 'keys.json')
    writeFileSync(keys, JSON.stringify({ keys: [{ key: 'of the standards test', roles: ['read'] }] }))
    const own = await createServer({
      models: { registry: join(home, 'registry'), aliases: ['stable', 'canary'] },
      directory: join(home, 'state'),
      port: 0,
      threads: 1,
      name: 'store',
      keys,
      limits: { inFlight: 1 },
    })
    onTestFinished(() => own.close())
    const base = await own.listen()
    const ask = async (path: string, body?: object, key = 'of the standards test'): Promise<Answered> => {
      const options = { headers: { authorization: `Bearer ${key}` } }
      const posted = body && { ...options, method: 'POST', body: JSON.stringify(body) }
      const response = await fetch(`${base}${path}`, posted ?? options)
      return { status: response.status, body: (await response.json()) as Record<string, unknown> }
    }
    const version = async (path: string): Promise<unknown> => (await ask(`/v2/models/store${path}`)).body['versions']
    expect(await version('')).toEqual(['1', '3'])
    const status = await ask('/v1/models/store')
    expect(status.body['model_version_status']).toMatchObject([{ version: '1' }, { version: '3' }])
    const infer = { inputs: [{ name: 'app', shape: [1], datatype: 'BYTES', data: ['a1'] }] }
    expect((await ask('/v2/models/store/infer', infer)).body['model_version']).toBe('1')
    expect((await ask('/v2/models/store/versions/3/infer', infer)).body['model_version']).toBe('3')
    expect(await ask('/v2/models/store/versions/2/infer', infer)).toEqual({
      status: 404,
      body: { error: expect.stringContaining('loaded: 1, 3') },
    })
    const canary = await ask('/v1/models/store/labels/canary')
    expect(canary.body['model_version_status']).toMatchObject([{ version: '3' }])
    expect(await ask('/v1/models/store/labels/stabel:predict', { instances: [{}] })).toEqual({
      status: 404,
      body: { error: expect.stringContaining('did you mean "stable"') },
    })
    expect(await ask('/v1/models/store:predict', { instances: [{}] }, 'a key of nobody')).toEqual({
      status: 401,
      body: { error: expect.stringContaining('key') },
    })
    expect((await ask('/v2/health/live', undefined, 'a key of nobody')).status).toBe(200)
    const many = { instances: Array.from({ length: 5000 }, () => ({ app: 'a1' })) }
    const answers = await Promise.all([1, 2, 3, 4].map(() => ask('/v1/models/store:predict', many)))
    const statuses = answers.map((answer) => answer.status)
    expect(statuses).toContain(200)
    expect(statuses).toContain(503)
    expect(answers.find((answer) => answer.status === 503)?.body).toEqual({
      error: expect.stringContaining('try again'),
    })
  })
})

describe('a model of another head', () => {
  const asked = { examples: [{ app: 'a1', country: 'de' }, { app: 'a2' }] }

  async function serve(
    label: NonNullable<Parameters<typeof trainServedBundle>[1]>,
    paths: readonly (readonly [string, object])[],
  ): Promise<Answered[]> {
    const home = freshDirectory()
    const directory = await trainServedBundle(home, label)
    const own = await createServer({
      models: { bundle: directory },
      directory: join(home, 'state'),
      port: 0,
      threads: 1,
    })
    onTestFinished(() => own.close())
    const base = await own.listen()
    const answers: Answered[] = []
    for (const [path, body] of paths) {
      const response = await fetch(base + path, { method: 'POST', body: JSON.stringify(body) })
      answers.push({ status: response.status, body: (await response.json()) as Record<string, unknown> })
    }
    return answers
  }

  it('of classes tells each with its probability', async () => {
    const label = { column: 'install', positiveLabel: '1', classes: ['0', '1'] }
    const infer = { inputs: [{ name: 'app', shape: [2], datatype: 'BYTES', data: ['a1', 'a2'] }] }
    const [classified, predicted, regressed, inferred] = await serve({ head: 'multiclass', label }, [
      ['/v1/models/widedeep:classify', asked],
      ['/v1/models/widedeep:predict', { instances: asked.examples }],
      ['/v1/models/widedeep:regress', asked],
      ['/v2/models/widedeep/infer', infer],
    ])
    const rows = classified?.body['results'] as [string, number][][]
    expect(rows.map((row) => row.map(([name]) => name))).toEqual([
      ['0', '1'],
      ['0', '1'],
    ])
    for (const row of rows) expect(row.reduce((sum, [, probability]) => sum + probability, 0)).toBeCloseTo(1, 5)
    expect(predicted?.body['predictions']).toEqual(rows.map((row) => row.map(([, probability]) => probability)))
    expect(regressed).toEqual({ status: 400, body: { error: expect.stringContaining('ask :classify') } })
    expect(inferred?.body['outputs']).toMatchObject([{ name: 'probabilities', shape: [2, 2] }])
  })

  it('of numbers has no classes', async () => {
    const [classified, regressed] = await serve({ head: 'regression' }, [
      ['/v1/models/widedeep:classify', asked],
      ['/v1/models/widedeep:regress', asked],
    ])
    expect(classified).toEqual({ status: 400, body: { error: expect.stringContaining('ask :regress') } })
    expect(regressed?.body['results']).toHaveLength(2)
  })
})

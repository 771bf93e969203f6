/** The few calls of MLflow's REST interface (2.0) that an export needs. */
import { openAsBlob } from 'node:fs'
import { mlflowRefused } from './errors.js'

export interface MlflowServer {
  /** Calls `/api/2.0/mlflow/<path>`; `null` where the server says that it does not exist. */
  post(path: string, body: object): Promise<Record<string, unknown>>
  get(path: string, query: Record<string, string>): Promise<Record<string, unknown> | null>
  /** Sends a file to the place that `artifact_uri` of a run names, where the server passes artifacts on; else answers `false`. */
  upload(artifactUri: string, name: string, file: string): Promise<boolean>
}

const passedOn = /^mlflow-artifacts:\/*/

/** A server by its address, such as `http://127.0.0.1:5000`. */
export function mlflowServer(address: string): MlflowServer {
  const server = address.replace(/\/+$/, '')
  const call = async (path: string, options: RequestInit): Promise<Response> => {
    const headers = { ...identity(), ...(options.headers as Record<string, string>) }
    try {
      return await fetch(`${server}${path}`, { ...options, headers })
    } catch (cause) {
      const { message, cause: inner } = cause as Error
      throw mlflowRefused({ server, path, got: inner instanceof Error ? inner.message : message }, { cause })
    }
  }
  const accepted = async (path: string, response: Response): Promise<string> => {
    const text = await response.text()
    if (!response.ok) throw mlflowRefused({ server, path, got: `${String(response.status)} ${text.slice(0, 200)}` })
    return text
  }
  return {
    async post(name, body) {
      const path = `/api/2.0/mlflow/${name}`
      const headers = { 'content-type': 'application/json' }
      const response = await call(path, { method: 'POST', headers, body: JSON.stringify(body) })
      return JSON.parse(await accepted(path, response)) as Record<string, unknown>
    },
    async get(name, query) {
      const path = `/api/2.0/mlflow/${name}`
      const response = await call(`${path}?${new URLSearchParams(query).toString()}`, {})
      if (response.status === 404) return null
      return JSON.parse(await accepted(path, response)) as Record<string, unknown>
    },
    async upload(artifactUri, name, file) {
      if (!passedOn.test(artifactUri)) return false
      const place = `${artifactUri.replace(passedOn, '')}/${name}`.split('/').map(encodeURIComponent).join('/')
      const path = `/api/2.0/mlflow-artifacts/artifacts/${place}`
      await accepted(path, await call(path, { method: 'PUT', body: await openAsBlob(file) }))
      return true
    },
  }
}

/** Who asks, as MLflow's own client takes it from the surroundings. */
function identity(): Record<string, string> {
  const token = process.env['MLFLOW_TRACKING_TOKEN']
  const user = process.env['MLFLOW_TRACKING_USERNAME']
  if (token) return { authorization: `Bearer ${token}` }
  if (!user) return {}
  const password = process.env['MLFLOW_TRACKING_PASSWORD'] ?? ''
  return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` }
}

/** What the server tells Prometheus: by route, and by model version. The sole file that knows prom-client. */
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client'

export interface ServingMetrics {
  readonly contentType: string
  text(): Promise<string>
  request(labels: { route: string; method: string; status: number }, seconds: number): void
  list(labels: { model: string; version: string; alias: string; operation: string }, seconds: ListSeconds): void
  degraded(version: string): void
  events(outcome: 'accepted' | 'duplicate' | 'rejected', count: number): void
  lost(records: number): void
  switched(alias: string, version: string, seconds: number): void
  refused(alias: string): void
}

export interface ListSeconds {
  readonly retrieve: number
  readonly rank: number
  readonly candidates: number
}

export interface MetricReadings {
  /** Requests that are being answered. */
  readonly inFlight: () => number
  readonly items: () => number
  readonly pendingRecords: () => number
}

/** Upper ends in seconds: fine where a ranked list should be, coarse beyond. */
const buckets = [0.0005, 0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5]
const prefix = 'widedeep_'

/** Gauges that prom-client calls totals, which Prometheus keeps for counters; each is the sum of one that stays. */
const misnamed = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total']

function measureProcess(register: Registry): void {
  collectDefaultMetrics({ register, prefix })
  for (const name of misnamed) register.removeSingleMetric(prefix + name)
}

export function createMetrics(readings: MetricReadings): ServingMetrics {
  const register = new Registry()
  const registers = [register]
  measureProcess(register)
  const histogram = (name: string, help: string, labelNames: string[]): Histogram =>
    new Histogram({ name: prefix + name, help, labelNames, buckets, registers })
  const counter = (name: string, help: string, labelNames: string[] = []): Counter =>
    new Counter({ name: prefix + name, help, labelNames, registers })
  const byModel = ['model', 'version', 'alias', 'operation']
  const requests = histogram('http_request_seconds', 'Time of requests', ['route', 'method', 'status'])
  const retrieval = histogram('retrieve_seconds', 'Time to find candidates', byModel)
  const ranking = histogram('rank_seconds', 'Time to score and order candidates', byModel)
  const candidates = counter('candidates_total', 'Candidates that were scored', byModel)
  const degraded = counter('degraded_total', 'Lists that were less than asked for', ['version'])
  const events = counter('events_total', 'Events by what became of them', ['outcome'])
  const lost = counter('served_records_lost_total', 'Records of answers that could not be written')
  const switches = counter('model_switches_total', 'Versions that began to serve', ['alias', 'version'])
  const refusals = counter('model_refusals_total', 'Versions that could not be loaded', ['alias'])
  const loading = histogram('model_load_seconds', 'Time to load, verify and warm a version', ['alias'])
  addGauges(register, readings)
  return {
    contentType: register.contentType,
    text: () => register.metrics(),
    request: ({ route, method, status }, seconds) => {
      requests.observe({ route, method, status: String(status) }, seconds)
    },
    list: (labels, { retrieve, rank, candidates: count }) => {
      retrieval.observe(labels, retrieve)
      ranking.observe(labels, rank)
      candidates.inc(labels, count)
    },
    degraded: (version) => {
      degraded.inc({ version })
    },
    events: (outcome, count) => {
      events.inc({ outcome }, count)
    },
    lost: (records) => {
      lost.inc(records)
    },
    switched: (alias, version, seconds) => {
      switches.inc({ alias, version })
      loading.observe({ alias }, seconds)
    },
    refused: (alias) => {
      refusals.inc({ alias })
    },
  }
}

/** What is so at the moment when somebody looks. */
function addGauges(register: Registry, { inFlight, items, pendingRecords }: MetricReadings): void {
  const gauge = (name: string, help: string, read: () => number): Gauge =>
    new Gauge({
      name: prefix + name,
      help,
      registers: [register],
      collect() {
        this.set(read())
      },
    })
  gauge('requests_in_flight', 'Requests that are being answered', inFlight)
  gauge('items', 'Items of the catalogue', items)
  gauge('log_appends_pending', 'Appends on their way to the disk', pendingRecords)
}

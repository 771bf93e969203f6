// From files to encoded examples.
export { prepare } from './prepare.js'
export type { PrepareOptions, PrepareResult } from './prepare.js'
export type { AttributionReport } from './attribution.js'
export { runChecks } from './check-data.js'
export type { CheckReport, CheckResult } from './check-data.js'
export { encodeFiles } from './encode-files.js'
export type { EncodedFiles, EncodeFilesOptions } from './encode-files.js'
// What training and evaluation read.
export { openPrepared } from './prepared-data.js'
export type { PreparedData } from './prepared-data.js'
export type { EncodedDataset, ExampleKeys } from './encoded-dataset.js'
export { createBatches } from './batches.js'
export type { Batch, BatchOptions } from './batches.js'
export { createNegativeSampler } from './negatives.js'
export type { NegativeSampler } from './negatives.js'
// Items and users.
export { readCatalogue } from './catalogue.js'
export type { CatalogueItem, CatalogueUser } from './catalogue.js'

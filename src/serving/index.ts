export { createServer } from './server.js'
export type { Server, ServerOptions } from './server.js'
export { widedeepPlugin } from './http/plugin.js'
export type { WidedeepPluginOptions } from './http/plugin.js'

// The part of the WebAssembly interface that this room uses: @types/node declares only some of it, and the rest would drag in the DOM.
declare namespace WebAssembly {
  class Memory {
    constructor(options: { initial: number; maximum: number; shared: boolean })
    readonly buffer: SharedArrayBuffer
    grow(pages: number): number
  }
  class Global {
    readonly value: number
  }
  type Exports = Record<string, unknown>
  class Module {
    constructor(bytes: Uint8Array)
  }
  class Instance {
    constructor(module: Module, imports: Record<string, Record<string, unknown>>)
    readonly exports: Exports
  }
}

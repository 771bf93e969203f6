export { loadNative } from './library.js'
export type { NativeLibrary, Pointer } from './library.js'

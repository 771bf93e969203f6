export { askForLargePages } from './large-pages.js'
export { loadNative } from './library.js'
export type { NativeLibrary, Pointer } from './library.js'

export { WideDeepError, declaredErrors, defineError, exitCodes, shown } from './errors.js'
export type { Issue } from './errors.js'
export { permutation, randomInteger, randomKey, randomNormal, randomUint32, randomUniform } from './random.js'
export { suggestion } from './suggestion.js'
export {
  atomicWriteFile,
  checksumFile,
  createFile,
  makeDirectory,
  readFloats,
  readLargeFile,
  syncBelow,
  syncDirectory,
  writeLargeFile,
} from './files.js'
export { takeLock } from './lock.js'
export type { Lock } from './lock.js'
export { packageVersion } from './package-version.js'
export { hash32 } from './hash.js'
export { countText } from './number-text.js'
export { collectGarbage } from './collect-garbage.js'
export { topK } from './top-k.js'

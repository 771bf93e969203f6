/**
 * The kernels: gather rows, find the rows that a batch touches, sum their gradients and update them, draw dropout masks. All pointers are byte offsets into
 * one shared memory; nothing is allocated here. An optimizer is one file in `optimizers/` and one line below.
 */
export { adagrad, adagradDeclaration, adagradFade, adagradIndex } from './optimizers/adagrad'
export { adam, adamDeclaration, adamIndex, adamPrepare } from './optimizers/adam'
export { ftrl, ftrlDeclaration, ftrlFade, ftrlIndex } from './optimizers/ftrl'
export {
  proximalAdagrad,
  proximalAdagradDeclaration,
  proximalAdagradFade,
  proximalAdagradIndex,
} from './optimizers/proximalAdagrad'
export { sgd, sgdDeclaration, sgdIndex } from './optimizers/sgd'
export { gather } from './gather'
export {
  addRowsOfIds,
  multiplyRows,
  placeIds,
  rowGradientsOfIds,
  sumRowsOfIds,
  transposeRows,
} from './id-products'
export { findTouches, sortTouches, writeTerms } from './touches'
export { limitNorms, squaredNorm, updateEvery, updateTouched } from './update'
export { sumParts, updateRange } from './dense'
export { clear, scale, sumOfSquares } from './vectors'
export { dropoutMask, scaleBytes } from './dropout'
export { toBfloat16 } from '../../base/assembly/bfloat16'

/** The first byte that the module does not use itself. */
export function heapBase(): usize {
  return __heap_base
}

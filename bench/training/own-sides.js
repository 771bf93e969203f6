/** Our own sides of the training benchmark. */
import { fileURLToPath } from 'node:url'

export const ownProgram = () => ({
  command: process.execPath,
  args: [fileURLToPath(new URL('sides/widedeep.js', import.meta.url))],
})

/** By name: `settings` go into the config's `training`. The first is what a user gets: oneDNN where it is installed. */
export const ownSides = {
  widedeep: { precision: 'float32', settings: {}, program: ownProgram },
  'widedeep-onnxruntime': { precision: 'float32', settings: { executor: 'onnxruntime' }, program: ownProgram },
  'widedeep-bfloat16': { precision: 'bfloat16', settings: { precision: 'bfloat16' }, program: ownProgram },
}
